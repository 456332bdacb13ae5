"""A line of components -> stretches of touching or overlapping ink, and in each the runs of parts that may be a digit.

Knows nothing of recognizers: they score the candidates' images later.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.errors import InputError
from pipeline.imaging.geometry import Box, bounding_box
from pipeline.imaging.ink import Ink
from pipeline.imaging.normalize import normalize_ink
from pipeline.reading.components import Component
from pipeline.reading.costs import COSTS
from pipeline.reading.cut_proposals import Cuts, propose
from pipeline.reading.layout import Line, Page

_LONGEST_RUN = 6
"""Parts that one digit may consist of."""


@dataclass
class Candidate:
    """A run of parts that may be one digit: parts `first` to `last` - 1 of a stretch.

    Attributes:
        first: its first part.
        last: the part behind its last one.
        box: in ink pixels of the page.
        mass: the sum of its ink.
        image: float32 (28, 28) in [0, 1], for the recognizer.
        scores: float32 (10,) or (11,), what the recognizer gave; zeros until it was asked.
    """

    first: int
    last: int
    box: Box
    mass: float
    image: NDArray[np.float32]
    scores: NDArray[np.float32]

    @property
    def likelihood(self) -> float:
        """Score of the likeliest digit."""
        return float(self.scores[:DIGITS].max())


@dataclass
class Stretch:
    """Touching or overlapping ink of one line, with the candidates for its digits, the whole first.

    Attributes:
        line: number of the line.
        height: median height of the line's digits, in ink pixels.
        corner: x and y of its window on the page.
        part: the window's ink without other stretches'.
        own: where in the window the stretch's components are.
        cuts: the proposed cuts, none at first.
        joint: for every cut, what it costs not to make it.
        candidates: runs of parts that may be one digit.
    """

    line: int
    height: float
    corner: tuple[int, int]
    part: Ink
    own: NDArray[np.bool_]
    cuts: Cuts
    joint: NDArray[np.float64]
    candidates: list[Candidate]

    @property
    def width(self) -> float:
        """In line heights."""
        return float(self.part.shape[1] / self.height)


def find_stretches(ink: Ink, page: Page, line: Line, number: int) -> list[Stretch]:
    """The line's ink in stretches with clear gaps between them, each a candidate as a whole.

    Args:
        ink: of the page.
        page: its layout.
        line: one of the page's.
        number: of the line.
    """
    groups: list[list[Component]] = []
    right = -np.inf
    for component in line.components:
        if groups and component.left - right <= 0.12 * line.height:
            groups[-1].append(component)
        else:
            groups.append([component])
            right = -np.inf
        right = max(right, component.right)
    return [_stretch(ink, page, group, line.height, number) for group in groups]


def _stretch(ink: Ink, page: Page, components: list[Component], height: float, number: int) -> Stretch:
    # a margin of one pixel keeps the soft edges
    box = Box.around(component.box for component in components).grown(1, ink.shape)
    labels = page.labels[box.window]
    own = np.isin(labels, [component.label for component in components])
    part = np.where(own | (labels == 0), ink[box.window], 0).astype(np.float32)
    no_cuts = Cuts(np.zeros(part.shape, np.int32), np.zeros(0))
    stretch = Stretch(number, height, (box.x, box.y), part, own, no_cuts, np.zeros(0), [])
    whole = _candidate(stretch, 0, 1)
    if whole is not None:
        stretch.candidates.append(whole)
    return stretch


def add_cuts(stretch: Stretch) -> None:
    """Adds the cuts and the candidates between them to a stretch that is known only as a whole."""
    part, own, height = stretch.part, stretch.own, stretch.height
    stroke = 2 * float(part[own].sum()) / max(1.0, _outline(own))
    stretch.cuts = cuts = propose(np.where(own, part, 0).astype(np.float32), height, stroke)
    count = len(cuts.crossed) + 1
    if count == 1:
        return
    boxes = [bounding_box(own & (cuts.parts == i)) for i in range(count)]
    stretch.joint = _joint_costs(cuts, boxes, height)
    for whole in stretch.candidates:
        whole.last = count
    for first in range(count):
        for last in range(first + 1, min(count, first + _LONGEST_RUN) + 1):
            if (first, last) == (0, count):
                continue
            wide = max(box.right for box in boxes[first:last]) - boxes[first].x
            if wide <= COSTS.widest * height or last == first + 1:
                candidate = _candidate(stretch, first, last)
                if candidate is not None:
                    stretch.candidates.append(candidate)


def _outline(mask: NDArray[np.bool_]) -> float:
    """Pixels of the mask with a neighbor outside it, above or beside."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return float((mask & ~inner).sum())


def _joint_costs(cuts: Cuts, boxes: list[Box], height: float) -> NDArray[np.float64]:
    """For every cut, what it costs not to make it: two tall parts with a gap between are rarely one digit."""
    costs = np.zeros(len(cuts.crossed))
    for i, crossed in enumerate(cuts.crossed):
        if crossed > COSTS.gap:
            continue
        one, other = boxes[i], boxes[i + 1]
        low = min(one.height, other.height) / height
        gap = (other.x - one.right) / height
        costs[i] = max(0.0, low - COSTS.tall_part) * COSTS.joined_tall + max(0.0, gap) * COSTS.joined_gap
    return costs


def _candidate(stretch: Stretch, first: int, last: int) -> Candidate | None:
    """The parts `first` to `last` - 1 as one digit; None without ink."""
    inside = (stretch.cuts.parts >= first) & (stretch.cuts.parts < last)
    mask = stretch.own & inside
    box = bounding_box(mask)
    if not box.width:
        return None
    # a margin of one pixel for soft edges
    window = box.grown(1, mask.shape).window
    alone = np.where(inside[window], stretch.part[window], 0).astype(np.float32)
    try:
        image = normalize_ink(alone)
    except InputError:
        return None
    mass = float(stretch.part[mask].sum())
    return Candidate(first, last, box.moved(*stretch.corner), mass, image, np.zeros(DIGITS, np.float32))
