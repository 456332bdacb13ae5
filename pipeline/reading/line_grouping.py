"""Components of ink -> the lines of writing that they stand in. Knows nothing of pixels."""

from bisect import insort
from collections.abc import Iterable
from statistics import median

import numpy as np

from pipeline.reading.components import Component

_GUTTER = 2.0
"""Least width of the blank between two columns, in typical digit heights."""

_STEEPEST = 0.45
"""Largest slope of a line of writing, in pixels a pixel."""


class _Line:
    """A line of writing that grows from left to right.

    Attributes:
        components: from left to right.
        level: where the next component is expected: the mean level of the last three.
        height: the median height of the last three, in ink pixels.
    """

    def __init__(self) -> None:
        self.components: list[Component] = []
        self.level = 0.0
        self.height = 0.0
        self._recent: list[tuple[float, int]] = []
        self._levels: list[float] = []

    def add(self, component: Component, level: float) -> None:
        """Appends a component whose center is at this level."""
        self.components.append(component)
        insort(self._levels, level)
        self._recent = [*self._recent[-2:], (level, component.height)]
        self.level = sum(level for level, _ in self._recent) / len(self._recent)
        self.height = float(median(height for _, height in self._recent))

    def takes(self, off: float, height: int, typical: float) -> bool:
        """Whether a component of this height, this far off the line's level, may be the next one."""
        return off < 0.55 * max(min(self.height, 1.5 * height), 0.5 * typical)

    @property
    def middle(self) -> float:
        """The median of its components' levels."""
        half = len(self._levels) // 2
        return (self._levels[half] + self._levels[~half]) / 2


def group_lines(components: list[Component], typical: float) -> list[list[Component]]:
    """The lines of writing, each from left to right, in reading order.

    Columns whose lines are at levels of their own are read one after the other; a table is read across.

    Args:
        components: digits or nearly so; bars and dots come later.
        typical: height of the components, in ink pixels.
    """
    slope = _slope(components, typical)
    columns: list[list[Component]] = []
    right = -np.inf
    for component in sorted(components, key=lambda component: component.left):
        if not columns or component.left - right > _GUTTER * typical:
            columns.append([])
        columns[-1].append(component)
        right = max(right, component.right)
    apart: list[list[_Line]] = []
    for column in columns:
        lines = _chained([], column, typical, slope)
        if apart and not _stand_apart(apart[-1], lines, typical):
            _chained(apart[-1], column, typical, slope)
        else:
            apart.append(lines)
    return [line.components for lines in apart for line in sorted(lines, key=lambda line: line.middle)]


def _stand_apart(one: list[_Line], other: list[_Line], typical: float) -> bool:
    """Whether two columns have two lines or more each, and most of these are at different levels."""
    few, many = sorted((one, other), key=len)
    if len(few) < 2:
        return False
    levels = np.array([line.middle for line in many])
    alone = sum(bool(np.abs(levels - line.middle).min() > 0.35 * typical) for line in few)
    return alone >= 0.5 * len(few)


def _level(component: Component, slope: float) -> float:
    """Height of a component's center on the page, once the lines are level."""
    x, y = component.center
    return y - slope * x


def _chained(
    lines: list[_Line], components: Iterable[Component], typical: float, slope: float
) -> list[_Line]:
    """`lines` themselves, grown by components right of theirs, and new lines; the components are in order."""
    for component in components:
        level, height = _level(component, slope), component.height
        best, least = None, np.inf
        for line in lines:
            off = abs(level - line.level)
            if off < least and line.takes(off, height, typical):
                best, least = line, off
        if best is None:
            best = _Line()
            lines.append(best)
        best.add(component, level)
    return lines


def _slope(components: list[Component], typical: float) -> float:
    """Of the lines of writing, in pixels a pixel: the median slope from a component to its right neighbor."""
    slopes, weights = [], []
    centers = np.array([component.center for component in components]).reshape(-1, 2)
    for x, y in centers:
        across, down = centers[:, 0] - x, centers[:, 1] - y
        ahead = np.flatnonzero((across > 0.4 * typical) & (np.abs(down) < _STEEPEST * across + 0.2 * typical))
        if not len(ahead):
            continue
        far = np.hypot(across[ahead], 2 * down[ahead])
        nearest = ahead[far.argmin()]
        if far.min() < 6 * typical:
            slopes.append(down[nearest] / across[nearest])
            weights.append(across[nearest])
    if len(slopes) < 2:
        return 0.0
    median_slope = np.quantile(slopes, 0.5, weights=weights, method="inverted_cdf")
    return float(np.clip(median_slope, -_STEEPEST, _STEEPEST))
