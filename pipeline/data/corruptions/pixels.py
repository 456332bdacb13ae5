"""From uint8 to shares of full brightness and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
"""(n, 28, 28), the stroke bright."""


def shares(images: Images) -> NDArray[np.float32]:
    """The images as float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def bytes_of(values: NDArray[np.floating[Any]]) -> Images:
    """Shares as uint8, rounded; what is below 0 or above 1 is black or white."""
    return np.asarray(np.rint(np.clip(values, 0, 1) * 255), np.uint8)


def signs(random: np.random.Generator, *shape: int) -> NDArray[np.int64]:
    """-1 or 1, each as likely."""
    return random.integers(0, 2, shape) * 2 - 1


def column(values: NDArray[Any]) -> NDArray[Any]:
    """A number for each image, (n,), to reckon with images: (n, 1, 1)."""
    return values[:, None, None]
