"""The network that looks at single lines, through LiteRT. Knows nothing of pages and texts.

The page's network looks at all of a page at once, in places of four pixels. This one looks at one level line, in
places of two columns, and far along it: what is written left and right of a stroke tells what it is.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.strips import COLUMN, STRIP_HEIGHT
from pipeline.pages.characters import CHARACTERS
from pipeline.reading import litert

NETWORK_FILE = Path(__file__).with_name("line_network.tflite")
"""Made by `python -m pipeline.training.line_training`; the record beside it says how."""

MARGIN = 120
"""Blank columns around strips that are looked at together: as far as the network sees from a place."""

_STEP = 4
"""Columns that the network sees as one: where a strip begins is a multiple of it."""

_TOGETHER = 2048
"""Columns that are looked at together, but for a longer line."""

_GRID = 256  # widths of what the network sees are multiples of it


class Places(NamedTuple):
    """What the network says of a strip, for each place: `COLUMN` columns of it.

    Attributes:
        middle: float32 (n,), whether a character has its middle here, 0 to 1.
        character: float32 (n, 24), which of `CHARACTERS` it is, sums of 1.
        geometry: float32 (n, 4), as `pipeline.pages.lines.LineTargets.geometry`.
        apart: float32 (n,), the logit of lying between two entries, as between cells of a table.
    """

    middle: NDArray[np.float32]
    character: NDArray[np.float32]
    geometry: NDArray[np.float32]
    apart: NDArray[np.float32]


class LineNetwork:
    """The network, ready to look. One object may be shared by any number of threads."""

    def __init__(self, litert_file: Path = NETWORK_FILE, workers: int | None = None) -> None:
        """Loads the network.

        Args:
            litert_file: of the form that `pipeline.training.line_network` writes.
            workers: how many callers are served at once; as many as cores by default.
        """
        self._pool = litert.interpreters(litert_file.read_bytes(), workers)

    def look(self, strips: Sequence[NDArray[np.float32]]) -> list[Places]:
        """What stands in strips (`STRIP_HEIGHT`, w) of contrast, as `pipeline.imaging.strips` cuts them."""
        seen: list[Places] = []
        last = 1 + len(CHARACTERS)
        for group in _together(strips):
            starts = np.cumsum([MARGIN, *map(_room, group)])
            joined = np.zeros((STRIP_HEIGHT, -(-int(starts[-1]) // _GRID) * _GRID), np.float32)
            for strip, start in zip(group, starts[:-1], strict=True):
                joined[:, start : start + strip.shape[1]] = strip
            with self._pool.borrow() as network:
                (answer,) = litert.outputs(network, joined)
            for strip, start in zip(group, starts[:-1], strict=True):
                own = answer[start // COLUMN :][: -(-strip.shape[1] // COLUMN)]
                seen.append(Places(own[:, 0], own[:, 1:last], own[:, last:-1], own[:, -1]))
        return seen


def _room(strip: NDArray[np.float32]) -> int:
    """Columns that a strip takes among others, with the blank ones after it."""
    return int(-(-(strip.shape[1] + MARGIN) // _STEP) * _STEP)


def _together(strips: Sequence[NDArray[np.float32]]) -> Iterator[list[NDArray[np.float32]]]:
    """The strips in their order, as many at once as fit."""
    group: list[NDArray[np.float32]] = []
    width = 0
    for strip in strips:
        if group and width + _room(strip) > _TOGETHER:
            yield group
            group, width = [], 0
        group.append(strip)
        width += _room(strip)
    if group:
        yield group


@cache
def line_network() -> LineNetwork:
    """The shipped network, loaded once in a process."""
    return LineNetwork()
