"""Made lines of writing as the line network learns from them: level, each with the truth in rows of figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from pipeline.imaging.contrast import local_contrast
from pipeline.imaging.scaling import resized
from pipeline.imaging.strips import (
    COLUMN,
    STRIP_DIGIT,
    STRIP_HEIGHT,
    Course,
    blank_between,
    direction,
    turned,
)
from pipeline.pages import phrases
from pipeline.pages.characters import BAR, CHARACTERS, TYPICAL_SIZE
from pipeline.pages.generator import Character, Photograph, Scene, photograph
from pipeline.pages.layouts import Desk
from pipeline.pages.targets import HINTED, WHOLE
from pipeline.pages.writing import Sheet

WIDTH = 288
"""Columns of a line as it is learned; longer ones are cut."""

_STEPS = 63
"""Steps that a unit of contrast is kept in: one byte a pixel."""

_DIGITLESS, _STRAY = 0.7, 0.1
"""Shares of lines without digits that are left out, and of lines with a digit that is not where it seems to be."""

_BESIDE, _IN_ROW = 0.5, 0.35
"""Heights of a digit off the line from which a character is none of it, and up to which a line is of the same row."""


@dataclass(frozen=True)
class Line:
    """A line with its truth.

    Attributes:
        seen: int8 (`STRIP_HEIGHT`, w), contrast in steps.
        rows: float32 (n, 8), of each character: its place in `CHARACTERS`, middle's column and row off the middle
            one, width and height in pixels of the strip, visible share, whether it is handwriting that stands in
            this row, and the number of its entry.
    """

    seen: NDArray[np.int8]
    rows: NDArray[np.float32]


class LineTargets(NamedTuple):
    """What the line network should say of a line of `WIDTH` columns, n places.

    Attributes:
        middle: float32 (n,), 1 at a character's middle, falling off around it.
        counts: float32 (n,), 0 where `middle` is not learned.
        character: int32 (n,), which one.
        near: float32 (n,), how much `character` and `geometry` count.
        geometry: float32 (n, 4): the middle's offset in places; its row off the middle one in heights of a digit; log
            of width / 16 and height / 28 pixels of the strip.
        apart: float32 (n,), whether a place lies between two things that stand apart.
        between: float32 (n,), how much `apart` counts; of every blank the same in all.
    """

    middle: NDArray[np.float32]
    counts: NDArray[np.float32]
    character: NDArray[np.int32]
    near: NDArray[np.float32]
    geometry: NDArray[np.float32]
    apart: NDArray[np.float32]
    between: NDArray[np.float32]


def made_lines(rng: np.random.Generator) -> list[Line]:
    """Lines of one photograph; seven in ten photographs hold lines and nothing else. There may be none."""
    size = float(np.exp(rng.uniform(np.log(14), np.log(58))))
    turn = float(rng.normal(0, 3))
    if rng.random() < 0.7:
        height, width = int(size * rng.uniform(2.2, 5)), int(size * rng.uniform(10, 18))
        scene = Scene(height, width, size, _lines, turn=turn, scribbles=bool(rng.random() < 0.5))
    else:
        scene = Scene(int(size * 6), int(size * 12), size, turn=turn)
    return list(_lines_of(photograph(rng, scene), size, rng))


def _lines(sheet: Sheet, desk: Desk) -> None:
    """A layout: lines of anything down the sheet."""
    rng, h = desk.rng, desk.height
    height, width = sheet.shape
    leading = h * rng.uniform(1.25, 2.4)
    baseline = h * rng.uniform(1.0, 1.9)
    while baseline < height + 0.3 * h:
        line, x = sheet.new_line(), rng.uniform(-0.2, 2) * h
        while x < width:
            x = desk.write(sheet, phrases.anything(rng), x, baseline, line, apart=True)
            x += h * rng.uniform(0.8, 3)
            if rng.random() < 0.3:
                break
        baseline += leading


def _lines_of(photo: Photograph, size: float, rng: np.random.Generator) -> Iterator[Line]:
    """Some of a photograph's lines of handwriting, cut out as a reader would that finds them nearly, not quite."""
    gray = np.asarray(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    off = rng.normal(0, 0.12) if rng.random() < 0.6 else rng.uniform(-0.55, 0.5)
    small = resized(gray, STRIP_DIGIT / size * float(np.exp(off)))
    contrast = local_contrast(small)
    truth = _Truth.of(photo.characters, small.shape[1] / gray.shape[1])
    taken: set[int] = set()
    for number in rng.permutation(np.unique(truth.lines)).tolist():
        mine = (truth.lines == number) & (truth.visible > 0.5)
        if number in taken or not mine.any() or truth.printed[mine].mean() > 0.5:
            continue
        course = _course(truth, mine, rng)
        if course is None:
            continue
        row = truth.row(course)
        taken.update(truth.lines[row].tolist())
        if not (truth.kinds[row] == CHARACTERS.index(BAR)).any():
            seen = np.clip(course.cut(contrast), -2, 2) * _STEPS
            yield Line(np.round(seen).astype(np.int8), truth.rows(course, row))


@dataclass(frozen=True)
class _Truth:
    """A photograph's characters, in pixels of a picture of it: one row each."""

    kinds: NDArray[np.intp]
    middles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    turns: NDArray[np.float64]
    visible: NDArray[np.float64]
    printed: NDArray[np.bool_]
    lines: NDArray[np.intp]
    entries: NDArray[np.intp]

    @classmethod
    def of(cls, characters: tuple[Character, ...], scale: float) -> _Truth:
        placed = [character.placed for character in characters]
        rows = np.array([(c.x, c.y, c.width, c.height, c.turn, c.visible) for c in characters], np.float64)
        rows = rows.reshape(-1, 6)
        return cls(
            np.array([CHARACTERS.index(one.character) for one in placed], np.intp),
            rows[:, :2] * scale,
            rows[:, 2:4] * scale,
            rows[:, 4],
            rows[:, 5],
            np.array([one.printed for one in placed], bool),
            np.array([one.line for one in placed], np.intp),
            np.array([one.entry for one in placed], np.intp),
        )

    def row(self, course: Course) -> NDArray[np.bool_]:
        """Which characters are handwriting that stands in a course's row: whole lines do or do not."""
        off = np.abs(course.in_strip(self.middles)[:, 1] - STRIP_HEIGHT / 2) / STRIP_DIGIT
        inside = np.zeros(len(off), bool)
        for number in np.unique(self.lines):
            line = self.lines == number
            tall = line & (self.kinds < DIGITS)
            inside |= line & (float(np.median(off[tall if tall.any() else line])) < _IN_ROW)
        return np.asarray(inside & ~self.printed, bool)

    def rows(self, course: Course, row: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Of a strip, as in `Line.rows`."""
        places = course.in_strip(self.middles) - (0, STRIP_HEIGHT / 2)
        inside = (
            (places[:, 0] > 0)
            & (places[:, 0] < course.columns)
            & (np.abs(places[:, 1]) < 0.75 * STRIP_HEIGHT)
        )
        rows = np.column_stack(
            [self.kinds, places, self.sizes * course.scale, self.visible, row, self.entries]
        )
        return np.asarray(rows[inside], np.float32)


def _course(truth: _Truth, mine: NDArray[np.bool_], rng: np.random.Generator) -> Course | None:
    """The course of a line, from some of its digits or else its tall characters; None where there are neither."""
    tall = truth.kinds < DIGITS
    if not tall[mine].any():
        if rng.random() < _DIGITLESS:
            return None
        tall = truth.sizes[:, 1] > 0.6 * np.median(truth.sizes[:, 1])
    chosen = mine & tall
    if not chosen.any():
        return None
    height = float(np.median(truth.sizes[chosen, 1])) * float(np.exp(rng.normal(0, 0.08)))
    turn = float(np.mean(truth.turns[mine])) + float(rng.normal(0, 0.9 + 2.5 / mine.sum()))
    along, across = turned(truth.middles, direction(turn)).T
    if rng.random() < 0.5:  # the whole row, however far apart its cells are
        level = float(np.median(across[chosen]))
        mine = mine | (~truth.printed & (np.abs(across - level) < _IN_ROW * height))
        chosen = mine & tall
    left = float(along[mine].min()) - height * rng.uniform(0.3, 2)
    right = float(along[mine].max()) + height * rng.uniform(0.3, 2)
    room = WIDTH * height / STRIP_DIGIT
    if right - left > room:
        left += rng.random() * (right - left - room)
        right = left + room
    numbers = np.flatnonzero(chosen)
    if len(numbers) > 2 and rng.random() < 0.5:
        numbers = numbers[(rng.random(len(numbers)) > 0.08) | (np.arange(len(numbers)) == 0)]
    digits = truth.middles[numbers] + rng.normal(0, 0.04 * height, (len(numbers), 2))
    if rng.random() < _STRAY:  # something that was taken for a digit, or a digit whose middle was missed
        digits[rng.integers(len(digits))] += rng.uniform(-0.4, 0.4) * height
    return Course.through(digits, height, turn, (left, right))


def varied_line(line: Line, rng: np.random.Generator) -> tuple[NDArray[np.float32], LineTargets]:
    """A line somewhere in `WIDTH` columns, not quite in the middle, turned round one time in three; and its targets."""
    seen = np.zeros((STRIP_HEIGHT, WIDTH), np.float32)
    width = line.seen.shape[1]
    x, y = int(rng.integers(0, WIDTH - width + 1)), int(np.clip(round(rng.normal(0, 1.5)), -5, 5))
    source = line.seen.astype(np.float32) / _STEPS
    seen[max(y, 0) : STRIP_HEIGHT + min(y, 0), x : x + width] = source[max(-y, 0) : STRIP_HEIGHT - max(y, 0)]
    if rng.random() < 0.3:
        seen = -seen
    if rng.random() < 0.3:
        seen += rng.standard_normal(seen.shape, dtype=np.float32) * rng.uniform(0, 0.15)
    seen *= np.float32(np.exp(rng.normal(0, 0.15)))
    rows = line.rows.copy()
    rows[:, 1:3] += (x, y)
    return seen, line_targets(rows)


def line_targets(rows: NDArray[np.float32]) -> LineTargets:
    """The targets of characters (n, 8), as in `Line.rows`."""
    n = WIDTH // COLUMN
    targets = LineTargets(
        *(np.zeros(n, np.float32), np.ones(n, np.float32), np.zeros(n, np.int32), np.zeros(n, np.float32)),
        *(np.zeros((n, 4), np.float32), np.zeros(n, np.float32), np.zeros(n, np.float32)),
    )
    places = np.arange(n) + 0.5
    for kind, column, row, width, height, visible, own, _ in rows.tolist():
        if abs(row) > (STRIP_HEIGHT / 2 if own else _BESIDE * STRIP_DIGIT) or (own and visible < HINTED):
            continue
        off = column / COLUMN - places
        closeness = np.exp(-(off**2) / 2).astype(np.float32)
        closeness[int(np.clip(column // COLUMN, 0, n - 1))] = 1
        if not own or visible < WHOLE:
            targets.counts[closeness > 0.1] = 0
            continue
        better = (closeness > 0.3) & (closeness >= targets.near) & (closeness >= targets.middle)
        targets.character[better] = int(kind)
        targets.near[better] = closeness[better]
        size = np.log(np.maximum((width, height), 1) / np.array(TYPICAL_SIZE))
        targets.geometry[better, 0] = off[better]
        targets.geometry[better, 1:] = (row / STRIP_DIGIT, *size)
        np.maximum(targets.middle, closeness, out=targets.middle)
    targets.counts[targets.middle == 1] = 1
    _tell_blanks(rows[(rows[:, 6] > 0) & (rows[:, 5] >= HINTED)], targets)
    return targets


def _tell_blanks(row: NDArray[np.float32], targets: LineTargets) -> None:
    """Writes into the targets what lies between the characters of a row."""
    for before, after in pairwise(row[np.argsort(row[:, 1])].tolist()):
        blank = blank_between(before[1] + before[3] / 2, after[1] - after[3] / 2)
        targets.apart[blank] = before[7] != after[7]
        targets.between[blank] = 1 / (blank.stop - blank.start)
