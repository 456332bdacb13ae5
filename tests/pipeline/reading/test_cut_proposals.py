"""Proposed cuts through ink that is drawn here."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.imaging.ink import Ink
from pipeline.reading.cut_proposals import propose


def bars(count: int, *, joined: bool) -> Ink:
    """Upright strokes 40 pixels high, 30 apart and 6 wide, from column 7; a thin line may join them at the bottom."""
    ink = np.zeros((44, 30 * count), np.float32)
    for i in range(count):
        ink[2:42, 30 * i + 7 : 30 * i + 13] = 1
    if joined:
        ink[38:40, 7 : 30 * count - 17] = 1
    return ink


@pytest.mark.parametrize("joined", [False, True])
def test_strokes_are_cut_apart_between_them(joined: bool) -> None:
    ink = bars(6, joined=joined)
    cuts = propose(ink, 40, 6)
    owners = [set(cuts.parts[2:38, 30 * i + 9].tolist()) for i in range(6)]
    assert all(len(owner) == 1 for owner in owners)
    assert len(set.union(*owners)) == 6, "each stroke in a part of its own"
    assert (cuts.crossed[:5] < 0.5).all()
    assert bool((cuts.crossed < 0.05).all()) is not joined


def test_how_far_a_row_goes_on_changes_nothing_in_its_middle() -> None:
    few, many = propose(bars(5, joined=True), 40, 6), propose(bars(40, joined=True), 40, 6)
    assert len(many.crossed) > 5 * len(few.crossed)
    assert np.array_equal(few.parts[:, :60], many.parts[:, :60])


def test_low_ink_is_not_enlarged_without_end() -> None:
    cuts = propose(np.ones((3, 65), np.float32), 1.0, 3.0)
    assert cuts.parts.shape == (3, 65)
    assert len(cuts.crossed) < 2 * 65


def test_a_pen_line_across_the_page_is_not_cut() -> None:
    x = np.arange(1790)
    ink = np.zeros((14, 1800), np.float32)
    points = np.stack([x + 5, 7 + 4 * np.sin(x / 4)], axis=1).astype(np.int32)
    cv2.polylines(ink, [points], False, (1.0,), 2)
    cuts = propose(ink, 12, 2)
    assert len(cuts.crossed) == 0
    assert not cuts.parts.any()


def noise(seed: int, height: int, width: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    smooth = cv2.GaussianBlur(random.random((height, width)), (0, 0), random.uniform(0.5, 4))
    return np.asarray(smooth > np.quantile(smooth, random.uniform(0.3, 0.95)), np.float32)


@given(st.integers(0, 2**32 - 1), st.integers(20, 80), st.integers(20, 160), st.integers(40, 80))
@settings(max_examples=30, deadline=None)
def test_parts_go_from_left_to_right_in_every_row_and_each_holds_ink(
    seed: int, height: int, width: int, line_height: int
) -> None:
    ink = noise(seed, height, width)
    cuts = propose(ink, line_height, 3.0)
    assert cuts.parts.shape == ink.shape
    assert (np.diff(cuts.parts, axis=1) >= 0).all()
    assert cuts.parts.min() >= 0
    assert cuts.parts.max() <= len(cuts.crossed)
    assert (cuts.crossed >= 0).all()
    held = np.bincount(cuts.parts.ravel(), weights=ink.ravel(), minlength=len(cuts.crossed) + 1)
    assert (held > 0).all()
