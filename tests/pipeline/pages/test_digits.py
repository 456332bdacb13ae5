"""Made digits and pictures of no digit have to look as reading gives them, and the same for the same seed."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.pages import non_digits
from pipeline.pages.digits import as_seen, made_digits
from pipeline.pages.non_digits import LETTERS, PRINT_LETTERS, made_non_digits

Make = Callable[[np.random.Generator, int, bool], NDArray[np.uint8]]


def digits(rng: np.random.Generator, count: int, held_out: bool) -> NDArray[np.uint8]:
    return made_digits(rng, count, held_out=held_out)[0]


def no_digits(rng: np.random.Generator, count: int, held_out: bool) -> NDArray[np.uint8]:
    return made_non_digits(rng, count, held_out=held_out)


@pytest.mark.parametrize("make", [digits, no_digits])
@pytest.mark.parametrize("held_out", [False, True])
def test_a_seed_gives_the_same_pictures(make: Make, held_out: bool) -> None:
    first, again, other = (make(np.random.default_rng(seed), 40, held_out) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("make", [digits, no_digits])
def test_they_have_mnists_form(make: Make) -> None:
    images = make(np.random.default_rng(0), 150, False)
    assert images.shape == (150, 28, 28)
    assert images.dtype == np.uint8
    for image in images:
        rows, columns = (np.flatnonzero((image > 25).any(axis)) for axis in (1, 0))
        assert 12 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
        middle = np.average(np.indices((28, 28)), axis=(1, 2), weights=image)
        assert np.abs(middle - 14).max() < 5


def test_every_digit_is_made_and_none_is_wanted_where_none_is_asked_for() -> None:
    _, labels = made_digits(np.random.default_rng(1), 200)
    assert set(labels.tolist()) == set(range(10))
    images, labels = made_digits(np.random.default_rng(1), 0)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


def test_held_out_hands_are_others() -> None:
    ours, theirs = (
        made_digits(np.random.default_rng(2), 30, held_out=held_out)[0] for held_out in (False, True)
    )
    assert not np.array_equal(ours, theirs)


@pytest.mark.parametrize("kind", ["letter", "word", "sign", "several_digits", "straight_stroke", "drawing"])
def test_every_kind_of_picture_of_no_digit_is_drawn(kind: str) -> None:
    rng = np.random.default_rng(5)
    seen = [as_seen(getattr(non_digits, kind)(rng), rng) for _ in range(30)]
    assert sum(image is not None and image.max() > 200 for image in seen) >= 28


def test_letters_that_look_like_digits_are_no_pictures_of_no_digit() -> None:
    assert not set("OoIlZzSsBqgDJij|") & set(PRINT_LETTERS)
    assert set(LETTERS) < set(PRINT_LETTERS)


def test_a_stroke_that_may_be_a_1_is_no_picture_of_no_digit() -> None:
    rng = np.random.default_rng(6)
    for _ in range(100):
        stroke = non_digits.straight_stroke(rng)
        y, x = np.nonzero(stroke > 128)
        spread = np.cov(x, -y)
        lean = np.degrees(0.5 * np.arctan2(2 * spread[0, 1], spread[1, 1] - spread[0, 0]))
        assert not -18 < lean < 36
