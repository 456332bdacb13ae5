"""Digits written with another pen."""

from collections.abc import Callable

import cv2
import numpy as np

from models.digits import SIDE
from pipeline.data.corruptions.pixels import Images

_FINE = 8
"""Fine pixels a pixel: strokes are widened and thinned by less than a pixel."""


def thicken(images: Images, amount: float) -> Images:
    """With strokes wider by `amount` pixels on each side."""
    return _morphed(images, cv2.dilate, amount)


def thin(images: Images, amount: float) -> Images:
    """With strokes narrower by `amount` pixels on each side."""
    return _morphed(images, cv2.erode, amount)


def _morphed(images: Images, change: Callable[..., cv2.typing.MatLike], amount: float) -> Images:
    reach = round(amount * _FINE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    result = np.empty_like(images)
    for index, image in enumerate(images):
        fine = cv2.resize(image, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_CUBIC)
        result[index] = cv2.resize(change(fine, disc), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return result
