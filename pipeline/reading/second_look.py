"""What the page's network found -> the same, looked at once more line by line. Knows nothing of digits' images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.strips import COLUMN, STRIP_DIGIT, STRIP_HEIGHT, Course, blank_between
from pipeline.pages.characters import BAR, CELL, CHARACTERS, TYPICAL_SIZE
from pipeline.reading.arrangement import arrange
from pipeline.reading.decoding import Detections, alike, log_odds
from pipeline.reading.detection import Sighting
from pipeline.reading.line_network import Columns, LineNetwork
from pipeline.reading.page_network import Maps

_MOST_COLUMNS = 60_000
"""Columns of all lines of a page from which it is not looked at again: it is full of dots, not of writing."""

_BEYOND = 1.5
"""Heights of a digit that are looked at before a line's first character and after its last."""

_SAME, _SAME_WIDE, _SAME_KIND = 0.16, 0.3, 0.4
"""Along the line, up to how far two middles are the same character's: heights of a digit, widths of the character, and
heights where both are of one kind."""

_ELSEWHERE = 0.3
"""Heights of a digit from anything that was found up to which something new is the same."""

_PRINTED = 0.5
"""Mean probability of print from which a line is not looked at: the lines' network has learned handwriting alone."""

_PEAK = 0.08
"""Sureness of a middle from which there may be a character that was not found before."""


@dataclass(frozen=True)
class Candidates:
    """What may be characters, by both looks.

    Attributes:
        found: all of them.
        evidence: float64 (n, 4), log-odds of there being a middle and of the likeliest kind, by the page's network
            and by the lines'.
        kinds: float32 (n, 24), which of `CHARACTERS` each is by the lines' network.
        looked: bool (n,), which were looked at again; what else there is of the others means nothing.
        new: bool (n,), which were not found before.
        lines: of each line that was looked at its course, what is seen of it, and its characters.
    """

    found: Detections
    evidence: NDArray[np.float64]
    kinds: NDArray[np.float32]
    looked: NDArray[np.bool_]
    new: NDArray[np.bool_]
    lines: tuple[tuple[Course, Columns, NDArray[np.intp]], ...]


@dataclass(frozen=True)
class LookParameters:
    """How the two looks are weighed; fitted to made pages by `benchmarks/reading_confidence.py`.

    Attributes:
        there: weights of `Candidates.evidence` in the log-odds of there being a character.
        bias: added to them.
        least: chance of being there from which a character is one, and from which one is that was not found before.
        page: exponent of the page network's probabilities of kinds.
        line: exponent of the line network's.
    """

    there: tuple[float, float, float, float] = (1.16, 0.0, 1.83, 0.29)
    bias: float = -0.99
    least: tuple[float, float] = (0.25, 0.5)
    page: float = 0.5
    line: float = 0.9


LOOK = LookParameters()


def looked_again(sighting: Sighting, network: LineNetwork) -> Detections:
    """The characters of a page after its lines were looked at; their scores are chances of being there."""
    both = candidates(sighting, network)
    if not both.looked.any():
        return sighting.found
    return weighed(both)


def weighed(both: Candidates) -> Detections:
    """What is a character, and which, by both looks."""
    found, looked = both.found, both.looked
    odds = both.evidence @ LOOK.there + LOOK.bias
    scores = np.where(looked, 1 / (1 + np.exp(-odds)), found.scores)
    kinds = (found.probabilities + 1e-6) ** LOOK.page * (both.kinds + 1e-6) ** LOOK.line
    kinds = np.where(looked[:, None], kinds / kinds.sum(axis=1, keepdims=True), found.probabilities)
    kept = ~looked | (scores >= np.where(both.new, LOOK.least[1], LOOK.least[0]))
    apart = np.array(found.apart)
    for course, seen, numbers in both.lines:
        numbers = numbers[kept[numbers]]
        apart[numbers] = _apart(course, seen, found[numbers])
    return replace(found, scores=scores, probabilities=kinds.astype(np.float32), apart=apart)[kept]


def _apart(course: Course, seen: Columns, line: Detections) -> NDArray[np.float64]:
    """Of each character of a line how likely it stands apart from the one before it."""
    apart = np.full(len(line), np.nan)
    columns = course.in_strip(line.middles)[:, 0]
    half = line.sizes[:, 0] * course.scale / 2
    for before, after in pairwise(np.argsort(columns).tolist()):
        logits = seen.apart[blank_between(columns[before] + half[before], columns[after] - half[after])]
        if len(logits):
            apart[after] = 1 / (1 + np.exp(-float(logits.mean())))
    return apart


def candidates(sighting: Sighting, network: LineNetwork) -> Candidates:
    """What was found on a page, and what else its lines show."""
    found, before = sighting.found, len(sighting.found)
    courses, members = _courses(found)
    kinds = np.full((before, len(CHARACTERS)), 1 / len(CHARACTERS), np.float32)
    middles, looked = np.zeros(before), np.zeros(before, bool)
    lines: list[tuple[Course, Columns, NDArray[np.intp]]] = []
    strips = [course.cut(sighting.maps.contrast) for course in courses]
    for course, line, seen in zip(courses, members, network.look(strips), strict=True):
        peaks = _peaks(seen.middle)
        own, taken = _matched(course, found[line], seen, peaks)
        inside = own >= 0
        looked[line] = inside
        middles[line[inside]] = seen.middle[own[inside]]
        kinds[line[inside]] = seen.character[own[inside]]
        more, peaks = _new_ones(course, seen, peaks[~taken], sighting, found)
        lines.append((course, seen, np.concatenate([line, len(found) + np.arange(len(more))])))
        found = found.joined(more)
        kinds = np.concatenate([kinds, seen.character[peaks]])
        middles = np.concatenate([middles, seen.middle[peaks]])
    new = np.arange(len(found)) >= before
    looked = np.concatenate([looked, np.ones(len(found) - before, bool)])
    evidence = np.stack([log_odds(middles), log_odds(alike(kinds))], axis=1)
    evidence = np.concatenate([found.evidence, evidence], axis=1)
    return Candidates(found, evidence, kinds, looked, new, tuple(lines))


def _courses(found: Detections) -> tuple[list[Course], list[NDArray[np.intp]]]:
    """Of each line that can be looked at its course and its characters."""
    courses, members = [], []
    bar = CHARACTERS.index(BAR)
    for line in arrange(found).lines:
        numbers = np.array([number for number, _ in line], np.intp)
        digits = numbers[found.is_digit[numbers]]
        printed = np.mean(found.printed[numbers]) > _PRINTED
        if not len(digits) or printed or (found.kinds[numbers] == bar).any():
            continue
        height = float(np.median(found.sizes[digits, 1]))
        turn = float(np.median(found.turns[numbers]))
        angle = np.deg2rad(turn)
        along = found.middles[numbers] @ (np.cos(angle), np.sin(angle))
        half = found.sizes[numbers, 0] / 2
        reach = float((along - half).min()) - _BEYOND * height, float((along + half).max()) + _BEYOND * height
        courses.append(Course.through(found.middles[digits], height, turn, reach))
        members.append(numbers)
    if sum(course.columns for course in courses) > _MOST_COLUMNS:
        return [], []
    return courses, members


def _matched(
    course: Course, line: Detections, seen: Columns, peaks: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Of each character of a line the column where the line's network sees its middle best, -1 outside of the strip.

    Also which of the peaks are theirs.
    """
    places = course.in_strip(line.middles)[:, 0] / COLUMN - 0.5
    columns = np.arange(len(seen.middle))
    off = np.abs(columns - places[:, None]) * COLUMN / STRIP_DIGIT
    near = off <= np.maximum(_SAME, _SAME_WIDE * line.sizes[:, :1] * course.scale / STRIP_DIGIT)
    alike = seen.character.argmax(axis=1) == line.kinds[:, None]
    near |= alike & (off < _SAME_KIND) & np.isin(columns, peaks)
    own = np.where(near.any(axis=1), np.where(near, seen.middle, -1).argmax(axis=1), -1)
    return np.asarray(own, np.intp), np.asarray(near[:, peaks].any(axis=0), bool)


def _peaks(middle: NDArray[np.float32]) -> NDArray[np.intp]:
    largest = cv2.dilate(middle[None, :], np.ones((1, 3), np.uint8))[0]
    return np.flatnonzero((middle >= largest) & (middle > _PEAK))


def _new_ones(
    course: Course, seen: Columns, peaks: NDArray[np.intp], sighting: Sighting, found: Detections
) -> tuple[Detections, NDArray[np.intp]]:
    """What may be characters at some columns of a line, but for those that were found, and their columns."""
    geometry = seen.geometry[peaks].astype(np.float64)
    columns = (peaks + 0.5 + np.clip(geometry[:, 0], -2, 2)) * COLUMN
    rows = np.clip(geometry[:, 1], -1, 1) * STRIP_DIGIT + STRIP_HEIGHT / 2
    middles = course.in_picture(np.stack([columns, rows], axis=1))
    far = np.linalg.norm(middles[:, None] - found.middles, axis=2).min(axis=1, initial=np.inf)
    alone = far > _ELSEWHERE * STRIP_DIGIT / course.scale
    peaks, middles = peaks[alone], middles[alone]
    sizes = np.exp(np.clip(geometry[alone, 2:4], -4, 2)) * TYPICAL_SIZE / course.scale
    scores, kinds = _at(sighting.maps, middles)
    count = len(peaks)
    turns = np.full(count, np.rad2deg(np.arctan2(course.along[1], course.along[0])))
    return Detections(middles, sizes, turns, scores, kinds, np.zeros(count), np.full(count, np.nan)), peaks


def _at(maps: Maps, places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """What the page's network says of places (n, 2): how likely a middle is near (n,), and of what (n, 24)."""
    height, width = maps.middle.shape
    scores = np.zeros(len(places))
    kinds = np.full((len(places), len(CHARACTERS)), 1 / len(CHARACTERS), np.float32)
    for number, (x, y) in enumerate((places / CELL).astype(int).tolist()):
        window = np.s_[max(0, y - 1) : min(height, y + 2), max(0, x - 1) : min(width, x + 2)]
        there, which = maps.middle[window].ravel(), maps.character[window].reshape(-1, len(CHARACTERS))
        if there.size and which[there.argmax()].any():
            scores[number], kinds[number] = there.max(), which[there.argmax()]
    return scores, kinds
