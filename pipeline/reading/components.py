"""Ink of a page -> connected components that may be digits or parts of digits. Knows nothing of lines."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Box
from pipeline.imaging.ink import Ink

SMALLEST_HEIGHT = 6
"""Pixels; lower marks are no different from specks."""

_MOST_COMPONENTS = 3000
"""A full page of writing has fewer; of dotted paper and halftones only those with the most ink are taken."""

_TOO_TALL = 2.2
"""Height, in typical ones, above which a component is taken apart where only faint ink holds it together."""


@dataclass(frozen=True)
class Component:
    """One connected component of ink.

    Attributes:
        label: its number in the page's label map.
        box: in ink pixels.
        mass: the sum of its ink.
    """

    label: int
    box: Box
    mass: float

    @property
    def height(self) -> int:
        """In ink pixels."""
        return self.box.height

    @property
    def width(self) -> int:
        """In ink pixels."""
        return self.box.width

    @property
    def left(self) -> int:
        """First column."""
        return self.box.x

    @property
    def right(self) -> int:
        """First column outside."""
        return self.box.right

    @property
    def center(self) -> tuple[float, float]:
        """Of the box: x and y."""
        left, top, right, bottom = self.box.edges
        return (left + right) / 2, (top + bottom) / 2


def find_components(ink: Ink) -> tuple[list[Component], NDArray[np.int32]]:
    """Components that hold ink of a stroke's strength, with faint stretches that hang on to it.

    Returns:
        the components, and the int32 (h, w) map of their labels.
    """
    strong = ink[ink > 0.15]
    if not strong.size:
        return [], np.zeros(ink.shape, np.int32)
    level = min(0.5, 0.4 * float(np.percentile(strong, 90)))
    weak = (ink > _faintest(ink, level)).astype(np.uint8)
    count, label_map, label_stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    labels, stats = np.asarray(label_map, np.int32), np.asarray(label_stats, np.int64)
    mass = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count)
    seeds = np.bincount(labels[ink > level], minlength=count)
    components = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if seeds[label] < 3 or area < 6:
            continue
        components.append(Component(label, Box(left, top, width, height), float(mass[label])))
    return components, labels


def _faintest(ink: Ink, level: float) -> float:
    """The lowest level at which faint ink is little more than the soft edges of strong ink, and not grain."""
    strong = int((ink > level).sum())
    for share in (0.3, 0.4, 0.5):
        if int((ink > share * level).sum()) <= 2.2 * strong:
            return share * level
    return 0.6 * level


def heaviest(components: list[Component]) -> list[Component]:
    """All of them, in their order; those with the most ink if there are too many."""
    if len(components) <= _MOST_COMPONENTS:
        return components
    heavy = np.argsort([-component.mass for component in components], kind="stable")[:_MOST_COMPONENTS]
    return [components[i] for i in sorted(heavy)]


def typical_height(components: list[Component]) -> float:
    """The median height, by ink: large scribbles count no more than a digit, specks hardly. In ink pixels."""
    heights = np.array([component.height for component in components], float)
    masses = np.array([component.mass for component in components])
    weights = np.minimum(masses, 3 * np.average(masses, weights=masses) / 2)
    weights *= heights >= SMALLEST_HEIGHT
    if not weights.any():
        return float(heights.max())
    return float(np.quantile(heights, 0.5, weights=weights, method="inverted_cdf"))


def split_tall(
    ink: Ink, components: list[Component], labels: NDArray[np.int32], typical: float
) -> tuple[list[Component], NDArray[np.int32]]:
    """Components far too tall for a digit, taken apart where only faint ink (a shadow's edge, a ruling) holds them.

    Args:
        ink: of the page.
        components: of the ink.
        labels: their map; it stays as it is.
        typical: height of the components, in ink pixels.

    Returns:
        the components, and the map of their labels.
    """
    result = [component for component in components if component.height <= _TOO_TALL * typical]
    if len(result) == len(components):
        return components, labels
    labels = np.array(labels)
    first = int(labels.max())
    for component in components:
        if component.height <= _TOO_TALL * typical:
            continue
        window = component.box.window
        own = labels[window] == component.label
        strong = float(np.percentile(ink[window][own], 90))
        parts, sublabels = find_components(
            np.where(own & (ink[window] > 0.45 * strong), ink[window], 0).astype(np.float32)
        )
        if len(parts) < 2:
            result.append(component)
            continue
        labels[window] = np.where(sublabels > 0, sublabels + first, np.where(own, 0, labels[window]))
        x, y = component.box[:2]
        result += [Component(part.label + first, part.box.moved(x, y), part.mass) for part in parts]
        first += int(sublabels.max())
    return result, labels


def join_fragments(
    components: list[Component], labels: NDArray[np.int32], typical: float
) -> tuple[list[Component], NDArray[np.int32]]:
    """Broken strokes made one: fragments with small gaps, and those above one another no taller than a digit.

    Args:
        components: of a page.
        labels: their map; it stays as it is.
        typical: height of the components, in ink pixels.

    Returns:
        the components, and the map of their labels.
    """
    groups = _groups_of_fragments(components, typical)
    if len(groups) == len(components):
        return components, labels
    renamed = np.arange(int(labels.max()) + 1, dtype=np.int32)
    joined = []
    for group in groups:
        first = group[0].label
        for component in group:
            renamed[component.label] = first
        box = Box.around(component.box for component in group)
        joined.append(Component(first, box, sum(component.mass for component in group)))
    return joined, renamed[labels]


def _groups_of_fragments(components: list[Component], typical: float) -> list[list[Component]]:
    # four lines of union-find: SciPy's DisjointSet costs every reading process an import longer than a page
    group = list(range(len(components)))

    def root(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    boxes = [component.box for component in components]
    extents = {i: (box.y, box.bottom) for i, box in enumerate(boxes)}
    order = sorted(range(len(boxes)), key=lambda i: boxes[i].x)
    for place, i in enumerate(order):
        reach = boxes[i].right + 0.15 * typical
        for j in order[place + 1 :]:
            if boxes[j].x > reach:
                break
            tallest = _tallest_union(boxes[i], boxes[j], typical)
            if not tallest:
                continue
            one, other = root(i), root(j)
            top = min(extents[one][0], extents[other][0])
            bottom = max(extents[one][1], extents[other][1])
            if one != other and bottom - top <= tallest * typical:
                group[other] = one
                extents[one] = (top, bottom)
    members: dict[int, list[Component]] = {}
    for i, component in enumerate(components):
        members.setdefault(root(i), []).append(component)
    return list(members.values())


def _tallest_union(one: Box, other: Box, typical: float) -> float:
    """How tall two fragments of one digit may be together, in typical heights; 0 where they are no such fragments."""
    left, top, right, bottom = one.edges
    other_left, other_top, other_right, other_bottom = other.edges
    if max(top, other_top) - min(bottom, other_bottom) >= 0.3 * typical:
        return 0.0
    low = min(max(one.height, one.width), max(other.height, other.width))
    across = max(left - other_right, other_left - right, 0)
    down = max(top - other_bottom, other_top - bottom, 0)
    apart = float(np.hypot(across, down))
    overlap = (min(right, other_right) - max(left, other_left)) / max(1, min(one.width, other.width))
    broken = low < 0.42 * typical and max(one.height, other.height) < 1.1 * typical and apart < 0.13 * typical
    stacked = overlap > 0.4 and apart < 0.3 * typical and low < 0.85 * typical
    if not (broken or stacked):
        return 0.0
    return 1.7 if overlap > 0.6 and low < 0.6 * typical else 1.3
