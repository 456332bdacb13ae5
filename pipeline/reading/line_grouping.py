"""Pieces of ink and the lines of writing that they stand in. Knows nothing of pixels."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

_GUTTER = 2.0
"""Least width of the blank between two columns, in usual digit heights."""

_STEEPEST = 0.45
"""Largest slope of a line of writing, in pixels a pixel."""


@dataclass(frozen=True)
class Piece:
    """One connected piece of ink, in ink pixels.

    Attributes:
        label: its number in the page's label map.
        left, top, right, bottom: its box; right and bottom are the first column and row outside.
        mass: the sum of its ink.
    """

    label: int
    left: int
    top: int
    right: int
    bottom: int
    mass: float

    @property
    def height(self) -> int:
        """In ink pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In ink pixels."""
        return self.right - self.left

    @property
    def center(self) -> tuple[float, float]:
        """Of the box: x and y."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


class _Line:
    """A line of writing that grows from left to right.

    Attributes:
        pieces: from left to right.
        level: where the next piece is expected: the mean level of the last three.
        height: the middle height of the last three, in ink pixels.
    """

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.level = 0.0
        self.height = 0.0
        self._recent: list[tuple[float, int]] = []
        self._levels: list[float] = []

    def add(self, piece: Piece, level: float) -> None:
        """Appends a piece whose center is at this level."""
        self.pieces.append(piece)
        insort(self._levels, level)
        self._recent = [*self._recent[-2:], (level, piece.height)]
        self.level = sum(level for level, _ in self._recent) / len(self._recent)
        self.height = float(median(height for _, height in self._recent))

    def takes(self, off: float, height: int, usual: float) -> bool:
        """Whether a piece of this height, this far off the line's level, may be the next one."""
        return off < 0.55 * max(min(self.height, 1.5 * height), 0.5 * usual)

    @property
    def middle(self) -> float:
        """The median of its pieces' levels."""
        half = len(self._levels) // 2
        return (self._levels[half] + self._levels[~half]) / 2


def find_lines(pieces: list[Piece], usual: float) -> list[list[Piece]]:
    """The lines of writing, each from left to right, in reading order.

    Columns whose lines lie at levels of their own are read one after the other; a table is read across.

    Args:
        pieces: digits or nearly so; bars and dots come later.
        usual: the height of a usual digit, in ink pixels.
    """
    slope = _slope(pieces, usual)
    columns: list[list[Piece]] = []
    right = -np.inf
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if not columns or piece.left - right > _GUTTER * usual:
            columns.append([])
        columns[-1].append(piece)
        right = max(right, piece.right)
    apart: list[list[_Line]] = []
    for column in columns:
        lines = _chained([], column, usual, slope)
        if apart and not _stand_apart(apart[-1], lines, usual):
            _chained(apart[-1], column, usual, slope)
        else:
            apart.append(lines)
    return [line.pieces for lines in apart for line in sorted(lines, key=lambda line: line.middle)]


def _stand_apart(one: list[_Line], other: list[_Line], usual: float) -> bool:
    """Whether two columns have two lines or more each, and most of these lie at different levels."""
    few, many = sorted((one, other), key=len)
    if len(few) < 2:
        return False
    levels = np.array([line.middle for line in many])
    alone = sum(bool(np.abs(levels - line.middle).min() > 0.35 * usual) for line in few)
    return alone >= 0.5 * len(few)


def _level(piece: Piece, slope: float) -> float:
    """Height of a piece's center on the page, once the lines are level."""
    x, y = piece.center
    return y - slope * x


def _chained(lines: list[_Line], pieces: Iterable[Piece], usual: float, slope: float) -> list[_Line]:
    """`lines` themselves, grown by pieces that lie right of theirs, and new lines; the pieces are in order."""
    for piece in pieces:
        level, height = _level(piece, slope), piece.height
        best, least = None, np.inf
        for line in lines:
            off = abs(level - line.level)
            if off < least and line.takes(off, height, usual):
                best, least = line, off
        if best is None:
            best = _Line()
            lines.append(best)
        best.add(piece, level)
    return lines


def _slope(pieces: list[Piece], usual: float) -> float:
    """Of the lines of writing, in pixels a pixel: the middle of the slopes from each piece to its right neighbor."""
    slopes, weights = [], []
    centers = np.array([piece.center for piece in pieces]).reshape(-1, 2)
    for x, y in centers:
        across, down = centers[:, 0] - x, centers[:, 1] - y
        ahead = np.flatnonzero((across > 0.4 * usual) & (np.abs(down) < _STEEPEST * across + 0.2 * usual))
        if not len(ahead):
            continue
        far = np.hypot(across[ahead], 2 * down[ahead])
        nearest = ahead[far.argmin()]
        if far.min() < 6 * usual:
            slopes.append(down[nearest] / across[nearest])
            weights.append(across[nearest])
    if len(slopes) < 2:
        return 0.0
    order = np.argsort(slopes)
    total = np.cumsum(np.array(weights)[order])
    middle = float(np.array(slopes)[order][np.searchsorted(total, total[-1] / 2)])
    return float(np.clip(middle, -_STEEPEST, _STEEPEST))
