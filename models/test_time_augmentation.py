"""The same digit seen several ways: a little turned, a little smaller and larger.

Averaging a network's answers over such views is steadier than one answer (test-time augmentation, as in Krizhevsky,
Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012). Measured on real
pictures with `benchmarks/handwriting.py`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_WAYS = ((0.0, 1.0), (7.0, 1.0), (-7.0, 1.0), (0.0, 0.9), (0.0, 1.08))
"""Degrees counter-clockwise, and size."""

COUNT = len(_WAYS)


def views_of(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """All views of all images, an image's views together.

    Args:
        images: float32 (n, 28, 28) in [0, 1].

    Returns:
        float32 (n * COUNT, 28, 28).
    """
    side = images.shape[1]
    center = ((side - 1) / 2, (side - 1) / 2)
    turns = [cv2.getRotationMatrix2D(center, angle, size) for angle, size in _WAYS]
    return np.stack(
        [
            np.asarray(image if turn is turns[0] else cv2.warpAffine(image, turn, (side, side)), np.float32)
            for image in images
            for turn in turns
        ]
    )
