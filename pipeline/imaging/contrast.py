"""Shades of gray -> contrast with what is around: light, paper and pen no longer matter. Knows nothing of strokes."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_REACH = 24
"""Standard deviation in pixels of the neighborhood that a pixel is compared with: nearly a digit's height."""

_FAINTEST = 0.012
"""Contrast, of 1, that is not made stronger: 3 of 255 levels."""

_STEP = 4
"""The neighborhood is found in a picture reduced by this factor."""


def local_contrast(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A picture's difference from its surroundings, in units of the differences there.

    Args:
        gray: (h, w); digits about 28 pixels tall.

    Returns:
        float32 (h, w) from -2 to 2, ink negative where it is darker than the paper; 0 where nothing is.
    """
    height, width = gray.shape
    small = max(1, width // _STEP), max(1, height // _STEP)
    bright = gray.astype(np.float32) / 255
    mean = _spread(cv2.resize(bright, small, interpolation=cv2.INTER_AREA))
    off = bright - cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR)
    power = _spread(cv2.resize(off * off, small, interpolation=cv2.INTER_AREA))
    deviation = np.sqrt(np.maximum(power, 0) + _FAINTEST**2)
    scaled = off / cv2.resize(deviation, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(scaled, -4, 4) / 2, np.float32)


def _spread(picture: Any) -> NDArray[np.float32]:
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), _REACH / _STEP, borderType=cv2.BORDER_REFLECT_101), np.float32
    )
