"""Dataset statistics, against NumPy's own and the figures known for MNIST."""

import numpy as np
import pytest

from pipeline.data.dataset import load_dataset
from pipeline.data.statistics import average_by_class, count_digits, pixel_statistics, sample_by_class


def test_average_and_deviation_agree_with_numpy() -> None:
    random = np.random.default_rng(2)
    images = random.integers(0, 256, (4500, 28, 28), np.uint8)
    labels = (np.arange(4500) % 2).astype(np.uint8)
    found = average_by_class(images, labels)
    members = images[labels == 1] / 255
    assert np.allclose(found.mean[1], members.mean(0), atol=1e-5)
    assert np.allclose(found.deviation[1], members.std(0), atol=1e-5)
    assert found.ink[1] == pytest.approx(members.mean())
    assert not found.mean[5].any()  # a digit that does not occur


def test_pixel_statistics_of_mnist_are_the_known_ones() -> None:
    images, labels = load_dataset().train
    found = pixel_statistics(images)
    assert found.mean == pytest.approx(0.1307, abs=5e-5)
    assert found.deviation == pytest.approx(0.3081, abs=5e-5)
    assert found.never_inked == 67
    assert found.levels.sum() == images.size
    assert count_digits(labels) == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_samples_are_of_their_class_and_repeatable() -> None:
    labels = np.array([0] * 3 + [1] * 50, np.uint8)
    first, again, other = (sample_by_class(labels, 10, seed) for seed in (1, 1, 2))
    assert sorted(first[0].tolist()) == [0, 1, 2]
    assert len(set(first[1].tolist())) == 10
    assert (labels[first[1]] == 1).all()
    assert len(first[2]) == 0
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[1], other[1])
