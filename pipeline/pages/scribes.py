"""Whoever writes on a made page: a person, MNIST's people, a font. Characters -> marks of ink."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.data.dataset import load_dataset
from pipeline.pages.glyphs import Font, Kind, load_glyphs
from pipeline.pages.phrases import TIMES
from pipeline.pages.strokes import CHARACTERS, Writer

Mask = NDArray[np.uint8]
"""(h, w), 255 = full stroke."""

_SHIFT = 4  # binary places of the coordinates that OpenCV draws with
_HELD_OUT_IMAGES = 10_000
"""MNIST's last training images are kept from the pages that networks learn from."""


@dataclass(frozen=True)
class Mark:
    """A character as ink.

    Attributes:
        mask: its strokes, cut out closely.
        left: pixels from the pen's position to the mask.
        top: pixels from the baseline down to the mask, negative above it.
        advance: pixels to where the pen goes next.
    """

    mask: Mask
    left: float
    top: float
    advance: float


class Scribe(Protocol):
    """One that can write."""

    printed: bool

    def write(self, character: str, height: float) -> Mark | None:
        """One instance of a character where digits are `height` pixels tall; None if it isn't known."""


def _painted(lines: list[NDArray[np.float32]], pen: float, *, filled: bool) -> tuple[Mask, int, int] | None:
    """Polylines, or outlines to fill, as a mask with its left and top; pixels are drawn at twice the size."""
    points = np.concatenate(lines) * 2
    margin = pen + 3
    left, top = np.floor(points.min(axis=0) / 2 - margin).astype(int)
    right, bottom = np.ceil(points.max(axis=0) / 2 + margin).astype(int)
    canvas = np.zeros((2 * (bottom - top), 2 * (right - left)), np.uint8)
    corner = np.array([left, top], np.float32) * 2
    fixed = [np.round((line * 2 - corner) * (1 << _SHIFT)).astype(np.int32) for line in lines]
    thickness = max(1, round(2 * pen))
    if filled:
        cv2.fillPoly(canvas, fixed, 255, cv2.LINE_AA, _SHIFT)
    if not filled or pen > 0.2:
        cv2.polylines(canvas, fixed, filled, 255, thickness, cv2.LINE_AA, _SHIFT)
    mask = cv2.resize(canvas, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    if not filled and 2 * pen < 1:
        mask = (mask * (2 * pen)).astype(np.uint8)
    return _cut(np.asarray(mask, np.uint8), int(left), int(top))


def _cut(mask: Mask, left: int, top: int) -> tuple[Mask, int, int] | None:
    x, y, width, height = cv2.boundingRect((mask > 40).astype(np.uint8))
    if not width:
        return None
    return mask[y : y + height, x : x + width], left + x, top + y


class PenScribe:
    """One person with one pen: strokes."""

    printed = False

    def __init__(self, rng: np.random.Generator, pen: float) -> None:
        """A new person.

        Args:
            rng: decides on the hand.
            pen: width of the stroke in heights of a digit.
        """
        self._writer, self._pen, self._rng = Writer(rng), pen, rng
        self._space = rng.uniform(0.08, 0.4)

    def write(self, character: str, height: float) -> Mark | None:
        """As `Scribe`; "÷" is put together from a minus and two dots."""
        if character == "÷":
            return self._division(height)
        character = {TIMES: "x", "X": "x"}.get(character, character)
        if character not in CHARACTERS:
            return None
        strokes = [
            (stroke - (0, 1)).astype(np.float32) * height for stroke in self._writer.strokes(character)
        ]
        return self._mark(strokes, height)

    def _mark(self, strokes: list[NDArray[np.float32]], height: float) -> Mark | None:
        painted = _painted(strokes, max(self._pen * height, 0.7), filled=False)
        if painted is None:
            return None
        mask, left, top = painted
        advance = max(float(stroke[:, 0].max()) for stroke in strokes) + self._space * height
        return Mark(mask, left, top, advance)

    def _division(self, height: float) -> Mark | None:
        bar = [(stroke - (0, 1)).astype(np.float32) * height for stroke in self._writer.strokes("-")]
        points = np.concatenate(bar)
        middle = points.mean(axis=0)
        gap = self._rng.uniform(0.15, 0.28) * height
        dots = [middle + np.array((self._rng.normal(0, 0.03) * height, sign * gap)) for sign in (-1, 1)]
        return self._mark(
            [*bar, *(np.stack([dot, dot + 0.02 * height]).astype(np.float32) for dot in dots)], height
        )


class FontScribe:
    """A font's outlines, bent a little for each instance unless it is print."""

    def __init__(self, rng: np.random.Generator, font: Font, bold: float = 0.0) -> None:
        """A font to write with.

        Args:
            rng: decides on the style.
            font: what to write with.
            bold: width added to the strokes, in heights of a digit.
        """
        self._rng, self._font, self._bold = rng, font, bold
        self.printed = font.kind == Kind.PRINT
        self._slant = 0.0 if self.printed else rng.normal(0, 0.12)
        self._aspect = rng.uniform(0.85, 1.2)
        self._space = rng.uniform(-0.02, 0.2) * (not self.printed)
        self._sway = 0.0 if self.printed else rng.uniform(0.01, 0.035)

    def write(self, character: str, height: float) -> Mark | None:
        """As `Scribe`."""
        if character == "—":
            return None
        outline = self._font.glyphs.get(character)
        if outline is None and character in ("x", "X", TIMES):
            outline = self._font.glyphs.get("x")
        if outline is None or not outline.contours:
            return None
        lines = [self._bent(contour) * height for contour in outline.contours]
        painted = _painted(lines, self._bold * height / 2, filled=True)
        if painted is None:
            return None
        mask, left, top = painted
        return Mark(mask, left, top, (outline.advance * self._aspect + self._space) * height)

    def _bent(self, contour: NDArray[np.float32]) -> NDArray[np.float32]:
        x, y = contour[:, 0] * self._aspect, contour[:, 1]
        x = x - self._slant * y
        if self._sway:
            waves = self._rng.normal(0, self._sway, 8)
            x, y = (
                x + waves[0] * np.sin(4 * y + 9 * waves[1]) + waves[2] * y + waves[3] * x,
                y + waves[4] * np.sin(4 * x + 9 * waves[5]) + waves[6] * x + waves[7] * y,
            )
        return np.stack([x, y], axis=1).astype(np.float32)


class MnistScribe:
    """MNIST's people for the digits, one person's pen for the rest."""

    printed = False

    def __init__(self, rng: np.random.Generator, *, held_out: bool = False) -> None:
        """A crowd.

        Args:
            rng: decides who writes.
            held_out: whether it is made of those that training never sees.
        """
        self._rng = rng
        self._images = _mnist(held_out)
        self._gain = rng.uniform(1.5, 5)
        self._level = rng.uniform(0.25, 0.6)
        self._space = rng.uniform(0.02, 0.35)
        self._other = PenScribe(rng, 0.11 + 0.12 * (0.5 - self._level))

    def write(self, character: str, height: float) -> Mark | None:
        """As `Scribe`."""
        if character not in self._images:
            return self._other.write(character, height)
        images = self._images[character]
        image = images[self._rng.integers(len(images))]
        x, y, width, tall = cv2.boundingRect((image > 60).astype(np.uint8))
        image = image[max(y - 1, 0) : y + tall + 1, max(x - 1, 0) : x + width + 1]
        size = height * np.exp(self._rng.normal(0, 0.06)) / tall
        wide = size * np.exp(self._rng.normal(0, 0.05))
        shape = max(2, round(image.shape[1] * wide)), max(3, round(image.shape[0] * size))
        way = cv2.INTER_CUBIC if size > 1 else cv2.INTER_AREA
        large = cv2.resize(image, shape, interpolation=way).astype(np.float32) / 255
        mask = np.clip((large - self._level) * self._gain + 0.5, 0, 1) * 255
        cut = _cut(mask.astype(np.uint8), 0, 0)
        if cut is None:
            return None
        mask, _, _ = cut
        top = -mask.shape[0] + self._rng.normal(0, 0.04) * height
        return Mark(mask, 0, top, mask.shape[1] + self._space * height)


@cache
def _mnist(held_out: bool) -> dict[str, NDArray[np.uint8]]:
    every_image, every_label = load_dataset().train
    part = slice(-_HELD_OUT_IMAGES, None) if held_out else slice(0, -_HELD_OUT_IMAGES)
    images, labels = every_image[part], every_label[part]
    return {str(digit): np.ascontiguousarray(images[labels == digit]) for digit in range(10)}


class Person:
    """One who writes digits in a hand of their own, and letters as a font of handwriting has them."""

    printed = False

    def __init__(self, digits: Scribe, letters: Scribe) -> None:
        self._digits, self._letters = digits, letters

    def write(self, character: str, height: float) -> Mark | None:
        """As `Scribe`."""
        if character.isalpha() and character not in "xX":
            return self._letters.write(character, height)
        return self._digits.write(character, height) or self._letters.write(character, height)


def any_font(rng: np.random.Generator, *, printed: bool = False, held_out: bool = False) -> Font:
    """A font of handwriting, or of print.

    Args:
        rng: decides which.
        printed: whether it is print.
        held_out: whether it is one of those that training never sees.
    """
    fonts = [font for font in load_glyphs(held_out) if (font.kind == Kind.PRINT) == printed]
    return fonts[rng.integers(len(fonts))]


def any_hand(rng: np.random.Generator, *, held_out: bool = False) -> Scribe:
    """Somebody who writes by hand, with some pen.

    Args:
        rng: decides who.
        held_out: whether it is one of those that training never sees.
    """
    letters = FontScribe(rng, any_font(rng, held_out=held_out), max(0.0, rng.normal(0, 0.04)))
    kind = rng.random()
    if kind < 0.35:
        return Person(MnistScribe(rng, held_out=held_out), letters)
    if kind < 0.72:
        return Person(PenScribe(rng, float(np.exp(rng.uniform(np.log(0.03), np.log(0.25))))), letters)
    font = FontScribe(rng, any_font(rng, held_out=held_out), max(0.0, rng.normal(0, 0.04)))
    return Person(Person(font, PenScribe(rng, 0.1)), letters)


def any_print(rng: np.random.Generator, *, held_out: bool = False) -> Scribe:
    """A printer with some font."""
    return FontScribe(rng, any_font(rng, printed=True, held_out=held_out), max(0.0, rng.normal(0, 0.03)))
