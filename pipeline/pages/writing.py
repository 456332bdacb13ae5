"""A sheet that is being written on: layers of ink, and where each character came to stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.pages.characters import CHARACTERS, LETTER
from pipeline.pages.phrases import TIMES
from pipeline.pages.scribes import Mark, Scribe

_ALIKE = {TIMES: "x", "X": "x", "·": "*"}


@dataclass(frozen=True)
class Placed:
    """A character where it was written.

    Attributes:
        character: one of `CHARACTERS`.
        text: what was written, a letter as itself.
        box: left, top, right and bottom in pixels of the sheet.
        printed: whether it is print.
        line: number of the line it belongs to, from 0.
        word: number of its group in the line, from 0.
        entry: number of what it is a part of: in a row, other entries stand apart, as in cells of a table.
    """

    character: str
    text: str
    box: tuple[float, float, float, float]
    printed: bool
    line: int
    word: int
    entry: int


@dataclass
class Sheet:
    """A sheet with ink and print on it.

    Attributes:
        ink: uint8 (h, w), what was written by hand.
        print: uint8 (h, w), what was there before: print, rulings, boxes.
        placed: the characters, in the order of writing.
    """

    ink: NDArray[np.uint8]
    print: NDArray[np.uint8]
    placed: list[Placed] = field(default_factory=list)
    lines: int = 0
    entries: int = 0

    @classmethod
    def blank(cls, height: int, width: int) -> Sheet:
        """An empty sheet of that many pixels."""
        return cls(np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.ink.shape[0], self.ink.shape[1]

    def new_line(self) -> int:
        """Number of a line that begins now."""
        self.lines += 1
        self.entries += 1
        return self.lines - 1

    def stamp(self, mark: Mark, x: float, baseline: float, *, printed: bool) -> tuple[int, int, int, int]:
        """Puts a mark with the pen at (x, baseline); gives its left, top, right and bottom."""
        layer = self.print if printed else self.ink
        left, top = round(x + mark.left), round(baseline + mark.top)
        height, width = mark.mask.shape
        l, t = max(left, 0), max(top, 0)  # noqa: E741
        r, b = min(left + width, layer.shape[1]), min(top + height, layer.shape[0])
        if l < r and t < b:
            window = layer[t:b, l:r]
            np.maximum(window, mark.mask[t - top : b - top, l - left : r - left], out=window)
        return left, top, left + width, top + height

    def write(
        self,
        text: str,
        scribe: Scribe,
        x: float,
        baseline: float,
        height: float,
        rng: np.random.Generator,
        *,
        line: int | None = None,
        tracking: float = 0.0,
        jitter: float = 0.0,
        space: float = 0.6,
        known: bool = True,
        apart: bool = False,
    ) -> float:
        """Writes a text to the right; gives where the pen is then.

        Args:
            text: spaces begin a new group; characters that the scribe can't write are left out.
            scribe: who writes.
            x: of the pen, in pixels.
            baseline: in pixels.
            height: of a digit, in pixels.
            rng: decides on the unevenness.
            line: number of the line; a new one by default.
            tracking: extra space between characters, in heights of a digit.
            jitter: standard deviation of the baseline, in heights of a digit.
            space: width of a space, in heights of a digit.
            known: whether the characters count among `placed`.
            apart: whether it is another entry than what was written in its line before.
        """
        number = self.new_line() if line is None else line
        word = 1 + max((p.word for p in self.placed if p.line == number), default=-1)
        self.entries += apart
        drift = 0.0
        for character in text:
            if character == " ":
                x += space * height * rng.uniform(0.8, 1.3)
                word += 1
                continue
            size = height * float(np.exp(rng.normal(0, 0.5 * jitter)))
            mark = scribe.write(character, size)
            if mark is None:
                continue
            drift += rng.normal(0, jitter) * height * 0.5
            drift *= 0.9
            box = self.stamp(mark, x, baseline + drift, printed=scribe.printed)
            if known:
                self.place(character, box, scribe.printed, number, word)
            x += mark.advance + tracking * height * rng.uniform(0.6, 1.4)
        return x

    def place(
        self, character: str, box: tuple[int, int, int, int], printed: bool, line: int, word: int
    ) -> None:
        """Counts a character, with the box of its ink, among `placed`; what nobody could read is left out."""
        kind = _ALIKE.get(character, character)
        if kind not in CHARACTERS:
            if not character.isalpha():
                return
            kind = LETTER
        edges = tuple(float(edge) for edge in box)
        self.placed.append(Placed(kind, character, edges, printed, line, word, self.entries))  # type: ignore[arg-type]

    def rule(
        self, start: tuple[float, float], end: tuple[float, float], width: float, level: int = 255
    ) -> None:
        """A printed line between two points (x, y)."""
        thickness = max(1, round(width))
        strength = int(level * min(1.0, width))
        layer = np.zeros_like(self.print)
        fixed = [(round(16 * x), round(16 * y)) for x, y in (start, end)]
        cv2.line(layer, fixed[0], fixed[1], strength, thickness, cv2.LINE_AA, 4)
        np.maximum(self.print, layer, out=self.print)

    def scrawl(self, points: NDArray[np.float32], width: float, level: int = 255) -> None:
        """A stroke by hand through points (n, 2) that is no character."""
        layer = np.zeros_like(self.ink)
        fixed = np.round(points * 16).astype(np.int32)
        cv2.polylines(layer, [fixed], False, level, max(1, round(width)), cv2.LINE_AA, 4)
        np.maximum(self.ink, layer, out=self.ink)

    def is_free(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether a rectangle lies on the sheet and has nothing written in it yet."""
        height, width = self.shape
        if left < 0 or top < 0 or right > width or bottom > height:
            return False
        window = np.s_[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        return not self.ink[window].any()
