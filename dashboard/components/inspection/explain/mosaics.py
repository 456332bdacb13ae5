"""Numbers as pictures: the maps of a layer side by side, or its filters, in the page's colors."""

import base64
import io
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.figures.style import Palette, mix

_LEVELS = 127  # of each sign; one byte of the picture holds both, zero and what lies between maps


@dataclass(frozen=True)
class Mosaic:
    """Maps side by side, a pixel apart.

    Attributes:
        png: the picture, one pixel a value.
        columns: maps in a row.
        width, height: of the picture in pixels.
    """

    png: bytes
    columns: int
    width: int
    height: int

    @property
    def uri(self) -> str:
        """The picture as a data: address, for HTML."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode()


def make_mosaic(maps: NDArray[np.float32], palette: Palette, columns: int = 0) -> Mosaic:
    """Draws maps on one scale: 0 as the page's surface, above it the color of answers, below it another.

    The strongest half percent of the values have full strength, so that one of them does not make all others pale.

    Args:
        maps: float32 (height, width, maps), or (units,), a square each.
        palette: of the page's theme.
        columns: maps in a row; 0 for as many as look well.
    """
    if maps.ndim == 1:
        maps = maps[None, None]
    height, width, count = maps.shape
    columns = min(columns or _columns(count, width), count)
    rows = math.ceil(count / columns)
    bound = max(float(np.quantile(np.abs(maps), 0.995)), 1e-12)
    cells = np.zeros((rows * columns, height + 1, width + 1), np.uint8)  # 0 is what lies between maps
    levels = np.rint(np.clip(maps.transpose(2, 0, 1) / bound, -1, 1) * _LEVELS)
    cells[:count, :height, :width] = (128 + levels).astype(np.uint8)
    sheet = cells.reshape(rows, columns, height + 1, width + 1).transpose(0, 2, 1, 3)
    sheet = sheet.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
    picture = Image.frombytes("P", (sheet.shape[1], sheet.shape[0]), np.ascontiguousarray(sheet).tobytes())
    picture.putpalette(_colors(palette))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=0, compress_level=1)
    return Mosaic(file.getvalue(), columns, *picture.size)


def tone(value: float, bound: float, palette: Palette) -> str:
    """The color of one value, #rrggbb, where `bound` has full strength."""
    color = palette.answer if value > 0 else palette.series[1]
    return mix(palette.surface, color, min(1.0, abs(value) / max(bound, 1e-12)))


def _columns(count: int, width: int) -> int:
    """Maps in a row: large ones need room, and a row of many small ones should be long."""
    return 8 if count <= 32 and width > 1 else 16 if count <= 64 else 32


@lru_cache(maxsize=8)
def _colors(palette: Palette) -> list[int]:
    """256 colors: the gap, 127 below zero, zero, 127 above it."""
    tones = [tone(level - 128, _LEVELS, palette) for level in range(256)]
    return [int(color[i : i + 2], 16) for color in tones for i in (1, 3, 5)]
