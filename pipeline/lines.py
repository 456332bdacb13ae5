"""Pieces of ink and the lines of writing that they stand in. Knows nothing of pixels."""

from dataclasses import dataclass

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
    apart: list[list[Piece]] = []
    for column in columns:
        if apart and not _stand_apart(
            _lines(apart[-1], usual, slope), _lines(column, usual, slope), usual, slope
        ):
            apart[-1] = apart[-1] + column
        else:
            apart.append(column)
    return [line for column in apart for line in _lines(column, usual, slope)]


def _stand_apart(one: list[list[Piece]], other: list[list[Piece]], usual: float, slope: float) -> bool:
    """Whether two columns have two lines or more each, and most of these lie at different levels."""
    few, many = sorted((one, other), key=len)
    if len(few) < 2:
        return False
    levels = [float(np.median([_level(piece, slope) for piece in line])) for line in many]
    alone = sum(
        min(abs(level - float(np.median([_level(piece, slope) for piece in line]))) for level in levels)
        > 0.35 * usual
        for line in few
    )
    return alone >= 0.5 * len(few)


def _level(piece: Piece, slope: float) -> float:
    """Height of a piece's center on the page, once the lines are level."""
    x, y = piece.center
    return y - slope * x


def _lines(pieces: list[Piece], usual: float, slope: float) -> list[list[Piece]]:
    """Pieces chained from left to right along the slope of the writing; lines from top to bottom."""
    ordered = sorted(pieces, key=lambda piece: piece.left)

    lines: list[list[Piece]] = []
    for piece in ordered:
        best, least = None, np.inf
        for line in lines:
            recent = line[-3:]
            expected = float(np.mean([_level(other, slope) for other in recent]))
            tall = float(np.median([other.height for other in recent]))
            off = abs(_level(piece, slope) - expected)
            if off < 0.55 * max(min(tall, 1.5 * piece.height), 0.5 * usual) and off < least:
                best, least = line, off
        if best is None:
            lines.append([piece])
        else:
            best.append(piece)
    return sorted(lines, key=lambda line: float(np.median([_level(piece, slope) for piece in line])))


def _slope(pieces: list[Piece], usual: float) -> float:
    """Of the lines of writing, in pixels a pixel: the middle of the slopes from each piece to its right neighbor."""
    slopes, weights = [], []
    for piece in pieces:
        x, y = piece.center
        nearest, least = None, np.inf
        for other in pieces:
            across, down = other.center[0] - x, other.center[1] - y
            if across > 0.4 * usual and abs(down) < _STEEPEST * across + 0.2 * usual:
                far = np.hypot(across, 2 * down)
                if far < least:
                    nearest, least = (across, down), far
        if nearest is not None and least < 6 * usual:
            slopes.append(nearest[1] / nearest[0])
            weights.append(nearest[0])
    if len(slopes) < 2:
        return 0.0
    order = np.argsort(slopes)
    total = np.cumsum(np.array(weights)[order])
    middle = float(np.array(slopes)[order][np.searchsorted(total, total[-1] / 2)])
    return float(np.clip(middle, -_STEEPEST, _STEEPEST))
