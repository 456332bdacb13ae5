"""Where digits that touch may be cut apart: paths from top to bottom that cross as little ink as possible.

Too many cuts are proposed on purpose; which of them are made is decided by what a recognizer makes of the
parts (over-segmentation, as in Lecun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
document recognition", 1998). Knows nothing of recognizers.
"""

from bisect import bisect_left
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink import Ink

_ROWS = 40
"""Rows that a digit of the line's height has while cuts are looked for."""

_BAND = 13
"""Columns, at this size, that a cut may stray to each side: a slant of 18 degrees either way."""

_CLOSEST = 0.13 * _ROWS
"""Columns that two cuts are apart at least, as the mean over the rows."""

_LEAST_INK = 0.02 * _ROWS * _ROWS / 4
"""Ink that each part has at least: full pixels at this size."""

_MOST_COLUMNS = 100 * _ROWS
"""Wider ink, at this size, is no row of digits that touch but a pen line, and isn't cut."""

_LARGEST_SCALE = 8.0
"""Enlarging lower ink than 5 pixels any further shows nothing new, and only takes time."""


@dataclass(frozen=True)
class Cuts:
    """Proposed cuts through one stretch of ink.

    Attributes:
        parts: int32 (h, w), for every pixel the number of cuts to its left: part 0, part 1, ...
        crossed: float64 (cuts,), the ink each cut goes through, in stroke widths; 0 through a gap.
    """

    parts: NDArray[np.int32]
    crossed: NDArray[np.float64]


def propose(ink: Ink, height: float, stroke: float) -> Cuts:
    """Cuts through `ink`.

    Args:
        ink: the ink of one stretch of a line and nothing else.
        height: the median height of the line's digits, in pixels.
        stroke: the stroke width, in pixels.
    """
    scale = min(_ROWS / height, _LARGEST_SCALE)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    columns = size[0]
    if not _ROWS // 4 <= columns <= _MOST_COLUMNS:
        return Cuts(np.zeros(ink.shape, np.int32), np.zeros(0))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(ink, size, interpolation=method), np.float32)
    small = np.clip(small * 1.5, 0, 1)
    paths, crossed = _paths(small)
    thickness = max(stroke * scale, 1.5)
    chosen = _local_minima(paths, crossed / thickness, small)
    if not chosen:
        return Cuts(np.zeros(ink.shape, np.int32), np.zeros(0))
    marks = np.zeros((small.shape[0], columns + 1), np.int32)
    for i in chosen:
        marks[np.arange(small.shape[0]), np.clip(paths[i], 0, columns)] += 1
    parts = np.cumsum(marks[:, :-1], axis=1)
    full = cv2.resize(parts.astype(np.float32), (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST)
    return Cuts(np.asarray(full, np.int32), crossed[chosen] / thickness)


def _paths(small: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For every column the cheapest path around it: columns (n, rows), and the ink on it (n,)."""
    rows, columns = small.shape
    width = 2 * _BAND + 1
    padded = np.pad(small, ((0, 0), (_BAND, _BAND)))
    window = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)  # (rows, columns, width)
    stray = 0.02 * np.abs(np.arange(width) - _BAND)[None, :]
    total = window[0] + stray
    back = np.zeros((rows, columns, width), np.int8)
    wall = np.full((columns, 1), np.inf)
    for row in range(1, rows):
        left = np.concatenate([wall, total[:, :-1]], axis=1) + 0.4
        right = np.concatenate([total[:, 1:], wall], axis=1) + 0.4
        best = np.minimum(np.minimum(left, right), total)
        back[row] = np.where(best == total, 0, np.where(best == left, -1, 1))
        # going sideways through ink costs that ink as well: no slipping through diagonal strokes
        total = best + window[row] + stray
    place = np.argmin(total, axis=1)
    everyone = np.arange(columns)
    paths = np.zeros((columns, rows), np.int64)
    ink = np.zeros(columns)
    for row in range(rows - 1, -1, -1):
        paths[:, row] = place
        ink += window[row][everyone, place]
        place = place + back[row][everyone, place]
    return paths - _BAND + everyone[:, None], ink


def _local_minima(
    paths: NDArray[np.int64], crossed: NDArray[np.float64], small: NDArray[np.float32]
) -> list[int]:
    """The columns whose paths are worth trying: little ink, and ink on both sides of each."""
    columns = len(crossed)
    left_of = np.pad(np.cumsum(small, axis=1, dtype=float), ((0, 0), (1, 0)))
    rows = np.arange(len(small))
    # the borders of the parts so far, from left to right in every row, even where two paths cross
    borders = [np.zeros(len(small), np.int64), np.full(len(small), columns)]
    chosen: list[int] = []
    for i in np.lexsort((np.abs(np.arange(columns) - columns / 2), np.round(crossed, 1))):
        if crossed[i] > 2.6:
            break
        near = [j for j in chosen if abs(j - int(i)) < _CLOSEST + 2 * _BAND]
        if near and np.abs(paths[near] - paths[i]).mean(axis=1).min() < _CLOSEST:
            continue
        path = np.clip(paths[i], 0, columns)
        # only the parts between the last border wholly left of the path and the first wholly right of it change
        before = bisect_left(borders, True, key=lambda border: bool((border > path).any())) - 1
        after = bisect_left(borders, True, key=lambda border: bool((border >= path).all()))
        between = np.sort(np.stack([*borders[before + 1 : after], path]), axis=0)
        changed = np.concatenate([borders[before][None], between, borders[after][None]])
        if np.diff(left_of[rows, changed].sum(axis=1)).min() < _LEAST_INK:
            continue
        borders[before + 1 : after] = between
        chosen.append(int(i))
    return sorted(chosen, key=lambda j: float(paths[j].mean()))
