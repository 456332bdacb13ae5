"""What the page network should say of a crop. Knows nothing of how it learns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.pages.characters import CELL, GEOMETRY, TYPICAL_SIZE

WHOLE, HINTED = 0.72, 0.3
"""Visible shares from which a character is one, and from which it is neither one nor none."""

_UPRIGHT = 35
"""Degrees of turn up to which a character is told apart; beyond, only its place and direction are learned."""

_NEAR = 0.35
"""Closeness to a middle from which a place answers for the character."""

_REACH = 3


class Targets(NamedTuple):
    """Maps of one crop, each of (n, n) places.

    Attributes:
        middle: float32, 1 at a character's middle, falling off around it.
        counts: float32, 0 where `middle` is not learned.
        character: int32, which one.
        upright: float32, how much `character` counts.
        geometry: float32 (n, n, 7): the middle's offset x and y in cells, log of width / 16 and height / 28 pixels,
            cosine and sine of the line's direction, whether it is printed.
        near: float32, how much `geometry` counts.
    """

    middle: NDArray[np.float32]
    counts: NDArray[np.float32]
    character: NDArray[np.int32]
    upright: NDArray[np.float32]
    geometry: NDArray[np.float32]
    near: NDArray[np.float32]


def targets_of(rows: NDArray[np.float32], side: int) -> Targets:
    """The targets of characters (n, 8), as in `Crop.rows`, on a square of `side` pixels."""
    n = side // CELL
    maps = Targets(
        np.zeros((n, n), np.float32),
        np.ones((n, n), np.float32),
        np.zeros((n, n), np.int32),
        np.zeros((n, n), np.float32),
        np.zeros((n, n, GEOMETRY), np.float32),
        np.zeros((n, n), np.float32),
    )
    for row in rows.tolist():
        _mark(maps, row, n)
    maps.counts[maps.middle == 1] = 1
    return maps


def _mark(maps: Targets, row: list[float], n: int) -> None:
    kind, x, y, width, height, turn, visible, printed = row
    column, line = int(x / CELL), int(y / CELL)
    if not (0 <= column < n and 0 <= line < n):
        return
    if visible < WHOLE:
        if visible > HINTED:
            maps.counts[max(0, line - 2) : line + 3, max(0, column - 2) : column + 3] = 0
        return
    cosine, sine = float(np.cos(np.deg2rad(turn))), float(np.sin(np.deg2rad(turn)))
    spread_x, spread_y = (
        min(max(0.14 * extent / CELL, 0.55), 1.3)
        for extent in (
            abs(width * cosine) + abs(height * sine),
            abs(width * sine) + abs(height * cosine),
        )
    )
    window = np.s_[max(0, line - _REACH) : line + _REACH + 1, max(0, column - _REACH) : column + _REACH + 1]
    lines, columns = np.mgrid[window]
    close = np.exp(-(((lines - line) / spread_y) ** 2 + ((columns - column) / spread_x) ** 2) / 2)
    close = close[: n - window[0].start, : n - window[1].start].astype(np.float32)
    lines, columns = lines[: close.shape[0], : close.shape[1]], columns[: close.shape[0], : close.shape[1]]
    np.maximum(maps.middle[window], close, out=maps.middle[window])
    mine = (close > maps.near[window]) & (close > _NEAR)
    maps.near[window][mine] = close[mine]
    maps.character[window][mine] = int(kind)
    maps.upright[window][mine] = close[mine] * (abs(turn) < _UPRIGHT)
    values = np.empty((*close.shape, GEOMETRY), np.float32)
    values[..., 0], values[..., 1] = x / CELL - columns - 0.5, y / CELL - lines - 0.5
    sizes = np.log(np.maximum((width, height), 2) / TYPICAL_SIZE)
    values[..., 2:] = *sizes, cosine, sine, printed
    maps.geometry[window][mine] = values[mine]
