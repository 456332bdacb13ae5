"""What a set of labelled digits is like, before any network looks at it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS

_ROWS = 4096  # images looked at at once, so that memory stays small however many there are


@dataclass(frozen=True)
class PixelStatistics:
    """The pixels of all images together; levels from 0 (paper) to 1 (full stroke).

    Attributes:
        mean, deviation: of all pixels.
        blank: share of pixels that are exactly 0.
        full: share of pixels that are at least 0.98.
        never_inked: how many of the 784 places are blank in every image.
        levels: int64 (256,), how many pixels have each level.
    """

    mean: float
    deviation: float
    blank: float
    full: float
    never_inked: int
    levels: NDArray[np.int64]


@dataclass(frozen=True)
class ClassPictures:
    """One picture a digit.

    Attributes:
        mean: float32 (10, 28, 28) in [0, 1], the average image; blank where a digit does not occur.
        deviation: float32 (10, 28, 28) in [0, 0.5], the standard deviation of each pixel.
        ink: float64 (10,), the average share of the picture that is stroke.
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    ink: NDArray[np.float64]


def count_digits(labels: NDArray[np.uint8]) -> list[int]:
    """How often each of the ten digits occurs."""
    return [int(count) for count in np.bincount(labels, minlength=DIGITS)]


def average_by_class(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> ClassPictures:
    """The mean and the variation of each digit's images, uint8 (n, 28, 28) with labels uint8 (n,)."""
    shape = (DIGITS, *images.shape[1:])
    mean, square = np.zeros(shape), np.zeros(shape)
    for digit in range(DIGITS):
        members = np.flatnonzero(labels == digit)
        for start in range(0, len(members), _ROWS):
            rows = images[members[start : start + _ROWS]]
            mean[digit] += rows.sum(0, dtype=np.uint32)
            square[digit] += (rows.astype(np.uint16) ** 2).sum(0, dtype=np.uint32)
        mean[digit] /= 255 * max(len(members), 1)
        square[digit] /= 255**2 * max(len(members), 1)
    deviation = np.sqrt(np.clip(square - mean**2, 0, None))
    return ClassPictures(mean.astype(np.float32), deviation.astype(np.float32), mean.mean((1, 2)))


def pixel_statistics(images: NDArray[np.uint8]) -> PixelStatistics:
    """Looks at every pixel of uint8 (n, 28, 28)."""
    levels = np.zeros(256, np.int64)
    inked = np.zeros(images.shape[1:], bool)
    for start in range(0, len(images), _ROWS):
        rows = images[start : start + _ROWS]
        levels += np.bincount(rows.reshape(-1), minlength=256)
        inked |= rows.any(axis=0)
    share = levels / levels.sum()
    value = np.arange(256) / 255
    mean = float(share @ value)
    return PixelStatistics(
        mean=mean,
        deviation=float(np.sqrt(share @ (value - mean) ** 2)),
        blank=float(share[0]),
        full=float(share[250:].sum()),
        never_inked=int((~inked).sum()),
        levels=levels,
    )


def sample_by_class(labels: NDArray[np.uint8], count: int, seed: int) -> list[NDArray[np.int64]]:
    """For each digit, the positions of up to `count` random images of it, without repetition."""
    random = np.random.default_rng(seed)
    members = (np.flatnonzero(labels == digit) for digit in range(DIGITS))
    return [random.choice(found, min(count, len(found)), replace=False) for found in members]
