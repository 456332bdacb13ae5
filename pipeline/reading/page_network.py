"""The network that looks at whole pages, through LiteRT. Knows nothing of lines and texts."""

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.pool import Pool
from pipeline.imaging.contrast import local_contrast
from pipeline.pages.characters import CELL, CHARACTERS, GEOMETRY

NETWORK_FILE = Path(__file__).with_name("page_network.tflite")
"""Made by `python -m pipeline.training.page_training`; the record beside it says how."""

_GRID = 32  # sides of what the network sees are multiples of it
_TILE, _OVERLAP = 768, 64
_AT_ONCE = 2
"""Tiles of one page: more would only take the memory and the cores that other pages need."""

_Span = tuple[int, int, int]
"""Where a tile begins along a side, and from where to where it is the one that counts."""


class Maps(NamedTuple):
    """What the network says of a picture, for every place of a grid of `CELL` pixels.

    Attributes:
        middle: float32 (h, w), whether a character has its middle here, 0 to 1.
        character: float32 (h, w, 24), which of `CHARACTERS` it is, sums of 1.
        geometry: float32 (h, w, 7): as `Targets.geometry` of `pipeline.pages.targets`, of being printed the logit.
        ink: float32 (H, W) of the picture's own size, whether a pixel is handwriting, 0 to 1.
    """

    middle: NDArray[np.float32]
    character: NDArray[np.float32]
    geometry: NDArray[np.float32]
    ink: NDArray[np.float32]


class PageNetwork:
    """The network, ready to look. One object may be shared by any number of threads."""

    def __init__(self, litert_file: Path = NETWORK_FILE, workers: int | None = None) -> None:
        """Loads the network.

        Args:
            litert_file: of the form that `pipeline.training.page_network` writes.
            workers: how many callers are served at once; as many as cores by default.
        """
        content = litert_file.read_bytes()
        self._interpreters = Pool(lambda: _interpreter(content), workers or os.cpu_count() or 1)

    def look(self, gray: NDArray[np.uint8]) -> Maps:
        """What is where on a picture, gray (h, w), whose digits are about 28 pixels tall.

        Large pictures are looked at in tiles that overlap, so that memory is bounded.
        """
        contrast = local_contrast(gray)
        height, width = contrast.shape
        rows, columns = -(-height // CELL), -(-width // CELL)
        maps = Maps(
            np.zeros((rows, columns), np.float32),
            np.zeros((rows, columns, len(CHARACTERS)), np.float32),
            np.zeros((rows, columns, GEOMETRY), np.float32),
            np.zeros((height, width), np.float32),
        )
        tiles = list(itertools.product(_tiles(height), _tiles(width)))
        if len(tiles) == 1:
            self._fill(maps, contrast, *tiles[0])
            return maps
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for done in [threads.submit(self._fill, maps, contrast, *tile) for tile in tiles]:
                done.result()
        return maps

    def _fill(self, maps: Maps, contrast: NDArray[np.float32], rows: _Span, columns: _Span) -> None:
        """Looks at a tile and writes into the maps what counts of it."""
        (top, first, last), (left, start, end) = rows, columns
        with self._interpreters.borrow() as interpreter:
            answers = _answers(interpreter, contrast[top : top + _TILE, left : left + _TILE])
        for whole, part, cell in zip(maps, answers, (CELL, CELL, CELL, 1), strict=True):
            seen = part[
                (first - top) // cell : -((top - last) // cell),
                (start - left) // cell : -((left - end) // cell),
            ]
            y, x = first // cell, start // cell
            whole[y : y + seen.shape[0], x : x + seen.shape[1]] = seen


def _interpreter(content: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=1)


def _tiles(length: int) -> Iterator[_Span]:
    """Where each tile of a side begins, and from where to where it is the one that counts."""
    if length <= _TILE:
        yield 0, 0, length
        return
    step = _TILE - 2 * _OVERLAP
    for start in range(0, length - 2 * _OVERLAP, step):
        first = start + _OVERLAP if start else 0
        rest = length - start <= _TILE
        yield start, first, length if rest else start + _TILE - _OVERLAP
        if rest:
            return


def _answers(interpreter: Any, contrast: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """The four outputs for a tile, in the order of `Maps`; a little larger than the tile."""
    height, width = contrast.shape
    padded = np.pad(contrast, ((0, -height % _GRID), (0, -width % _GRID)))[None, :, :, None]
    place = interpreter.get_input_details()[0]
    if tuple(place["shape"]) != padded.shape:
        interpreter.resize_tensor_input(place["index"], padded.shape)
        interpreter.allocate_tensors()
    interpreter.set_tensor(place["index"], padded)
    interpreter.invoke()
    # told by their sizes: the order of outputs is the converter's own
    outputs = {}
    for detail in interpreter.get_output_details():
        output = interpreter.get_tensor(detail["index"])[0]
        outputs[0 if output.shape[0] == padded.shape[1] else output.shape[-1]] = output
    rows, columns = -(-height // CELL), -(-width // CELL)
    return (
        outputs[1][:rows, :columns, 0],
        outputs[len(CHARACTERS)][:rows, :columns],
        outputs[GEOMETRY][:rows, :columns],
        outputs[0][:height, :width, 0],
    )


@cache
def page_network() -> PageNetwork:
    """The shipped network, loaded once in a process."""
    return PageNetwork()
