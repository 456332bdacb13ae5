"""A page of ink -> digits in reading order.

Lines are found first, then every stretch of touching or overlapping ink is cut into more parts than it has
digits; a recognizer looks at each run of parts that could be one digit, and the cheapest way from left to
right is the reading. The recognizer is any function from images to probabilities.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from pipeline.imaging.normalize import normalize_ink
from pipeline.imaging.picture import Ink, Picture
from pipeline.reading.components import Line, Page, lay_out
from pipeline.reading.cut_proposals import Cuts, propose
from pipeline.reading.line_grouping import Piece

Recognize = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""float32 (n, 28, 28) in [0, 1] -> float32 (n, 10) or (n, 11) probabilities, the 11th being "not a digit"."""

Box = tuple[int, int, int, int]
"""x, y, width and height in pixels of the original picture."""

ALTERNATIVES = 3
_WIDEST = 1.35
"""Widest digit, in line heights."""

_MOST_CANDIDATES = 5000
"""Runs of parts looked at on a page: full pages of digits have some hundreds, halftones and scrawls any number."""

_LEAST_READ = 0.25
"""Share of a stretch's ink that its digits must have; else all of it is left unread."""


@dataclass(frozen=True)
class DigitBox:
    """One digit found on a page.

    Attributes:
        line: number of its line, from 0.
        box: x, y, width and height in pixels of the original picture.
        image: float32 (28, 28) in [0, 1], as the recognizer saw it.
        probabilities: float32 (10,) of the digits, summing to 1.
        digit_score: how sure it is that this is a digit at all, 0 to 1; 1 where the recognizer can't tell.
        alternatives: other ways to cut the stretch of ink that begins here, the likeliest first; each takes
            the place of the next `stretch` boxes. Empty where no other way is plausible.
        stretch: how many boxes the alternatives replace, 0 without alternatives.
    """

    line: int
    box: Box
    image: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    digit_score: float
    alternatives: tuple[tuple["DigitBox", ...], ...] = ()
    stretch: int = 0

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """Probability of the likeliest digit, given that it is one."""
        return float(self.probabilities.max())


@dataclass
class _Candidate:
    """A run of parts that may be one digit: parts `first` to `last` - 1 of a stretch."""

    first: int
    last: int
    box: tuple[int, int, int, int]
    mass: float
    image: NDArray[np.float32]
    scores: NDArray[np.float32]


@dataclass
class _Stretch:
    """Touching or overlapping ink of one line, with the candidates for its digits, the whole first.

    Attributes:
        line: number of the line.
        height: usual height of the line's digits, in ink pixels.
        corner: x and y of its window on the page.
        part: the window's ink without other stretches'.
        own: where in the window the stretch's pieces are.
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
    candidates: list[_Candidate]


def segment(picture: Picture, recognize: Recognize) -> list[list[DigitBox]]:
    """The digits of a picture: lines from top to bottom, each from left to right.

    Args:
        picture: any number of digits; none gives no lines.
        recognize: judges the candidates, all of a page in one call.
    """
    page = lay_out(picture.ink)
    stretches = [
        stretch
        for number, line in enumerate(page.lines)
        for stretch in _stretches(picture.ink, page, line, number)
    ]
    _judge([candidate for stretch in stretches for candidate in stretch.candidates], recognize)
    # what is plainly one digit needs no cutting
    doubtful = [stretch for stretch in stretches if not _is_plain(stretch)]
    room = _MOST_CANDIDATES
    for stretch in sorted(doubtful, key=lambda stretch: stretch.part.shape[1] / stretch.height):
        if room <= 0:
            break  # only the widest, which are least like digits, are left whole
        _cut(stretch)
        room -= len(stretch.candidates)
    _judge([candidate for stretch in doubtful for candidate in stretch.candidates[1:]], recognize)
    candidates = [candidate for stretch in stretches for candidate in stretch.candidates]
    if not candidates:
        return []
    usual_mass = _usual_mass(candidates)
    lines: list[list[DigitBox]] = [[] for _ in page.lines]
    for stretch in stretches:
        lines[stretch.line] += _read(stretch, picture, usual_mass)
    kept = [line for line in lines if line]
    return [[_numbered(box, number) for box in line] for number, line in enumerate(kept)]


def _judge(candidates: list[_Candidate], recognize: Recognize) -> None:
    if candidates:
        scores = recognize(np.stack([candidate.image for candidate in candidates]))
        for candidate, row in zip(candidates, scores, strict=True):
            candidate.scores = row


def _is_plain(stretch: _Stretch) -> bool:
    """Whether a stretch as a whole is surely one digit: narrow, and recognized with confidence."""
    whole = stretch.candidates[0] if stretch.candidates else None
    return whole is not None and whole.scores[:10].max() > 0.9 and whole.box[2] <= 0.9 * stretch.height


def _numbered(box: DigitBox, line: int) -> DigitBox:
    others = tuple(tuple(replace(other, line=line) for other in way) for way in box.alternatives)
    return replace(box, line=line, alternatives=others)


def _usual_mass(candidates: list[_Candidate]) -> float:
    """Ink of a usual digit of this page: of the candidates that are surely digits, else of all."""
    sure = [candidate.mass for candidate in candidates if candidate.scores[:10].max() > 0.9]
    return float(np.median(sure or [candidate.mass for candidate in candidates]))


def _stretches(ink: Ink, page: Page, line: Line, number: int) -> list[_Stretch]:
    """The line's ink in stretches with clear gaps between them."""
    groups: list[list[Piece]] = []
    right = -np.inf
    for piece in line.pieces:
        if groups and piece.left - right <= 0.12 * line.height:
            groups[-1].append(piece)
        else:
            groups.append([piece])
            right = -np.inf
        right = max(right, piece.right)
    return [_stretch(ink, page, group, line.height, number) for group in groups]


def _stretch(ink: Ink, page: Page, pieces: list[Piece], height: float, number: int) -> _Stretch:
    left, top = min(piece.left for piece in pieces), min(piece.top for piece in pieces)
    right, bottom = max(piece.right for piece in pieces), max(piece.bottom for piece in pieces)
    # a rim of one pixel keeps the soft edges
    left, top = max(left - 1, 0), max(top - 1, 0)
    right, bottom = min(right + 1, ink.shape[1]), min(bottom + 1, ink.shape[0])
    window = np.s_[top:bottom, left:right]
    labels = page.labels[window]
    own = np.isin(labels, [piece.label for piece in pieces])
    part = np.where(own | (labels == 0), ink[window], 0).astype(np.float32)
    nowhere = Cuts(np.zeros(part.shape, np.int32), np.zeros(0))
    stretch = _Stretch(number, height, (left, top), part, own, nowhere, np.zeros(0), [])
    whole = _candidate(stretch, 0, 1)
    if whole is not None:
        stretch.candidates.append(whole)
    return stretch


def _cut(stretch: _Stretch) -> None:
    """Adds the cuts and the candidates between them to a stretch that is known only as a whole."""
    part, own, height = stretch.part, stretch.own, stretch.height
    stroke = 2 * float(part[own].sum()) / max(1.0, _outline(own))
    stretch.cuts = cuts = propose(np.where(own, part, 0).astype(np.float32), height, stroke)
    count = len(cuts.crossed) + 1
    if count == 1:
        return
    extents = [_extent(own & (cuts.parts == i)) for i in range(count)]
    stretch.joint = _joint_costs(cuts, extents, height)
    for whole in stretch.candidates:
        whole.last = count
    for first in range(count):
        for last in range(first + 1, min(count, first + 6) + 1):
            if (first, last) == (0, count):
                continue
            wide = max(extent[2] for extent in extents[first:last]) - extents[first][0]
            if wide <= _WIDEST * height or last == first + 1:
                candidate = _candidate(stretch, first, last)
                if candidate is not None:
                    stretch.candidates.append(candidate)


def _outline(mask: NDArray[np.bool_]) -> float:
    """Pixels of the mask with a neighbor outside it, above or beside."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return float((mask & ~inner).sum())


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """left, top, right, bottom; all 0 without ink."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _joint_costs(cuts: Cuts, extents: list[tuple[int, int, int, int]], height: float) -> NDArray[np.float64]:
    """For every cut, what it costs not to make it: two tall parts with a gap between are rarely one digit."""
    costs = np.zeros(len(cuts.crossed))
    for i, crossed in enumerate(cuts.crossed):
        if crossed > 0.15:
            continue
        one, other = extents[i], extents[i + 1]
        low = min(one[3] - one[1], other[3] - other[1]) / height
        gap = (other[0] - one[2]) / height
        costs[i] = max(0.0, low - 0.5) * 6 + max(0.0, gap) * 10
    return costs


def _candidate(stretch: _Stretch, first: int, last: int) -> _Candidate | None:
    """The parts `first` to `last` - 1 as one digit; None without ink."""
    inside = (stretch.cuts.parts >= first) & (stretch.cuts.parts < last)
    mask = stretch.own & inside
    left, top, right, bottom = _extent(mask)
    if right <= left:
        return None
    # slack of one pixel for soft edges
    window = np.s_[max(top - 1, 0) : bottom + 1, max(left - 1, 0) : right + 1]
    alone = np.where(inside[window], stretch.part[window], 0).astype(np.float32)
    try:
        image = normalize_ink(alone)
    except InputError:
        return None
    box = (left + stretch.corner[0], top + stretch.corner[1], right - left, bottom - top)
    return _Candidate(first, last, box, float(stretch.part[mask].sum()), image, np.zeros(10, np.float32))


def _cost(candidate: _Candidate, stretch: _Stretch) -> float:
    """How unlikely it is that this candidate is a digit: a negative log-likelihood, up to a constant."""
    scores = candidate.scores
    sure = float(scores[:10].max())
    width, height = candidate.box[2] / stretch.height, candidate.box[3] / stretch.height
    cost = -float(np.log(max(sure, 1e-4)))
    cost += max(0.0, width - 0.9) * 3 + max(0.0, 0.6 - height) * 6
    cost += float(stretch.joint[candidate.first : candidate.last - 1].sum())
    return cost


def _skip_cost(candidate: _Candidate, usual_mass: float) -> float:
    """What it costs to leave this part of the ink unread: little for specks and for what is surely no digit."""
    cost = 2.5 + 8 * candidate.mass / max(usual_mass, 1e-6)
    if len(candidate.scores) > 10:
        cost = min(cost, 1.2 - float(np.log(max(float(candidate.scores[10]), 1e-4))))
    return cost


def _read(stretch: _Stretch, picture: Picture, usual_mass: float) -> list[DigitBox]:
    """The cheapest way through a stretch, with the next cheapest ones as alternatives."""
    count = len(stretch.cuts.crossed) + 1
    # the best few (cost, candidates) that end before part i
    ways: list[list[tuple[float, tuple[_Candidate, ...]]]] = [[] for _ in range(count + 1)]
    ways[0] = [(0.0, ())]
    by_last: dict[int, list[_Candidate]] = {}
    for candidate in stretch.candidates:
        by_last.setdefault(candidate.last, []).append(candidate)
    for last in range(1, count + 1):
        options = []
        for candidate in by_last.get(last, []):
            cut = 0.0 if last == count else 0.35 + 0.9 * float(stretch.cuts.crossed[last - 1])
            if last < count and stretch.cuts.crossed[last - 1] <= 0.15:
                cut = 0.0
            skip = _skip_cost(candidate, usual_mass)
            own = _cost(candidate, stretch)
            for cost, way in ways[candidate.first]:
                options.append((cost + own + cut, (*way, candidate)))
                if candidate.last == candidate.first + 1:
                    options.append((cost + skip + cut, way))
        options.sort(key=lambda option: option[0])
        ways[last] = options[: ALTERNATIVES + 1]
        if not options:
            ways[last] = [(cost + 9.0, way) for cost, way in ways[last - 1]]
    best, *others = ways[count]
    # what little can be read at the rim of a scribble belongs to it
    if sum(candidate.mass for candidate in best[1]) < _LEAST_READ * float(stretch.part[stretch.own].sum()):
        return []
    boxes = [_digit_box(candidate, stretch, picture) for candidate in best[1]]
    boxes = [box for box in boxes if box is not None]
    plausible = tuple(
        tuple(_digit_box(candidate, stretch, picture) for candidate in way)
        for cost, way in others
        if cost < best[0] + 5 and way
    )
    if boxes and plausible:
        boxes[0] = replace(boxes[0], alternatives=plausible, stretch=len(boxes))
    return boxes


def _digit_box(candidate: _Candidate, stretch: _Stretch, picture: Picture) -> DigitBox:
    x, y, width, height = candidate.box
    scale = picture.scale
    left, top = int(x / scale), int(y / scale)
    right = min(picture.pixels.shape[1], int(np.ceil((x + width) / scale)))
    bottom = min(picture.pixels.shape[0], int(np.ceil((y + height) / scale)))
    digits = candidate.scores[:10]
    score = float(1 - candidate.scores[10]) if len(candidate.scores) > 10 else 1.0
    return DigitBox(
        stretch.line,
        (left, top, right - left, bottom - top),
        candidate.image,
        np.asarray(digits / max(float(digits.sum()), 1e-12), np.float32),
        score,
    )
