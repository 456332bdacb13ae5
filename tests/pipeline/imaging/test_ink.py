"""Small pictures that a digit fills to the frame: which of the two brightnesses is the ink."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.imaging.picture import read_picture

# strokes that touch the frame on every side, as in sets of small scans
SEVEN = """
##############..
################
..............##
.............##.
............##..
............##..
.....##########.
....###########.
.........##.....
.........##.....
........##......
........##......
.......##.......
......###.......
......##........
.....##.........
"""
EIGHT = """
....########....
..####....####..
.###........##..
.##........###..
.##.......###...
..###...####....
...#######......
....######......
..####..####....
.###......####..
###.........##..
##...........##.
##...........###
###..........##.
.####......####.
...##########...
"""


def tight(drawing: str, side: int = 16) -> NDArray[np.uint8]:
    rows = [[255 * (sign == "#") for sign in line] for line in drawing.split()]
    return np.asarray(
        cv2.resize(np.array(rows, np.uint8), (side, side), interpolation=cv2.INTER_AREA), np.uint8
    )


@pytest.mark.parametrize("drawing", [SEVEN, EIGHT])
@pytest.mark.parametrize("side", [16, 20, 28, 48])
@pytest.mark.parametrize("bright_on_dark", [True, False])
def test_strokes_that_touch_the_frame_are_the_ink(drawing: str, side: int, bright_on_dark: bool) -> None:
    strokes = tight(drawing, side)
    ink = read_picture(strokes if bright_on_dark else 255 - strokes).ink
    assert np.corrcoef(ink.ravel(), strokes.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("drawing", [SEVEN, EIGHT])
def test_grain_and_grey_ink_do_not_hide_them(drawing: str) -> None:
    strokes = tight(drawing, 24)
    noise = np.random.default_rng(0).normal(0, 4, strokes.shape)
    ink = read_picture(np.asarray(np.clip(200 - strokes * 0.5 + noise, 0, 255), np.uint8)).ink
    assert np.corrcoef(ink.ravel(), strokes.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("side", [16, 28, 48])
@pytest.mark.parametrize("noise", [0, 3, 20])
def test_a_small_picture_of_nothing_is_empty(side: int, noise: float) -> None:
    grain = np.random.default_rng(side).normal(0, noise, (side, side))
    assert not read_picture(np.asarray(np.clip(180 + grain, 0, 255), np.uint8)).ink.any()


def test_a_bar_along_the_frame_is_a_stroke() -> None:
    strokes = tight(SEVEN, 16)
    strokes[0] = 255
    ink = read_picture(strokes).ink
    assert ink[0].min() > 0.9
