"""Each digit of a page alone in 28x28 pixels, for a recognizer. Knows nothing of lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.errors import InputError
from pipeline.imaging.normalize import shrink_ink
from pipeline.reading.decoding import Detections

_MARGIN = 0.15
"""Of a box's height, looked at around it."""

_OWN = 0.8
"""Share of a piece of ink in the digit's own place from which all of it is the digit's; below, it is cut."""

_REACH = 1.6
"""Squared distance from a digit's middle, 1 at the rim of its box, up to which ink may be the digit's."""


def digit_images(
    found: Detections, ink: NDArray[np.float32], chosen: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The images of some characters.

    Args:
        found: all characters of the page, whose ink is not to be taken for theirs.
        ink: float32 (h, w), how much each pixel is handwriting, 0 to 1.
        chosen: numbers of the characters.

    Returns:
        float32 (n, 28, 28) in [0, 1]; all zero where there is no ink.
    """
    images = np.zeros((len(chosen), SIDE, SIDE), np.float32)
    half = found.sizes / 2 + 1.5
    for place, number in enumerate(chosen):
        alone = _alone(found, half, ink, int(number))
        if alone is not None:
            try:
                images[place] = shrink_ink(alone)
            except InputError:
                continue
    return images


def _alone(
    found: Detections, half: NDArray[np.float64], ink: NDArray[np.float32], number: int
) -> NDArray[np.float32] | None:
    """The ink of one character in a window about it."""
    (x, y), (reach_x, reach_y) = found.middles[number], half[number]
    margin = _MARGIN * reach_y * 2
    left, top = max(0, int(x - reach_x - margin)), max(0, int(y - reach_y - margin))
    right, bottom = int(x + reach_x + margin) + 1, int(y + reach_y + margin) + 1
    window = ink[top:bottom, left:right]
    inked = (window > 0.3).view(np.uint8)
    if not inked.any():
        return None
    off = np.abs(found.middles - found.middles[number])
    near = np.flatnonzero((off < half + half[number] + margin).all(axis=1))
    rows = np.arange(top, top + window.shape[0])[:, None] + 0.5
    columns = np.arange(left, left + window.shape[1]) + 0.5
    own = _distance(found, half, number, rows, columns)
    mine = own < _REACH
    for other in near:
        if other != number:
            mine &= own <= _distance(found, half, int(other), rows, columns)
    count, labels = cv2.connectedComponents(inked, connectivity=8)
    pieces = labels.ravel()
    total = np.bincount(pieces, window.ravel(), count)
    share = np.bincount(pieces, (window * mine).ravel(), count) / np.maximum(total, 1e-6)
    whole, cut = (share > _OWN)[labels], (share > 1 - _OWN)[labels]
    return np.asarray(window * (whole | (mine & cut)), np.float32)


def _distance(
    found: Detections,
    half: NDArray[np.float64],
    number: int,
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far pixels are from a character's middle, squared, where 1 is the rim of its box.

    Args:
        found: the characters.
        half: of their sides.
        number: of the character.
        rows: of the pixels, (h, 1).
        columns: of the pixels, (w,).
    """
    x, y = found.middles[number]
    return np.asarray(((columns - x) / half[number, 0]) ** 2 + ((rows - y) / half[number, 1]) ** 2)
