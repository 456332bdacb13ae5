"""Tells the edge of a sheet, a shadow or a neighboring box from a 1: the papers on its two sides differ.

Only a mark that stands alone on its line is judged, and only where another line holds a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture
from pipeline.reading.segmentation import DigitBox


@dataclass(frozen=True)
class EdgeThresholds:
    """When a mark that stands alone is an edge.

    Attributes:
        thin: widest bar, in heights of it.
        step: share of a stroke's depth by which the paper may differ from one side of it to the other. In ones of real
            pages without a neighbor close by it was 0.13 at most, in the edge of a sheet 1.04.
        least_rows: with paper on both sides, else nothing is said of the mark.
    """

    thin: float = 0.45
    step: float = 0.6
    least_rows: int = 3


_EDGES = EdgeThresholds()


def without_edges(
    lines: Sequence[Sequence[DigitBox]], picture: Picture
) -> tuple[list[list[DigitBox]], list[Box]]:
    """The lines without bars that stand alone and are no strokes.

    Args:
        lines: as `pipeline.reading.segmentation.segment` gives them.
        picture: what they were read from.

    Returns:
        The lines that are left and the box of each bar left out.
    """
    remaining: list[list[DigitBox]] = []
    left_out: list[Box] = []
    numbers = any(len(line) > 1 for line in lines)
    for line in lines:
        if numbers and len(line) == 1 and _is_bar(line[0]) and _is_edge(line[0].box, picture):
            left_out.append(line[0].box)
        else:
            remaining.append(list(line))
    return remaining, left_out


def _is_bar(box: DigitBox) -> bool:
    return box.digit == 1 and box.box.width <= _EDGES.thin * box.box.height


def _is_edge(box: Box, picture: Picture) -> bool:
    """Whether a bar is cut off by the picture's rim, or parts a brighter side from a darker one."""
    height, width = picture.pixels.shape[:2]
    if min(box.x, box.y, width - box.right, height - box.bottom) <= 0:
        return True
    gray = cv2.cvtColor(picture.pixels[box.y : box.bottom], cv2.COLOR_RGB2GRAY)
    rows = [
        sides
        for row, levels in enumerate(gray, box.y)
        if (stroke := _stroke(row, box, picture)) and (sides := _sides(levels, *stroke))
    ]
    if len(rows) < _EDGES.least_rows:
        return False
    left, right, darkest, brightest = np.array(rows).T
    step = abs(float(np.median(left - right)))
    dark = float(np.median(np.minimum(left, right) - darkest))
    bright = float(np.median(brightest - np.maximum(left, right)))
    return step > _EDGES.step * max(dark, bright, 1.0)


def _stroke(row: int, box: Box, picture: Picture) -> tuple[int, int] | None:
    """Where the stroke begins and ends in a row of the picture, in picture pixels; None where it has no ink."""
    scale = picture.scale
    first, last = int(box.x * scale), int(np.ceil(box.right * scale))
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
