"""The network that looks at whole pages, through LiteRT. Knows nothing of lines and texts."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.contrast import local_contrast
from pipeline.imaging.geometry import Box, bounding_box
from pipeline.pages.characters import CELL, CHARACTERS, GEOMETRY
from pipeline.reading import litert

NETWORK_FILE = Path(__file__).with_name("page_network.tflite")
"""Made by `python -m pipeline.training.page_training`; the record beside it says how."""

_GRID = 32  # sides of what the network sees are multiples of it
_LARGEST, _SMALLEST = 768**2, 256**2
"""Pixels of a part of a page that is looked at alone: more would take too much memory, less is not cut again."""

_AROUND = 32
"""Pixels that are looked at around a part, so that what is at its rim is seen with what is beside it."""

_SAVING = 0.9
"""Share of a part's pixels below which those of its two halves, where little is to be seen, are looked at instead."""

_AFAR = 320**2
"""Pixels up to which a look has interpreters of its own: from afar nearly all pictures have the same shape, and to take
another shape costs an interpreter a quarter of a look."""

_AT_ONCE = 2
"""Parts of one page: more would only take the memory and the cores that other pages need."""


class Maps(NamedTuple):
    """What the network says of a picture, for every place of a grid of `CELL` pixels.

    Attributes:
        middle: float32 (h, w), whether a character has its middle here, 0 to 1.
        character: float32 (h, w, 24), which of `CHARACTERS` it is, sums of 1.
        geometry: float32 (h, w, 7): as `Targets.geometry` of `pipeline.pages.targets`, of being printed the logit.
        ink: float32 (H, W) of the picture's own size, whether a pixel is handwriting, 0 to 1.
        contrast: float32 (H, W), what it saw.
    """

    middle: NDArray[np.float32]
    character: NDArray[np.float32]
    geometry: NDArray[np.float32]
    ink: NDArray[np.float32]
    contrast: NDArray[np.float32]


class PageNetwork:
    """The network, ready to look. One object may be shared by any number of threads."""

    def __init__(self, litert_file: Path = NETWORK_FILE, workers: int | None = None) -> None:
        """Loads the network.

        Args:
            litert_file: of the form that `pipeline.training.page_network` writes.
            workers: how many callers are served at once; as many as cores by default.
        """
        content = litert_file.read_bytes()
        self._afar, self._near = (litert.interpreters(content, workers) for _ in range(2))

    def look(self, gray: NDArray[np.uint8], where: NDArray[np.bool_] | None = None) -> Maps:
        """What is where on a picture, gray (h, w), whose digits are about 28 pixels tall.

        Large pictures are looked at in parts, so that memory is bounded.

        Args:
            gray: the picture.
            where: bool (h / `CELL`, w / `CELL`), rounded up: places that are worth a look, all by default. The maps
                are 0 where no look was taken.
        """
        contrast = local_contrast(gray)
        height, width = contrast.shape
        rows, columns = -(-height // CELL), -(-width // CELL)
        maps = Maps(
            np.zeros((rows, columns), np.float32),
            np.zeros((rows, columns, len(CHARACTERS)), np.float32),
            np.zeros((rows, columns, GEOMETRY), np.float32),
            np.zeros((height, width), np.float32),
            contrast,
        )
        where = np.ones((rows, columns), bool) if where is None else where
        parts = _parts(where, Box(0, 0, columns, rows))
        if len(parts) == 1:
            self._fill(maps, parts[0])
            return maps
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for done in [threads.submit(self._fill, maps, part) for part in parts]:
                done.result()
        return maps

    def _fill(self, maps: Maps, part: Box) -> None:
        """Looks at a part, in cells, and writes into the maps what is seen there."""
        seen = part.grown(_AROUND // CELL, maps.middle.shape)
        picture = maps.contrast[_pixels(seen).window]
        with (self._afar if picture.size <= _AFAR else self._near).borrow() as interpreter:
            answers = _answers(interpreter, picture)
        inner = part.moved(-seen.x, -seen.y)
        for whole, answer in zip(maps[:3], answers[:3], strict=True):
            whole[part.window] = answer[inner.window]
        ink = maps.ink[_pixels(part).window]
        ink[:] = answers[3][_pixels(inner).window][: ink.shape[0], : ink.shape[1]]


def _parts(where: NDArray[np.bool_], page: Box) -> list[Box]:
    """Parts of a page, in cells, that hold all places of `where` in it; none is larger than `_LARGEST`.

    A part is cut in two where it is too large, or where its halves leave out enough that is not to be seen.
    """
    part = bounding_box(where[page.window]).moved(page.x, page.y)
    cost = _cost(part, where.shape)
    if cost <= _SMALLEST:
        return [part] if part.width else []
    across, down = part.width // 2, part.height // 2
    if part.width > part.height:
        sides = part._replace(width=across), part._replace(x=part.x + across, width=part.width - across)
    else:
        sides = part._replace(height=down), part._replace(y=part.y + down, height=part.height - down)
    halves = [half for side in sides for half in _parts(where, side)]
    if cost <= _LARGEST and sum(_cost(half, where.shape) for half in halves) > _SAVING * cost:
        return [part]
    return halves


def _cost(part: Box, shape: tuple[int, ...]) -> int:
    """Pixels that are looked at for a part of a page of this shape, in cells."""
    seen = part.grown(_AROUND // CELL, shape)
    return seen.width * seen.height * CELL**2


def _pixels(cells: Box) -> Box:
    return Box(*(side * CELL for side in cells))


def _answers(network: Any, contrast: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """The four outputs for a tile, in the order of `Maps`; a little larger than the tile."""
    height, width = contrast.shape
    padded = np.pad(contrast, ((0, -height % _GRID), (0, -width % _GRID)))
    # told by their sizes: the order of outputs is the converter's own
    told = {
        0 if output.shape[0] == padded.shape[0] else output.shape[-1]: output
        for output in litert.outputs(network, padded)
    }
    rows, columns = -(-height // CELL), -(-width // CELL)
    return (
        told[1][:rows, :columns, 0],
        told[len(CHARACTERS)][:rows, :columns],
        told[GEOMETRY][:rows, :columns],
        told[0][:height, :width, 0],
    )


@cache
def page_network() -> PageNetwork:
    """The shipped network, loaded once in a process."""
    return PageNetwork()
