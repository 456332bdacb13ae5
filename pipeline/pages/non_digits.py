"""Made pictures of no digit: letters, words, signs, little drawings, several digits at once, as a network sees them.

What looks like a digit in some hand is left out: a network can't be told to refuse and to read the same shape.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from pipeline.pages.digits import as_seen, some_hand, written
from pipeline.pages.glyphs import Font, Kind
from pipeline.pages.scribes import FontScribe, Mask, any_font

LETTERS = "CEFHKLMNPRTUVWXacdefhkmnprtuvwx"
"""Letters that no hand writes like a digit."""
PRINT_LETTERS = LETTERS + "AGQYby"
"""Letters that print keeps apart from digits, where some hands do not."""
SIGNS = "+x*=%?&$€#!:"
"""Of a pen or a font. A lone dot or comma is told from a digit by its size, which is gone here."""

_SIDE = 64  # of a little drawing, in pixels
_UPRIGHT = (-24.0, 43.0)
"""Degrees to the right within which a straight stroke may be a 1: all but one in a hundred of MNIST's ones."""
_PICTURE = tuple[list[NDArray[np.float64]], bool]


def made_non_digits(rng: np.random.Generator, count: int, *, held_out: bool = False) -> NDArray[np.uint8]:
    """Pictures that show no digit, brought to MNIST's form as reading does it.

    Args:
        rng: decides everything: the same state gives the same pictures.
        count: how many to make.
        held_out: whether letters, signs and digits are of those fonts that training never sees.

    Returns:
        uint8 (count, 28, 28), the stroke bright.
    """
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    kinds: tuple[Callable[[np.random.Generator, bool], Mask], ...] = (
        letter, word, sign, several_digits, straight_stroke, drawing,
    )  # fmt: skip
    chosen = rng.choice(len(kinds), count, p=(0.3, 0.08, 0.14, 0.24, 0.06, 0.18))
    for number, kind in enumerate(chosen.tolist()):
        image = None
        while image is None:
            image = as_seen(kinds[kind](rng, held_out), rng)
        images[number] = image
    return images


def letter(rng: np.random.Generator, held_out: bool = False) -> Mask:
    """A letter by hand or in print."""
    font = _font(rng, held_out)
    return _in_font(_letters(font, rng, 1), font, rng)


def word(rng: np.random.Generator, held_out: bool = False) -> Mask:
    """A few letters of one word."""
    font = _font(rng, held_out)
    return _in_font(_letters(font, rng, int(rng.integers(2, 5))), font, rng)


def sign(rng: np.random.Generator, held_out: bool = False) -> Mask:
    """A sign between numbers."""
    while True:
        character = str(rng.choice(list(SIGNS)))
        try:
            if rng.random() < 0.6:
                return written(some_hand(rng, held_out=held_out), character, rng)
            return _in_font(character, _font(rng, held_out), rng)
        except ValueError:
            continue  # not everybody writes it


def several_digits(rng: np.random.Generator, held_out: bool = False) -> Mask:
    """Two or three digits of one hand side by side, now and then a sign between them."""
    digits = [str(digit) for digit in rng.integers(0, 10, rng.choice((2, 2, 2, 3)))]
    if rng.random() < 0.1:
        digits.insert(1, str(rng.choice(list(".,-+"))))
    return written(some_hand(rng, held_out=held_out), "".join(digits), rng)


def straight_stroke(rng: np.random.Generator, _: bool = False) -> Mask:
    """A slash, a dash or a stroke that leans too far to be a 1."""
    low, high = _UPRIGHT
    lean = np.radians(rng.uniform(high, 180 + low) if rng.random() < 0.5 else rng.uniform(high, high + 25))
    reach = np.array([np.sin(lean), -np.cos(lean)]) * _SIDE / 2
    bow = np.array([reach[1], -reach[0]]) * rng.normal(0, 0.06)
    along = np.linspace(-1, 1, 15)[:, None]
    return _drawn([along * reach + (1 - along**2) * bow], False, rng)


def drawing(rng: np.random.Generator, _: bool = False) -> Mask:
    """A smiley, an arrow, a box, a tick, a star, a wave, a cross in a circle, a spiral."""
    lines, closed = _DRAWINGS[rng.integers(len(_DRAWINGS))](rng)
    turn = rng.normal(0, 0.1)
    across = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return _drawn([line @ across * _SIDE / 2 for line in lines], closed, rng)


def _font(rng: np.random.Generator, held_out: bool) -> Font:
    return any_font(rng, printed=bool(rng.random() < 0.35), held_out=held_out)


def _letters(font: Font, rng: np.random.Generator, count: int) -> str:
    known = [
        letter
        for letter in (PRINT_LETTERS if font.kind == Kind.PRINT or count > 1 else LETTERS)
        if letter in font.glyphs
    ]
    return "".join(rng.choice(known, count))


def _in_font(characters: str, font: Font, rng: np.random.Generator) -> Mask:
    return written(FontScribe(rng, font, max(0.0, rng.normal(0, 0.05))), characters, rng)


def _drawn(lines: list[NDArray[np.float64]], closed: bool, rng: np.random.Generator) -> Mask:
    """Lines about the middle with some pen, their points a little off."""
    pen = max(1, round(_SIDE * np.exp(rng.uniform(np.log(0.03), np.log(0.15)))))
    points = [
        np.rint((line + rng.normal(0, 0.6, line.shape) + 0.75 * _SIDE) * 8).astype(np.int32) for line in lines
    ]
    sheet = np.zeros((3 * _SIDE // 2, 3 * _SIDE // 2), np.uint8)
    cv2.polylines(sheet, points, closed, 255, pen, cv2.LINE_AA, shift=3)
    x, y, width, height = cv2.boundingRect(sheet)
    return sheet[y : y + height, x : x + width]


def _ring(
    x: float, y: float, across: float, up: float, start: float = 0, end: float = 360
) -> NDArray[np.float64]:
    angles = np.radians(np.linspace(start, end, 24))
    return np.stack([x + across * np.cos(angles), y + up * np.sin(angles)], axis=1)


def _smiley(rng: np.random.Generator) -> _PICTURE:
    eye, mood = rng.uniform(0.25, 0.45), rng.choice((20.0, 200.0), p=(0.8, 0.2))
    mouth = _ring(
        0, 0.1 if mood < 180 else 0.75, rng.uniform(0.35, 0.6), rng.uniform(0.2, 0.5), mood, mood + 140
    )
    eyes = [np.array([[side * eye, -0.4], [side * eye, rng.uniform(-0.4, -0.15)]]) for side in (-1, 1)]
    face = [_ring(0, 0, rng.uniform(0.85, 1.1), 1)] if rng.random() < 0.85 else []
    return [*face, *eyes, mouth], False


def _arrow(rng: np.random.Generator) -> _PICTURE:
    turn, reach, open_ = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.8)
    head = np.array(
        [
            [1 - reach * np.cos(open_), -reach * np.sin(open_)],
            [1, 0],
            [1 - reach * np.cos(open_), reach * np.sin(open_)],
        ]
    )
    across = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    back = [head * (-1, 1)] if rng.random() < 0.15 else []
    return [line @ across for line in (np.array([[-1.0, 0], [1, 0]]), head, *back)], False


def _box(rng: np.random.Generator) -> _PICTURE:
    wide = rng.uniform(0.45, 1)
    lines = [np.array([[-wide, -1], [wide, -1], [wide, 1], [-wide, 1]])]
    kind = rng.random()
    if kind < 0.2:
        lines.append(np.array([[-wide, -1], [wide, 1]]))
    if kind < 0.15:
        lines.append(np.array([[-wide, 1], [wide, -1]]))
    elif kind > 0.8:
        lines.append(np.array([[-wide, 0], [wide, 0]]))
    elif kind > 0.65:
        lines = [np.array([[-1.0, 0.8], [0, -1], [1, 0.8]])]
    return lines, True


def _tick(rng: np.random.Generator) -> _PICTURE:
    turn = rng.uniform(-0.9, -0.2)
    return [np.array([[-0.7, rng.uniform(-0.1, 0.3)], [turn / 2, 1], [1, rng.uniform(-1, -0.5)]])], False


def _star(rng: np.random.Generator) -> _PICTURE:
    points = int(rng.choice((5, 5, 6)))
    angles = -np.pi / 2 + np.arange(2 * points) * np.pi / points
    radii = np.where(np.arange(2 * points) % 2, rng.uniform(0.35, 0.55), 1.0)
    if points == 5 and rng.random() < 0.5:  # drawn at one go
        angles, radii = -np.pi / 2 + np.arange(5) * 4 * np.pi / 5, np.ones(5)
    return [np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)], True


def _wave(rng: np.random.Generator) -> _PICTURE:
    x = np.linspace(-1, 1, 40)
    return [np.stack([x, rng.uniform(0.15, 0.5) * np.sin(x * rng.uniform(5, 14))], axis=1)], False


def _crossed_ring(rng: np.random.Generator) -> _PICTURE:
    kind = rng.integers(4)
    cross = [np.array([[-0.7, -0.7], [0.7, 0.7]]), np.array([[-0.7, 0.7], [0.7, -0.7]])]
    upright = [np.array([[0.0, -1], [0, 1]]), np.array([[-1.0, 0], [1, 0]])]
    inner = (cross, upright, upright[:1], [_ring(0, 0, 0.45, 0.45)])[kind]
    return [_ring(0, 0, 1, rng.uniform(0.9, 1.05)), *inner], False


def _spiral(rng: np.random.Generator) -> _PICTURE:
    turns = rng.uniform(2.2, 4)
    angles = np.linspace(0, 2 * np.pi * turns, 80) * rng.choice((-1, 1))
    radii = np.linspace(0.05, 1, 80)
    return [np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)], False


def _heart(rng: np.random.Generator) -> _PICTURE:
    t = np.linspace(0, 2 * np.pi, 32)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([np.sin(t) ** 3 * rng.uniform(0.8, 1.1), -y / 16], axis=1)], True


_DRAWINGS: tuple[Callable[[np.random.Generator], _PICTURE], ...] = (
    _smiley, _smiley, _arrow, _arrow, _box, _box, _tick, _star, _wave, _crossed_ring, _spiral, _heart,
)  # fmt: skip
