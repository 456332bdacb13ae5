"""Shades of gray -> contrast with what is around: light, paper and pen no longer matter. Knows nothing of strokes."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_REACH = 24
"""Standard deviation in pixels of the neighborhood that a pixel is compared with: nearly a digit's height."""

_FAINTEST, _STRONGEST = 0.012, 0.05
"""Contrast, a share of the brightness, that is never made stronger, and that always is, wherever it stands."""

_BESIDE = 0.25
"""Share of the strongest contrasts of a picture up to which others count as grain: between the two above."""

_DARKEST = 0.1
"""Brightness, of 1, that is added before a share of it is taken: black has no grain."""

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
    # each step in its predecessor's place: new memory for each of them would take as long as all of them
    off = gray.astype(np.float32)
    off /= 255
    mean = _spread(cv2.resize(off, small, interpolation=cv2.INTER_AREA))
    around = np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    off -= around
    off /= np.maximum(around, 0, out=around) + np.float32(_DARKEST)
    squared = np.multiply(off, off, out=around)
    power = np.maximum(_spread(cv2.resize(squared, small, interpolation=cv2.INTER_AREA)), 0)
    grain = float(np.clip(_BESIDE * np.sqrt(np.percentile(power, 98)), _FAINTEST, _STRONGEST))
    deviation = np.sqrt(power + grain**2)
    off /= cv2.resize(deviation, (width, height), interpolation=cv2.INTER_LINEAR)
    np.clip(off, -4, 4, out=off)
    off /= 2
    return off


def _spread(picture: Any) -> NDArray[np.float32]:
    return np.asarray(
        cv2.GaussianBlur(picture, (0, 0), _REACH / _STEP, borderType=cv2.BORDER_REFLECT_101), np.float32
    )
