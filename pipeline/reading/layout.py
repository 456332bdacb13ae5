"""Ink of a page -> its components in lines of writing, in reading order. Knows nothing of which digit is which."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink import Ink
from pipeline.reading.components import (
    SMALLEST_HEIGHT,
    Component,
    find_components,
    heaviest,
    join_fragments,
    split_tall,
    typical_height,
)
from pipeline.reading.line_grouping import group_lines

_WHOLE = 0.42
"""Height, in typical ones, from which a component may be a digit and not only a part of one."""

_TALLEST = 3.5
"""Height, in typical ones, above which a component is out of scale and starts no line."""


@dataclass(frozen=True)
class Line:
    """Components on one line of writing, from left to right, and the median height of its digits in ink pixels."""

    components: tuple[Component, ...]
    height: float


@dataclass(frozen=True)
class Page:
    """The lines of a page from top to bottom, and the int32 (h, w) map of which pixel is in which component."""

    lines: tuple[Line, ...]
    labels: NDArray[np.int32]


def lay_out(ink: Ink) -> Page:
    """Finds the components of ink that may be digits or parts of digits, and their lines."""
    components, labels = find_components(ink)
    components = heaviest(components)
    if not components:
        return Page((), labels)
    writing = [component for component in components if not _is_edge(component, ink.shape)]
    components, labels = split_tall(ink, components, labels, typical_height(writing or components))
    components = heaviest([component for component in components if not _is_edge(component, ink.shape)])
    if not components:
        return Page((), labels)
    components, labels = join_fragments(components, labels, typical_height(components))
    typical = typical_height(components)
    if typical < SMALLEST_HEIGHT:
        return Page((), labels)
    blocks = _blocks(components, labels)
    components = [c for c in components if c.label not in blocks and not _is_rim(c, typical, ink.shape)]
    whole = [c for c in components if _WHOLE * typical <= c.height <= _TALLEST * typical]
    parts = [c for c in components if c.height < _WHOLE * typical and c.width < 1.5 * typical]
    lines = []
    for group in group_lines(whole, typical):
        height = float(np.median(sorted(component.height for component in group)[len(group) // 3 :]))
        if height >= SMALLEST_HEIGHT:
            lines.append((group, height))
    _add_parts(lines, parts)
    ordered = (
        Line(tuple(sorted(group, key=lambda component: component.left)), height) for group, height in lines
    )
    return Page(tuple(ordered), labels)


def _add_parts(lines: list[tuple[list[Component], float]], parts: list[Component]) -> None:
    """Adds the bar of a 5 or a stretch of a broken stroke to its line; specks and punctuation are further off."""
    if not lines:
        return
    whole = [(component, i) for i, (group, _) in enumerate(lines) for component in group]
    edges = np.zeros((len(whole) + len(parts), 4))
    edges[: len(whole)] = [component.box.edges for component, _ in whole]
    owners = np.array([i for _, i in whole] + [0] * len(parts))
    count = len(whole)
    for part in parts:
        left, top, right, bottom = part.box.edges
        lefts, tops, rights, bottoms = edges[:count].T
        across = np.maximum(np.maximum(left - rights, lefts - right), 0)
        down = np.maximum(np.maximum(top - bottoms, tops - bottom), 0)
        reach = np.hypot(across, down)
        nearest = int(owners[:count][reach == reach.min()].min())
        if reach.min() < 0.3 * lines[nearest][1]:
            lines[nearest][0].append(part)
            edges[count], owners[count] = part.box.edges, nearest
            count += 1


def _is_edge(component: Component, shape: tuple[int, ...]) -> bool:
    """Whether a component is the rim of a sheet, a shadow or a frame rather than writing."""
    height, width = shape
    left, top, right, bottom = component.box.edges
    sides = (left <= 1) + (top <= 1) + (right >= width - 1) + (bottom >= height - 1)
    wide, tall = component.width / width, component.height / height
    long, thin = max(wide, tall), min(wide, tall)
    frame = (
        component.width > 0.85 * width
        and component.height > 0.85 * height
        and component.mass < 0.1 * height * width
    )
    return (
        frame or (sides >= 1 and long > 0.4 and thin < 0.12) or (sides >= 2 and long > 0.6 and height > 200)
    )


def _blocks(components: list[Component], labels: NDArray[np.int32]) -> set[int]:
    """Labels of components much more solid than the others: printed logos, shadows, blots."""
    if len(components) < 4:
        return set()
    distance = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 3)
    solidity = {}
    for component in components:
        window = component.box.window
        inside = distance[window][labels[window] == component.label]
        solidity[component.label] = float(np.percentile(inside, 90))
    median = float(np.median(list(solidity.values())))
    return {label for label, value in solidity.items() if value > 3 * max(median, 1.5)}


def _is_rim(component: Component, typical: float, shape: tuple[int, ...]) -> bool:
    """Whether a component is a strip along the picture's edge: the rest of a ruling or of a neighboring line."""
    left, top, right, bottom = component.box.edges
    height, width = component.height, component.width
    level = (top <= 1 or bottom >= shape[0] - 1) and height < 0.3 * typical
    upright = (left <= 1 or right >= shape[1] - 1) and width < 0.15 * typical
    long = max(height, width) > 1.4 * typical and min(height, width) < 0.3 * typical
    touches = min(left, top, shape[1] - right, shape[0] - bottom) <= 1
    return level or (upright and height > 1.5 * typical) or (touches and long)
