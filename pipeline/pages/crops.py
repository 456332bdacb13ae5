"""Made pictures as the page network learns from them: small, gray, each with the truth in rows of figures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.contrast import local_contrast
from pipeline.imaging.geometry import Box
from pipeline.imaging.scaling import resized
from pipeline.pages import layouts
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.generator import Photograph, Scene, cropped, photograph

SIDE = 256
"""Pixels of a crop."""

_TIGHT = (layouts.one_number, layouts.scattered, layouts.numbers, layouts.one_number, layouts.entries)
_SIGNS = (layouts.entries, layouts.calculations, layouts.signs, layouts.column_sums, layouts.fractions)
_OF_FEW_PIXELS = 0.3
"""Share of closely cut crops whose digits had but `_FEW` pixels in height before they were enlarged."""

_FEW = 9, 18
_WITH_SIGNS = 0.4
"""Share of crops with many signs: rarer than digits, they would be learned last."""


@dataclass(frozen=True)
class Crop:
    """A picture with its truth.

    Attributes:
        gray: uint8 (h, w), at most `SIDE` on each side.
        ink: uint8 (h, w), 255 where something is written by hand.
        rows: float32 (n, 8), of each character: its place in `CHARACTERS`, middle x and y, width, height, turn in
            degrees, visible share, whether it is printed.
    """

    gray: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    rows: NDArray[np.float32]


def made_crop(rng: np.random.Generator) -> Crop:
    """A crop: four in five from within a page, the others cut out closely about a number or a digit."""
    kind = rng.random()
    if kind < 0.05 or kind > 0.97:  # out of scale: nothing that could be read here
        height = rng.uniform(4, 8) if kind < 0.05 else rng.uniform(90, 200)
        picture = photograph(rng, Scene(SIDE, SIDE, digit_height=float(height)))
        return _crop(Photograph(picture.pixels, picture.ink, (), picture.layout))
    if kind < 0.05 + _WITH_SIGNS:
        return _crop(photograph(rng, Scene(SIDE, SIDE, layout=_SIGNS[rng.integers(len(_SIGNS))])))
    if kind < 0.8:
        return _crop(photograph(rng, Scene(SIDE, SIDE)))
    return _crop(_tight(rng))


def _tight(rng: np.random.Generator) -> Photograph:
    height = float(np.exp(rng.uniform(np.log(16), np.log(70))))
    layout = _TIGHT[rng.integers(len(_TIGHT))]
    scene = Scene(SIDE, SIDE, height, layout, turn=float(rng.normal(0, 3)))
    picture = photograph(rng, scene)
    if rng.random() < _OF_FEW_PIXELS and height > _FEW[0]:
        picture = _of_few_pixels(picture, min(1.0, float(rng.uniform(*_FEW)) / height))
    whole = [character for character in picture.characters if character.visible > 0.98]
    if not whole:
        return picture
    one = whole[rng.integers(len(whole))]
    if rng.random() < 0.3:
        whole = [one]
    elif rng.random() < 0.7:
        whole = [character for character in whole if character.placed.line == one.placed.line]
    margin = height * (rng.uniform(-0.03, 0.6) if rng.random() < 0.8 else rng.uniform(0, 0.05))
    left = int(max(0, min(c.x - c.width / 2 for c in whole) - margin))
    top = int(max(0, min(c.y - c.height / 2 for c in whole) - margin))
    right = int(min(SIDE, max(c.x + c.width / 2 for c in whole) + margin))
    bottom = int(min(SIDE, max(c.y + c.height / 2 for c in whole) + margin))
    if min(right - left, bottom - top) < 6:
        return picture
    return cropped(picture, Box.from_edges(left, top, right, bottom))


def _of_few_pixels(picture: Photograph, scale: float) -> Photograph:
    """The picture as it looks after it was reduced and enlarged again."""
    small = resized(picture.pixels, scale)
    large = cv2.resize(small, picture.pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return replace(picture, pixels=np.asarray(large, np.uint8))


def _crop(picture: Photograph) -> Crop:
    gray = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    rows = [
        (
            CHARACTERS.index(c.placed.character),
            c.x,
            c.y,
            c.width,
            c.height,
            c.turn,
            c.visible,
            c.placed.printed,
        )
        for c in picture.characters
    ]
    return Crop(gray, picture.ink, np.array(rows, np.float32).reshape(-1, 8))


def varied(
    crop: Crop, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float32]]:
    """A crop a little larger or smaller, put somewhere into a square of `SIDE` pixels; the rest has ink 0.

    Returns:
        what the network sees, float32 (`SIDE`, `SIDE`): the `local_contrast`, turned round one time in four; and the
        crop's ink and rows.
    """
    gray, ink, rows = crop.gray, crop.ink, crop.rows.copy()
    if gray.shape[1] > 64 and rng.random() < 0.5:
        scale = float(np.exp(rng.uniform(-0.35, 0.25)))
        size = max(8, round(gray.shape[1] * scale)), max(8, round(gray.shape[0] * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        left, top = (int(rng.integers(0, max(1, side - SIDE + 1))) for side in size)
        window = np.s_[top : top + SIDE, left : left + SIDE]
        gray, ink = (
            np.asarray(cv2.resize(layer, size, interpolation=way), np.uint8)[window] for layer in (gray, ink)
        )
        rows[:, 1:3] = rows[:, 1:3] * scale - (left, top)
        rows[:, 3:5] *= scale
    height, width = gray.shape
    x, y = int(rng.integers(0, SIDE - width + 1)), int(rng.integers(0, SIDE - height + 1))
    inside = ((rows[:, 1:3] > 0) & (rows[:, 1:3] < (width, height))).all(axis=1)
    rows = rows[inside]
    reach = np.minimum(rows[:, 1:3], (width, height) - rows[:, 1:3]) / np.maximum(rows[:, 3:5] / 2, 1)
    rows[:, 6] = np.minimum(rows[:, 6], ((1 + np.clip(reach, 0, 1)) / 2).prod(axis=1))
    rows[:, 1:3] += (x, y)
    seen, written = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.uint8)
    contrast = local_contrast(np.ascontiguousarray(gray))
    seen[y : y + height, x : x + width] = -contrast if rng.random() < 0.25 else contrast
    written[y : y + height, x : x + width] = ink
    if rng.random() < 0.3:
        seen += rng.standard_normal(seen.shape, dtype=np.float32) * rng.uniform(0, 0.15)
    return seen, written, rows
