"""A line of writing, cut out of a picture as if it were level and its digits all of one height. Knows no networks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

STRIP_HEIGHT = 48
"""Rows of a strip; the middles of its digits stand in the middle one."""

STRIP_DIGIT = 28
"""Rows that a digit is tall."""

COLUMN = 2
"""Columns of a strip that one place of what is said of it stands for."""

_EASING = 0.25, 0.5, 0.25
"""Weights of a digit and its two neighbors in how high the line runs at the digit."""


@dataclass(frozen=True)
class Course:
    """How a line of writing runs through a picture.

    Attributes:
        along: (x, y) of length 1, the direction of writing.
        knots: float64 (n, 2) of some places, from left to right: how far along, and how far across, in pixels.
        scale: pixels of the strip for one of the picture.
        left: how far along the strip begins.
        columns: of the strip.
    """

    along: NDArray[np.float64]
    knots: NDArray[np.float64]
    scale: float
    left: float
    columns: int

    @classmethod
    def through(
        cls,
        digits: NDArray[np.float64],
        height: float,
        turn: float,
        reach: tuple[float, float],
    ) -> Course:
        """The course through the middles of a line's digits.

        Args:
            digits: (n, 2), x and y of one or more.
            height: of a digit, in pixels.
            turn: degrees by which the line falls to the right.
            reach: how far along the strip begins and ends, in pixels of the picture.
        """
        along = direction(turn)
        knots = turned(digits, along)
        knots = knots[np.argsort(knots[:, 0])]
        if len(knots) > 2:
            padded = np.concatenate([knots[:1, 1], knots[:, 1], knots[-1:, 1]])
            knots[:, 1] = np.convolve(padded, _EASING, "valid")
        scale = STRIP_DIGIT / height
        left, right = reach
        return cls(along, knots, scale, left, max(1, round((right - left) * scale)))

    def cut(self, picture: NDArray[np.float32]) -> NDArray[np.float32]:
        """The strip (`STRIP_HEIGHT`, columns) of a picture (h, w); 0 outside of it."""
        columns, rows = (np.arange(count, dtype=np.float64) + 0.5 for count in (self.columns, STRIP_HEIGHT))
        x, y = np.moveaxis(self._in_picture(columns[None, :], rows[:, None]), -1, 0).astype(np.float32) - 0.5
        return np.asarray(
            cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32
        )

    def in_strip(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Column and row (n, 2) of places (n, 2) of the picture, which may lie outside of the strip."""
        u, v = turned(places, self.along).T
        v = v - np.interp(u, *self.knots.T)
        return np.stack([(u - self.left) * self.scale, v * self.scale + STRIP_HEIGHT / 2], axis=1)

    def in_picture(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """The reverse of `in_strip`."""
        return self._in_picture(places[:, 0], places[:, 1])

    def _in_picture(self, columns: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
        u = self.left + columns / self.scale
        v = np.interp(u, *self.knots.T) + (rows - STRIP_HEIGHT / 2) / self.scale
        return np.stack(
            [u * self.along[0] - v * self.along[1], u * self.along[1] + v * self.along[0]], axis=-1
        )


def direction(turn: float) -> NDArray[np.float64]:
    """(x, y) of length 1 along a line that falls to the right by so many degrees."""
    angle = np.deg2rad(turn)
    return np.array([np.cos(angle), np.sin(angle)])


def turned(places: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places (n, 2) -> how far along a direction, and how far across it."""
    return np.stack([places @ along, places @ (-along[1], along[0])], axis=1)


def blank_between(left: float, right: float) -> slice:
    """The places between two characters of a strip, from the columns where one ends and where the next begins.

    Where they touch or overlap it is one place.
    """
    first, end = round(left / COLUMN), round(right / COLUMN)
    if first >= end:
        first = int((left + right) / 2 / COLUMN)
        end = first + 1
    return slice(max(first, 0), max(end, 1))
