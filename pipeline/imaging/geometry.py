"""Boxes in pixels. Knows nothing of what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray


class Box(NamedTuple):
    """An upright rectangle of whole pixels, equal to a tuple of these four; in JSON a list."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def from_edges(cls, left: int, top: int, right: int, bottom: int) -> Box:
        """The box between the first and the last column and row; `right` and `bottom` are the first outside."""
        return cls(left, top, right - left, bottom - top)

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of these; at least one."""
        lefts, tops, rights, bottoms = zip(*(box.edges for box in boxes), strict=True)
        return cls.from_edges(min(lefts), min(tops), max(rights), max(bottoms))

    @property
    def right(self) -> int:
        """The first column outside."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row outside."""
        return self.y + self.height

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns, to index an array (h, w) with."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def moved(self, x: int, y: int) -> Box:
        """The same box further right and down."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def grown(self, margin: int, shape: tuple[int, ...]) -> Box:
        """Larger by a margin on all sides, as far as an array of this shape (h, w, ...) reaches."""
        left, top, right, bottom = self.edges
        return Box.from_edges(
            max(left - margin, 0),
            max(top - margin, 0),
            min(right + margin, shape[1]),
            min(bottom + margin, shape[0]),
        )

    def scaled_up(self, scale: float, shape: tuple[int, ...]) -> Box:
        """The box on a larger grid: every pixel that it touches there.

        Args:
            scale: pixels of this grid a pixel of the larger one, 1 or less.
            shape: of the larger grid, (h, w, ...); the box doesn't reach beyond.
        """
        left, top, right, bottom = self.edges
        return Box.from_edges(
            int(left / scale),
            int(top / scale),
            min(shape[1], int(np.ceil(right / scale))),
            min(shape[0], int(np.ceil(bottom / scale))),
        )


def bounding_box(mask: NDArray[Any]) -> Box:
    """The smallest box around what is not zero in a bool or uint8 (h, w); all 0 where there is nothing."""
    x, y, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    return Box(x, y, width, height)
