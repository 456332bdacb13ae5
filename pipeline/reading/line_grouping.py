"""Things on a page -> the lines of writing that they stand in. Knows nothing of pixels."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np

_GUTTER = 2.0
"""Least width of the blank between two columns, in typical digit heights."""


@dataclass(frozen=True)
class Item:
    """Something that stands in a line.

    Attributes:
        number: the caller's own.
        left: first column.
        right: first column outside.
        level: height of its line's middle, downwards, as far as it tells.
        height: of the digits of its line, as far as it tells.
    """

    number: int
    left: float
    right: float
    level: float
    height: float


class _Line:
    """A line of writing that grows from left to right.

    Attributes:
        items: from left to right.
        level: where the next item is expected: the mean level of the last three.
        height: the median height of the last three, in pixels.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.level = 0.0
        self.height = 0.0
        self._recent: list[tuple[float, float]] = []
        self._levels: list[float] = []

    def add(self, item: Item) -> None:
        """Appends an item."""
        self.items.append(item)
        insort(self._levels, item.level)
        self._recent = [*self._recent[-2:], (item.level, item.height)]
        self.level = sum(level for level, _ in self._recent) / len(self._recent)
        self.height = float(median(height for _, height in self._recent))

    def takes(self, off: float, height: float, typical: float) -> bool:
        """Whether an item of this height, this far off the line's level, may be the next one."""
        return off < 0.55 * max(min(self.height, 1.5 * height), 0.5 * typical)

    @property
    def middle(self) -> float:
        """The median of its items' levels."""
        half = len(self._levels) // 2
        return (self._levels[half] + self._levels[~half]) / 2


def group_lines(items: list[Item], typical: float) -> list[list[Item]]:
    """The lines of writing, each from left to right, in reading order.

    Columns whose lines are at levels of their own are read one after the other; a table is read across.

    Args:
        items: of a page whose lines are level.
        typical: height of its digits.
    """
    columns: list[list[Item]] = []
    right = -np.inf
    for item in sorted(items, key=lambda item: item.left):
        if not columns or item.left - right > _GUTTER * typical:
            columns.append([])
        columns[-1].append(item)
        right = max(right, item.right)
    apart: list[list[_Line]] = []
    for column in columns:
        lines = _chained([], column, typical)
        if apart and not _stand_apart(apart[-1], lines, typical):
            _chained(apart[-1], column, typical)
        else:
            apart.append(lines)
    return [line.items for lines in apart for line in sorted(lines, key=lambda line: line.middle)]


def _stand_apart(one: list[_Line], other: list[_Line], typical: float) -> bool:
    """Whether two columns have two lines or more each, and most of these are at different levels."""
    few, many = sorted((one, other), key=len)
    if len(few) < 2:
        return False
    levels = np.array([line.middle for line in many])
    alone = sum(bool(np.abs(levels - line.middle).min() > 0.35 * typical) for line in few)
    return alone >= 0.5 * len(few)


def _chained(lines: list[_Line], items: Iterable[Item], typical: float) -> list[_Line]:
    """`lines` themselves, grown by items right of theirs, and new lines; the items are in order."""
    for item in items:
        best, least = None, np.inf
        for line in lines:
            off = abs(item.level - line.level)
            if off < least and line.takes(off, item.height, typical):
                best, least = line, off
        if best is None:
            best = _Line()
            lines.append(best)
        best.add(item)
    return lines
