import numpy as np

from pipeline.data.augmentation import Variation, add_serifs, vary
from pipeline.data.dataset import load_dataset


def test_the_same_random_state_gives_the_same_variations() -> None:
    images = load_dataset().test[0][:2000]
    first = vary(images, np.random.default_rng(1))
    assert first.shape == images.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, vary(images, np.random.default_rng(1)))
    assert not np.array_equal(first, vary(images, np.random.default_rng(2)))


def test_no_variation_changes_nothing() -> None:
    images = load_dataset().test[0][:1000]
    still = Variation(0, 0, 0, 0, 0, 0)
    assert np.array_equal(vary(images, np.random.default_rng(0), still), images)


def test_pictures_never_bleed_into_their_neighbors() -> None:
    images = np.zeros((300, 28, 28), np.uint8)
    images[::2] = 255
    varied = vary(images, np.random.default_rng(0), Variation().times(3))
    assert not varied[1::2].any()
    assert varied[::2].any(axis=(1, 2)).all()


def test_stroke_variation_thickens_and_thins() -> None:
    images = load_dataset().test[0][:500]
    ink = images.astype(float).sum(axis=(1, 2))
    varied = (
        vary(images, np.random.default_rng(0), Variation(0, 0, 0, 0, 0, 1)).astype(float).sum(axis=(1, 2))
    )
    assert (varied > 1.2 * ink).sum() > 50
    assert (varied < 0.9 * ink).sum() > 50


def test_hooks_are_given_to_ones_only() -> None:
    images, labels = (part[:2000].copy() for part in load_dataset().train)
    before = images.copy()
    add_serifs(images, labels, np.random.default_rng(0), 1.0)
    changed = (images != before).any(axis=(1, 2))
    assert not changed[labels != 1].any()
    assert changed[labels == 1].mean() > 0.6
    assert (images >= before).all()
