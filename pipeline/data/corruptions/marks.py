"""Digits with something drawn over them: stripes, dotted and zigzag lines, blots."""

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from pipeline.data.corruptions.pixels import Images, bytes_of, shares

_FADE = 2.3  # pixels from a line's middle to where it ends
_FIRST, _LAST = 2.0, 25.0  # columns where a zigzag begins and ends
_STEP = 2.0  # a quarter of a zigzag's period, and its height, in pixels


def stripe(images: Images, width: float) -> Images:
    """With black and white exchanged in `width` columns at the left and as many at the right."""
    striped, columns = images.copy(), int(width)
    for part in (np.s_[:, :, :columns], np.s_[:, :, SIDE - columns :]):
        striped[part] = 255 - striped[part]
    return striped


def dotted_line(images: Images, random: np.random.Generator, lines: float = 1) -> Images:
    """Crossed from left to right by this many dotted lines."""
    pixels = shares(images)
    dotted = np.arange(SIDE) % 4 >= 2
    for _ in range(int(lines)):
        ends = random.integers(0, SIDE - 1, (2, len(images)))
        middles = _line(np.zeros(len(images)), ends[0], np.full(len(images), SIDE - 1), ends[1])
        pixels += middles * dotted
    return bytes_of(pixels)


def zigzag(images: Images, random: np.random.Generator, lines: float = 1) -> Images:
    """Crossed from left to right by this many zigzag lines."""
    pixels = shares(images)
    for _ in range(int(lines)):
        first = random.integers(0, SIDE - 1, len(images))
        x, y = _zigzag_corners(first, first + random.integers(-5, 5, len(images)))
        for number in range(len(x) - 1):
            pixels = np.minimum(pixels + _line(x[number], y[number], x[number + 1], y[number + 1]), 1)
    return bytes_of(pixels)


def occlude(images: Images, random: np.random.Generator, side: float) -> Images:
    """With a black square of `side` pixels laid over it, its middle anywhere in the 20 by 20 pixels of the digit."""
    low, high = 4, SIDE - 4
    middle = random.uniform(low, high, (2, len(images)))
    place = np.arange(SIDE) + 0.5
    down, right = (np.abs(place - part[:, None]) < side / 2 for part in middle)
    return np.asarray(np.where(down[:, :, None] & right[:, None, :], 0, images), np.uint8)


def _line(
    x0: NDArray[np.floating | np.integer],
    y0: NDArray[np.floating | np.integer],
    x1: NDArray[np.floating | np.integer],
    y1: NDArray[np.floating | np.integer],
) -> NDArray[np.float32]:
    """A line for each image from (x0, y0) to (x1, y1), rightward: float32 (n, 28, 28) in [0, 1].

    The brightness is log(1 - d / 2.3) + 1, at least 0, where d is the distance up or down from the line.
    """
    axis = np.arange(SIDE)
    slope = (y1 - y0) / (x1 - x0)
    height = slope[:, None] * (axis - x0[:, None]) + y0[:, None]
    distance = np.abs(axis[None, :, None] - height[:, None, :])
    line = np.maximum(np.log(1 - np.minimum(distance, _FADE - 1e-10) / _FADE) + 1, 0)
    drawn = (axis >= np.floor(x0)[:, None]) & (axis < np.ceil(x1)[:, None])
    return np.asarray(line * drawn[:, None, :], np.float32)


def _zigzag_corners(
    first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of zigzags about lines from row `first` to row `last`, (n,) each: x and y, (8, n) each."""
    angle = np.arctan((last - first) / (_LAST - _FIRST))
    length = (_LAST - _FIRST) / np.cos(angle)  # 23 to 23.6: five periods and a piece, whatever the angle
    count = int((_LAST - _FIRST - _STEP) // (2 * _STEP)) + 1
    number = np.arange(count)[:, None]
    each = np.ones_like(length)
    along = np.vstack([0 * each, (2 * number + 1) * _STEP * each, length])
    end = (-1.0) ** (count - 1) * _STEP / (2 * (length - 2 * _STEP * (length // (2 * _STEP))))
    across = np.vstack([0 * each, (-1.0) ** number * _STEP * each, end])
    x = np.cos(angle) * along - np.sin(angle) * across + _FIRST
    y = np.sin(angle) * along + np.cos(angle) * across + first
    return x, y
