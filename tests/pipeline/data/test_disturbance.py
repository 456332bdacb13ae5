import numpy as np
import pytest

from pipeline.data.dataset import load_dataset
from pipeline.data.disturbance import disturb


def test_the_same_random_state_gives_the_same_pictures() -> None:
    images = load_dataset().test[0][:600]
    before = images.copy()
    first = disturb(images, np.random.default_rng(1))
    assert first.shape == images.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, disturb(images, np.random.default_rng(1)))
    assert not np.array_equal(first, disturb(images, np.random.default_rng(2)))
    assert np.array_equal(images, before)


@pytest.mark.parametrize("share", [0, 0.25, 1])
def test_the_share_that_was_asked_for_is_spoilt(share: float) -> None:
    images = load_dataset().test[0][:2000]
    spoilt = disturb(images, np.random.default_rng(3), share)
    assert float((spoilt != images).any(axis=(1, 2)).mean()) == pytest.approx(share, abs=0.03)


def test_pictures_can_be_spoilt_in_place() -> None:
    images = load_dataset().test[0][:300]
    expected, out = disturb(images, np.random.default_rng(4)), images.copy()
    assert disturb(out, np.random.default_rng(4), out=out) is out
    assert np.array_equal(out, expected)
