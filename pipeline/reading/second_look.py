"""What the page's network found -> the same, looked at once more line by line. Knows nothing of digits' images."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.strips import COLUMN, STRIP_DIGIT, STRIP_HEIGHT, Course, blank_between, direction
from pipeline.pages.characters import BAR, CELL, CHARACTERS, TYPICAL_SIZE
from pipeline.reading.arrangement import arrange
from pipeline.reading.decoding import POINTS, Detections, alike, chances, log_odds, without_parts
from pipeline.reading.detection import Sighting, is_litter
from pipeline.reading.line_network import LineNetwork, Places
from pipeline.reading.page_network import Maps

_BEYOND = 1.5
"""Heights of a digit that are looked at before a line's first character and after its last."""

_SAME, _SAME_WIDE, _SAME_KIND = 0.16, 0.3, 0.4
"""Along the line, up to how far two middles are the same character's: heights of a digit, widths of the character, and
heights where both are of one kind."""

_ELSEWHERE = 0.15
"""Heights of a digit from anything that was found up to which something new is the same."""

_PRINTED = 0.5
"""Probability of print from which nothing is looked at, or new: the lines' network has learned handwriting alone."""

_NARROW, _AS_WIDE = 0.5, 0.3
"""Width of a blank, in heights of a digit, up to which all are as narrow; and difference of the logarithms of two
widths up to which they are as wide."""

_PEAK = 0.08
"""Sureness of a middle from which there may be a character that was not found before."""


@dataclass(frozen=True)
class TwoLooks:
    """What may be characters, by both looks.

    Attributes:
        found: all of them; their scores are what the page's network says of there being a middle.
        evidence: float64 (n, 4), log-odds of there being a middle and of the likeliest kind, by the page's network
            and by the lines'.
        kinds: float32 (n, 24), which of `CHARACTERS` each is by the lines' network.
        looked: bool (n,), which were looked at again; what else there is of the others means nothing.
        lines: of each line that was looked at its course, what is seen of it, and its characters.
    """

    found: Detections
    evidence: NDArray[np.float64]
    kinds: NDArray[np.float32]
    looked: NDArray[np.bool_]
    lines: tuple[tuple[Course, Places, NDArray[np.intp]], ...]


@dataclass(frozen=True)
class LookParameters:
    """How the two looks are weighed; all but `least` fitted to made pages by `benchmarks/reading_confidence.py`.

    Attributes:
        there: weights of `TwoLooks.evidence` in the log-odds of there being a character.
        bias: added to them.
        least: chance of being there from which a character is one; chosen on made pages.
        page: exponent of the page network's probabilities of kinds.
        line: exponent of the line network's.
    """

    there: tuple[float, float, float, float] = (1.12, 0.0, 2.07, 0.13)
    bias: float = -0.13
    least: float = 0.3
    page: float = 0.57
    line: float = 0.98


LOOK = LookParameters()


def looked_again(sighting: Sighting, network: LineNetwork) -> Detections:
    """The characters of a page after its lines were looked at; their scores are chances of being there."""
    return weighed(both_looks(sighting, network))


def weighed(both: TwoLooks) -> Detections:
    """What is a character, and which, by both looks."""
    found, looked = both.found, both.looked
    odds = both.evidence @ LOOK.there + LOOK.bias
    scores = np.where(looked, 1 / (1 + np.exp(-odds)), chances(found))
    kinds = (found.probabilities + 1e-6) ** LOOK.page * (both.kinds + 1e-6) ** LOOK.line
    kinds = np.where(looked[:, None], kinds / kinds.sum(axis=1, keepdims=True), found.probabilities)
    found = replace(found, scores=scores, probabilities=kinds.astype(np.float32))
    kept = ~looked | (scores >= LOOK.least)
    surest = np.argsort(-scores, kind="stable")
    surest = surest[kept[surest] & ~np.isin(found.kinds[surest], POINTS)]
    kept[surest[~without_parts(found[surest])]] = False
    apart = np.array(found.apart)
    for course, seen, line in both.lines:
        line = line[kept[line]]
        apart[line] = _chances_apart(course, seen, found[line])
    return replace(found, apart=apart)[kept]


def _chances_apart(course: Course, seen: Places, line: Detections) -> NDArray[np.float64]:
    """Of each character of a line how likely it is another entry than the one before it; NaN of the first.

    Blanks of a line that are as wide as each other are judged together: either all of them end a cell or none does.
    """
    apart = np.full(len(line), np.nan)
    columns = course.in_strip(line.middles)[:, 0]
    half = line.sizes[:, 0] * course.scale / 2
    order = np.argsort(columns)
    if len(order) < 2:
        return apart
    ends, starts = (columns + half)[order[:-1]], (columns - half)[order[1:]]
    logits = np.array(
        [_mean_logit(seen.apart[blank_between(*ends)]) for ends in zip(ends, starts, strict=True)]
    )
    widths = np.log(np.maximum(starts - ends, _NARROW * STRIP_DIGIT))
    alike = np.abs(widths[:, None] - widths) < _AS_WIDE
    apart[order[1:]] = 1 / (1 + np.exp(-(alike @ logits) / alike.sum(axis=1)))
    return apart


def _mean_logit(logits: NDArray[np.float32]) -> float:
    return float(logits.mean()) if len(logits) else 0.0


def both_looks(sighting: Sighting, network: LineNetwork) -> TwoLooks:
    """What was found on a page, and what else its lines show."""
    found, before = sighting.found, len(sighting.found)
    courses, members = _courses(found)
    kinds = np.full((before, len(CHARACTERS)), 1 / len(CHARACTERS), np.float32)
    middles, looked = np.zeros(before), np.zeros(before, bool)
    lines: list[tuple[Course, Places, NDArray[np.intp]]] = []
    strips = [course.cut(sighting.maps.contrast) for course in courses]
    for course, line, seen in zip(courses, members, network.look(strips), strict=True):
        own, rest = _matched(course, found[line], seen)
        inside = own >= 0
        looked[line] = inside
        middles[line[inside]] = seen.middle[own[inside]]
        kinds[line[inside]] = seen.character[own[inside]]
        more, rest = _new_ones(course, seen, rest, sighting, found)
        lines.append((course, seen, np.concatenate([line, len(found) + np.arange(len(more))])))
        found = found.joined(more)
        kinds = np.concatenate([kinds, seen.character[rest]])
        middles = np.concatenate([middles, seen.middle[rest]])
    looked = np.concatenate([looked, np.ones(len(found) - before, bool)])
    evidence = np.stack([log_odds(middles), log_odds(alike(kinds))], axis=1)
    evidence = np.concatenate([found.evidence, evidence], axis=1)
    return TwoLooks(found, evidence, kinds, looked, tuple(lines))


def _courses(found: Detections) -> tuple[list[Course], list[NDArray[np.intp]]]:
    """Of each line that can be looked at its course and its characters; none of a page of dots."""
    courses: list[Course] = []
    members: list[NDArray[np.intp]] = []
    if is_litter(found):
        return courses, members
    bar = CHARACTERS.index(BAR)
    for line in arrange(found).lines:
        numbers = np.array([number for number, _ in line], np.intp)
        digits = numbers[found.is_digit[numbers]]
        printed = np.mean(found.printed[numbers]) > _PRINTED
        if not len(digits) or printed or (found.kinds[numbers] == bar).any():
            continue
        height = float(np.median(found.sizes[digits, 1]))
        turn = float(np.median(found.turns[numbers]))
        along = found.middles[numbers] @ direction(turn)
        half = found.sizes[numbers, 0] / 2
        reach = float((along - half).min()) - _BEYOND * height, float((along + half).max()) + _BEYOND * height
        courses.append(Course.through(found.middles[digits], height, turn, reach))
        members.append(numbers)
    return courses, members


def _matched(course: Course, line: Detections, seen: Places) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Of each character of a line its place in the strip, -1 outside of it; and the peaks that are nobody's.

    The nearest have the first choice, and no two have the same peak: who has none stays where it is.
    """
    columns, rows = course.in_strip(line.middles).T
    places = columns / COLUMN - 0.5
    peaks = _peaks(seen.middle)
    off = np.abs(peaks - places[:, None]) * COLUMN / STRIP_DIGIT
    reach = np.maximum(_SAME, _SAME_WIDE * line.sizes[:, 0] * course.scale / STRIP_DIGIT)[:, None]
    same_kind = seen.character[peaks].argmax(axis=1) == line.kinds[:, None]
    off[off > np.where(same_kind, np.maximum(reach, _SAME_KIND), reach)] = np.inf
    own = np.clip(np.round(places), 0, len(seen.middle) - 1).astype(np.intp)
    free = np.ones(len(peaks), bool)
    while np.isfinite(off).any():
        number, peak = np.unravel_index(off.argmin(), off.shape)
        own[number], free[peak] = peaks[peak], False
        off[number], off[:, peak] = np.inf, np.inf
    own[(columns < 0) | (columns > course.columns) | (rows < 0) | (rows > STRIP_HEIGHT)] = -1
    return own, peaks[free]


def _peaks(middle: NDArray[np.float32]) -> NDArray[np.intp]:
    """The places where `middle` is largest around, one of those that are equal side by side."""
    largest = cv2.dilate(middle[None, :], np.ones((1, 3), np.uint8))[0]
    peak = (middle >= largest) & (middle > _PEAK)
    peak[1:] &= ~peak[:-1]
    return np.flatnonzero(peak)


def _new_ones(
    course: Course, seen: Places, peaks: NDArray[np.intp], sighting: Sighting, found: Detections
) -> tuple[Detections, NDArray[np.intp]]:
    """What may be characters at some places of a line, but for print and what was found, and their places."""
    geometry = seen.geometry[peaks].astype(np.float64)
    columns = (peaks + 0.5 + np.clip(geometry[:, 0], -2, 2)) * COLUMN
    rows = np.clip(geometry[:, 1], -1, 1) * STRIP_DIGIT + STRIP_HEIGHT / 2
    middles = course.in_picture(np.stack([columns, rows], axis=1))
    sizes = np.exp(np.clip(geometry[:, 2:4], -4, 2)) * TYPICAL_SIZE / course.scale
    height, width = sighting.maps.contrast.shape
    chosen = ((middles >= 0) & (middles < (width, height))).all(axis=1)
    known = np.concatenate([found.middles, sighting.small.middles])
    far = np.linalg.norm(middles[:, None] - known, axis=2).min(axis=1, initial=np.inf)
    chosen &= far > _ELSEWHERE * STRIP_DIGIT / course.scale
    turn = np.rad2deg(np.arctan2(course.along[1], course.along[0]))
    new = _at(sighting.maps, middles[chosen], sizes[chosen], float(turn))
    by_hand = new.printed < _PRINTED
    return new[by_hand], peaks[chosen][by_hand]


def _at(maps: Maps, middles: NDArray[np.float64], sizes: NDArray[np.float64], turn: float) -> Detections:
    """What the page's network says of characters (n, 2) of these sizes (n, 2), within the picture."""
    count = len(middles)
    scores, printed = np.zeros(count), np.zeros(count)
    kinds = np.full((count, len(CHARACTERS)), 1 / len(CHARACTERS), np.float32)
    for number, (x, y) in enumerate((middles / CELL).astype(int).tolist()):
        left, top = max(0, x - 1), max(0, y - 1)
        there = maps.middle[top : y + 2, left : x + 2]
        row, column = np.unravel_index(there.argmax(), there.shape)
        place = top + row, left + column
        if maps.character[place].any():
            scores[number], kinds[number] = maps.middle[place], maps.character[place]
            printed[number] = 1 / (1 + np.exp(-float(maps.geometry[place][6])))
    return Detections(middles, sizes, np.full(count, turn), scores, kinds, printed, np.full(count, np.nan))
