"""A page of ink -> digits in reading order.

Lines are found first, then every stretch of touching or overlapping ink is cut into more parts than it has
digits; a recognizer looks at each run of parts that could be one digit, and the cheapest way from left to
right is the reading. The recognizer is any function from images to probabilities.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture
from pipeline.reading.candidates import Candidate, Stretch, add_cuts, find_stretches
from pipeline.reading.costs import COSTS
from pipeline.reading.layout import lay_out

Recognize = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""float32 (n, 28, 28) in [0, 1] -> float32 (n, 10) or (n, 11) probabilities, the 11th being "not a digit"."""

ALTERNATIVES = 3
"""Ways to cut a stretch of ink that are offered beside the likeliest."""

_MOST_CANDIDATES = 5000
"""Runs of parts looked at on a page: full pages of digits have some hundreds, halftones and scrawls any number."""


@dataclass(frozen=True)
class DigitBox:
    """One digit of a page.

    Attributes:
        line: number of its line, from 0.
        box: in pixels of the original picture.
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
        for stretch in find_stretches(picture.ink, page, line, number)
    ]
    _judge([candidate for stretch in stretches for candidate in stretch.candidates], recognize)
    # what is plainly one digit needs no cutting
    doubtful = [stretch for stretch in stretches if not _is_plain(stretch)]
    room = _MOST_CANDIDATES
    for stretch in sorted(doubtful, key=lambda stretch: stretch.width):
        if room <= 0:
            break  # only the widest, which are least like digits, are left whole
        add_cuts(stretch)
        room -= len(stretch.candidates)
    _judge([candidate for stretch in doubtful for candidate in stretch.candidates[1:]], recognize)
    candidates = [candidate for stretch in stretches for candidate in stretch.candidates]
    if not candidates:
        return []
    median_mass = _median_mass(candidates)
    lines: list[list[DigitBox]] = [[] for _ in page.lines]
    for stretch in stretches:
        lines[stretch.line] += _read(stretch, picture, median_mass)
    return [
        [_numbered(box, number) for box in line] for number, line in enumerate(line for line in lines if line)
    ]


def _judge(candidates: list[Candidate], recognize: Recognize) -> None:
    if candidates:
        scores = recognize(np.stack([candidate.image for candidate in candidates]))
        for candidate, row in zip(candidates, scores, strict=True):
            candidate.scores = row


def _is_plain(stretch: Stretch) -> bool:
    """Whether a stretch as a whole is surely one digit: narrow, and recognized with confidence."""
    whole = stretch.candidates[0] if stretch.candidates else None
    return (
        whole is not None
        and whole.likelihood > COSTS.sure
        and whole.box.width <= COSTS.plain_width * stretch.height
    )


def _numbered(box: DigitBox, line: int) -> DigitBox:
    others = tuple(tuple(replace(other, line=line) for other in way) for way in box.alternatives)
    return replace(box, line=line, alternatives=others)


def _median_mass(candidates: list[Candidate]) -> float:
    """Ink of a digit of this page: of the candidates that are surely digits, else of all."""
    sure = [candidate.mass for candidate in candidates if candidate.likelihood > COSTS.sure]
    return float(np.median(sure or [candidate.mass for candidate in candidates]))


def _cost(candidate: Candidate, stretch: Stretch) -> float:
    """How unlikely it is that this candidate is a digit: a negative log-likelihood, up to a constant."""
    width, height = candidate.box.width / stretch.height, candidate.box.height / stretch.height
    cost = -float(np.log(max(candidate.likelihood, COSTS.least_likelihood)))
    cost += max(0.0, width - COSTS.wide) * COSTS.too_wide + max(0.0, COSTS.low - height) * COSTS.too_low
    cost += float(stretch.joint[candidate.first : candidate.last - 1].sum())
    return cost


def _skip_cost(candidate: Candidate, median_mass: float) -> float:
    """What it costs to leave this part of the ink unread: little for specks and for what is surely no digit."""
    cost = COSTS.skip + COSTS.skipped_ink * candidate.mass / max(median_mass, 1e-6)
    if len(candidate.scores) > DIGITS:
        no_digit = max(float(candidate.scores[DIGITS]), COSTS.least_likelihood)
        cost = min(cost, COSTS.skip_no_digit - float(np.log(no_digit)))
    return cost


def _cut_cost(stretch: Stretch, last: int) -> float:
    """What it costs to end a digit before part `last`: the ink that this cut crosses."""
    if last > len(stretch.cuts.crossed) or stretch.cuts.crossed[last - 1] <= COSTS.gap:
        return 0.0
    return COSTS.cut + COSTS.crossed * float(stretch.cuts.crossed[last - 1])


def _read(stretch: Stretch, picture: Picture, median_mass: float) -> list[DigitBox]:
    """The cheapest way through a stretch, with the next cheapest ones as alternatives."""
    best, *others = _cheapest_ways(stretch, median_mass)
    # what little can be read at the rim of a scribble belongs to it
    mass = float(stretch.part[stretch.own].sum())
    if sum(candidate.mass for candidate in best[1]) < COSTS.least_read * mass:
        return []
    boxes = [_digit_box(candidate, stretch, picture) for candidate in best[1]]
    plausible = tuple(
        tuple(_digit_box(candidate, stretch, picture) for candidate in way)
        for cost, way in others
        if cost < best[0] + COSTS.plausible and way
    )
    if boxes and plausible:
        boxes[0] = replace(boxes[0], alternatives=plausible, stretch=len(boxes))
    return boxes


def _cheapest_ways(stretch: Stretch, median_mass: float) -> list[tuple[float, tuple[Candidate, ...]]]:
    """The best few (cost, candidates) through a stretch, the cheapest first."""
    count = len(stretch.cuts.crossed) + 1
    # the best few that end before part i
    ways: list[list[tuple[float, tuple[Candidate, ...]]]] = [[] for _ in range(count + 1)]
    ways[0] = [(0.0, ())]
    by_last: dict[int, list[Candidate]] = {}
    for candidate in stretch.candidates:
        by_last.setdefault(candidate.last, []).append(candidate)
    for last in range(1, count + 1):
        options = []
        cut = _cut_cost(stretch, last)
        for candidate in by_last.get(last, []):
            skip = _skip_cost(candidate, median_mass)
            own = _cost(candidate, stretch)
            for cost, way in ways[candidate.first]:
                options.append((cost + own + cut, (*way, candidate)))
                if candidate.last == candidate.first + 1:
                    options.append((cost + skip + cut, way))
        options.sort(key=lambda option: option[0])
        ways[last] = options[: ALTERNATIVES + 1]
        if not options:
            ways[last] = [(cost + COSTS.unreadable, way) for cost, way in ways[last - 1]]
    return ways[count]


def _digit_box(candidate: Candidate, stretch: Stretch, picture: Picture) -> DigitBox:
    digits = candidate.scores[:DIGITS]
    score = float(1 - candidate.scores[DIGITS]) if len(candidate.scores) > DIGITS else 1.0
    return DigitBox(
        stretch.line,
        picture.box_of(candidate.box),
        candidate.image,
        np.asarray(digits / max(float(digits.sum()), 1e-12), np.float32),
        score,
    )
