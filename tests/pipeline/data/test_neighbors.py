"""The nearest training digits, against the plain definition."""

import numpy as np

from pipeline.data.neighbors import find_neighbors


def test_neighbors_are_the_nearest_by_pixel_distance_across_chunks() -> None:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (5000, 28, 28), np.uint8)
    labels = random.integers(0, 10, 5000).astype(np.uint8)
    wanted = images[4500].copy()
    wanted[0, 0] ^= 1
    found = find_neighbors(wanted, images, labels, 3)
    distances = np.sqrt(((images.astype(float) - wanted) ** 2).mean((1, 2))) / 255
    expected = np.argsort(distances)[:3]
    assert [neighbor.index for neighbor in found] == expected.tolist()
    assert found[0].index == 4500
    assert found[0].label == labels[4500]
    assert np.allclose([neighbor.distance for neighbor in found], distances[expected], rtol=1e-4)


def test_there_are_no_more_neighbors_than_images() -> None:
    images = np.zeros((2, 28, 28), np.uint8)
    assert len(find_neighbors(images[0], images, np.zeros(2, np.uint8))) == 2
