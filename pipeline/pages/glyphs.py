"""Outlines of digits, letters and signs from fonts: handwriting to write pages with, print to set beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

GLYPHS_FILE = Path(__file__).with_name("glyphs.npz")
"""Made by `pipeline.pages.collect_glyphs`; `GLYPHS-LICENSE.md` beside it says whose the outlines are."""

DIGIT_HEIGHT = 1000
"""Units in the file: the median height of a font's ten digits."""


class Kind(IntEnum):
    """What a font imitates."""

    HAND = 0
    SCHOOL = 1
    """A hand as schools teach it."""
    PRINT = 2


@dataclass(frozen=True)
class Outline:
    """A character as polygons that do not overlap, but may lie inside each other: fill them by the even-odd rule.

    Attributes:
        contours: points (n, 2), x to the right, y down, the baseline at 0, in heights of a digit; read-only.
        advance: how far the next character is to the right, in the same unit.
    """

    contours: tuple[NDArray[np.float32], ...]
    advance: float


@dataclass(frozen=True)
class Font:
    """A family's outlines.

    Attributes:
        name: of the family it was taken from.
        kind: what it imitates.
        held_out: whether it is kept from training.
        glyphs: the characters it has, all ten digits among them.
    """

    name: str
    kind: Kind
    held_out: bool
    glyphs: Mapping[str, Outline]


def load_glyphs(held_out: bool | None = False) -> list[Font]:
    """The fonts, ordered by kind and name; read from the file once.

    Args:
        held_out: False for those to train with, True for those kept from it, None for all.
    """
    return [font for font in _read() if held_out is None or font.held_out == held_out]


@cache
def _read() -> tuple[Font, ...]:
    with np.load(GLYPHS_FILE, allow_pickle=False) as file:
        points = file["points"].astype(np.float32) / DIGIT_HEIGHT
        point_starts, contour_starts = (
            file["contour_point_start"].tolist(),
            file["glyph_contour_start"].tolist(),
        )
        of_font, codes = file["glyph_font"].tolist(), file["glyph_character"].tolist()
        advances = (file["glyph_advance"] / DIGIT_HEIGHT).tolist()
        fonts = list(
            zip(file["font_names"].tolist(), file["font_kinds"], file["held_out"].tolist(), strict=True)
        )
    points.flags.writeable = False
    contours = [points[start:end] for start, end in pairwise(point_starts)]
    glyphs: list[dict[str, Outline]] = [{} for _ in fonts]
    for number, (font, code) in enumerate(zip(of_font, codes, strict=True)):
        start, end = contour_starts[number : number + 2]
        glyphs[font][chr(code)] = Outline(tuple(contours[start:end]), advances[number])
    return tuple(
        Font(name, Kind(kind), held_out, glyphs[number])
        for number, (name, kind, held_out) in enumerate(fonts)
    )
