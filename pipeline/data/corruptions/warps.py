"""Turned, sheared, resized and shifted digits, by bilinear interpolation; what comes from outside is black.

The maps are those of scikit-image 0.15 (`transform.AffineTransform`, `transform.warp`), with which MNIST-C was made;
all but shifts leave the middle of the image where it is.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from pipeline.data.corruptions.pixels import Images, bytes_of, shares, signs

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_MIDDLE = (SIDE - 1) / 2


def turn(images: Images, random: np.random.Generator, angle: float) -> Images:
    """Turned by `angle` degrees in either direction."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return _either(images, random, *(((cos, -way * sin), (way * sin, cos)) for way in (-1, 1)))


def shear(images: Images, random: np.random.Generator, angle: float) -> Images:
    """Upright strokes slanted by `angle` degrees in either direction, without becoming longer."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return _either(images, random, *(((1.0, -way * sin), (0.0, cos)) for way in (-1, 1)))


def resize(images: Images, size: float) -> Images:
    """With `size` times the height and width."""
    return bytes_of(_warped(images, ((1 / size, 0.0), (0.0, 1 / size)), (0.0, 0.0)))


def shift(images: Images, random: np.random.Generator, distance: float) -> Images:
    """Moved by `distance` pixels both sideways and up or down."""
    ways = signs(random, len(images), 2)
    shifted = np.empty_like(images)
    for way in np.unique(ways, axis=0):
        chosen = (ways == way).all(1)
        moved = _warped(images[chosen], ((1.0, 0.0), (0.0, 1.0)), (distance * way[0], distance * way[1]))
        shifted[chosen] = bytes_of(moved)
    return shifted


_Matrix = tuple[tuple[float, float], tuple[float, float]]
"""From a place (x, y) relative to the middle of the new image to that in the old one."""


def _either(images: Images, random: np.random.Generator, one: _Matrix, other: _Matrix) -> Images:
    """Some images by one map, some by the other."""
    first = signs(random, len(images)) < 0
    warped = np.empty_like(images)
    for chosen, matrix in ((first, one), (~first, other)):
        warped[chosen] = bytes_of(_warped(images[chosen], matrix, (0.0, 0.0)))
    return warped


def _warped(images: Images, matrix: _Matrix, offset: tuple[float, float]) -> NDArray[np.float32]:
    weights = _weights(matrix, offset)
    return np.asarray((weights @ shares(images).reshape(-1, SIDE**2).T).T.reshape(-1, SIDE, SIDE), np.float32)


@lru_cache(maxsize=64)
def _weights(matrix: _Matrix, offset: tuple[float, float]) -> "csr_array":
    """How much each pixel of the old image counts in each of the new one: sparse float32 (784, 784)."""
    from scipy.sparse import csr_array

    rows, columns = np.divmod(np.arange(SIDE**2), SIDE)
    (a, b), (c, d) = matrix
    x = a * (columns - _MIDDLE) + b * (rows - _MIDDLE) + _MIDDLE + offset[0]
    y = c * (columns - _MIDDLE) + d * (rows - _MIDDLE) + _MIDDLE + offset[1]
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    entries = []
    for right, below in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = np.abs(1 - right - (x - left)) * np.abs(1 - below - (y - top))
        old_x, old_y = left + right, top + below
        inside = (old_x >= 0) & (old_x < SIDE) & (old_y >= 0) & (old_y < SIDE)
        entries.append((np.flatnonzero(inside), (old_y * SIDE + old_x)[inside], weight[inside]))
    new, old, weight = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    return csr_array((weight.astype(np.float32), (new, old)), shape=(SIDE**2, SIDE**2))
