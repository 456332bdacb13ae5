"""One image -> the same digit turned, with other strokes, or moved, by an exact amount."""

import cv2
import numpy as np
from numpy.typing import NDArray

_CENTER = 13.5  # of 28 pixels

Image = NDArray[np.float32]
"""float32 (28, 28) in [0, 1], the stroke bright."""


def turn(image: Image, degrees: float) -> Image:
    """The image turned about its center, clockwise for degrees above 0."""
    return _warp(image, cv2.getRotationMatrix2D((_CENTER, _CENTER), -degrees, 1))


def move(image: Image, right: float, down: float) -> Image:
    """The image moved by so many pixels; what leaves it is lost."""
    return _warp(image, np.array([[1, 0, right], [0, 1, down]], np.float64))


def thicken(image: Image, pixels: float) -> Image:
    """Strokes thicker by so many pixels on every side; thinner where below 0.

    Gray dilation or erosion by a disk; between whole pixels, the mean of the two nearest, as an edge through the middle
    of a pixel looks.
    """
    less = int(abs(pixels))
    near, far = (_spread(image, radius, thinner=pixels < 0) for radius in (less, less + 1))
    return np.asarray(near + np.float32(abs(pixels) - less) * (far - near), np.float32)


def _spread(image: Image, radius: int, *, thinner: bool) -> Image:
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray((cv2.erode if thinner else cv2.dilate)(image, disk), np.float32)


def _warp(image: Image, matrix: object) -> Image:
    return np.asarray(cv2.warpAffine(image, np.asarray(matrix), image.shape[::-1]), np.float32)
