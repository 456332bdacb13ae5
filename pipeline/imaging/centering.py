"""The last steps of MNIST's recipe, for true digits and for what imitates them: cut to the ink, center by mass.

MNIST's digits were size-normalized into 20x20 and centered by mass in 28x28 (LeCun, Cortes and Burges, "The MNIST
database of handwritten digits").
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import bounding_box

DIGIT_SIDE = 20
"""The longer side of a digit in its 28x28 image."""

_Level = TypeVar("_Level", bound=np.generic)


def crop_to_ink(picture: NDArray[_Level], ink: NDArray[np.bool_]) -> NDArray[_Level]:
    """The part of a picture (h, w) around its ink, bool (h, w); empty without any."""
    return picture[bounding_box(ink).window]


def center_by_mass(part: NDArray[_Level], side: int, middle: float) -> NDArray[_Level]:
    """A digit on an empty square, moved by whole pixels so that its center of mass comes nearest to the middle.

    Args:
        part: (h, w), cut to the digit; all of it stays inside, however lopsided.
        side: of the square, in pixels.
        middle: where the center of mass belongs, from the left and from the top, in pixels; 0.5 is the middle of
            the first.

    Returns:
        (side, side), of the part's type.
    """
    height, width = part.shape
    columns, rows = part.sum(axis=0), part.sum(axis=1)
    mass = max(float(columns.sum()), 1e-6)
    x = float(columns @ np.arange(width)) / mass + 0.5
    y = float(rows @ np.arange(height)) / mass + 0.5
    left = min(max(round(middle - x), 0), max(side - width, 0))
    top = min(max(round(middle - y), 0), max(side - height, 0))
    square = np.zeros((max(side, top + height), max(side, left + width)), part.dtype)
    square[top : top + height, left : left + width] = part
    return square[:side, :side]
