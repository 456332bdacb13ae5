"""Tells the edge of a sheet, a shadow or a neighboring box from a 1: on its two sides lie different papers.

Only a mark that stands alone on its line is judged, and only where another line holds a number.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.picture import Picture
from pipeline.reading.segmentation import Box, DigitBox

_THIN = 0.45
"""Widest bar, in heights of it."""

_STEP = 0.6
"""Share of a stroke's depth by which the paper may differ from one side of it to the other. In ones of real pages
without a neighbor close by it was 0.13 at most, in the edge of a sheet 1.04."""

_LEAST_ROWS = 3


def without_edges(
    lines: Sequence[Sequence[DigitBox]], picture: Picture
) -> tuple[list[list[DigitBox]], list[Box]]:
    """The lines without bars that stand alone and are no strokes.

    Args:
        lines: as `pipeline.reading.segmentation.segment` gives them.
        picture: what they were read from.

    Returns:
        The lines that are left and the box (x, y, width, height) of each bar left out.
    """
    kept: list[list[DigitBox]] = []
    left_out: list[Box] = []
    numbers = any(len(line) > 1 for line in lines)
    for line in lines:
        if numbers and len(line) == 1 and _is_bar(line[0]) and _is_edge(line[0].box, picture):
            left_out.append(line[0].box)
        else:
            kept.append(list(line))
    return kept, left_out


def _is_bar(box: DigitBox) -> bool:
    return box.digit == 1 and box.box[2] <= _THIN * box.box[3]


def _is_edge(box: Box, picture: Picture) -> bool:
    """Whether a bar is cut off by the picture's rim, or parts a brighter side from a darker one."""
    height, width = picture.pixels.shape[:2]
    x, y, wide, high = box
    if min(x, y, width - x - wide, height - y - high) <= 0:
        return True
    gray = cv2.cvtColor(picture.pixels[y : y + high], cv2.COLOR_RGB2GRAY)
    found = [
        sides
        for row, levels in enumerate(gray, y)
        if (stroke := _stroke(row, box, picture)) and (sides := _sides(levels, *stroke))
    ]
    if len(found) < _LEAST_ROWS:
        return False
    left, right, darkest, brightest = np.array(found).T
    step = abs(float(np.median(left - right)))
    dark = float(np.median(np.minimum(left, right) - darkest))
    bright = float(np.median(brightest - np.maximum(left, right)))
    return step > _STEP * max(dark, bright, 1.0)


def _stroke(row: int, box: Box, picture: Picture) -> tuple[int, int] | None:
    """Where the stroke begins and ends in a row of the picture, in picture pixels; None where it has no ink."""
    x, _, wide, _ = box
    scale = picture.scale
    first, last = int(x * scale), int(np.ceil((x + wide) * scale))
    inked = np.flatnonzero(picture.ink[min(int(row * scale), len(picture.ink) - 1), first:last] > 0.3)
    if not len(inked):
        return None
    return int((first + inked[0]) / scale), int(np.ceil((first + inked[-1] + 1) / scale))


def _sides(levels: NDArray[np.uint8], first: int, last: int) -> tuple[float, float, float, float] | None:
    """Mean level left and right of a row's stroke, at some distance for soft edges; lowest and highest in it.

    None where the row ends before.
    """
    off = max(2, round(0.75 * (last - first)))
    if first - 2 * off < 0 or last + 2 * off > len(levels):
        return None
    left, right = levels[first - 2 * off : first - off], levels[last + off : last + 2 * off]
    inside = levels[max(first - 1, 0) : last + 1]
    return float(left.mean()), float(right.mean()), float(inside.min()), float(inside.max())
