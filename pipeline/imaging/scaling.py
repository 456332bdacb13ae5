"""Pictures larger or smaller by a factor. Knows nothing of what is in them."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def resized(picture: NDArray[Any], scale: float) -> NDArray[Any]:
    """A picture (h, w) or (h, w, channels) times `scale`, at least one pixel on each side; itself where that is 1."""
    if scale == 1:
        return picture
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return np.asarray(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    )
