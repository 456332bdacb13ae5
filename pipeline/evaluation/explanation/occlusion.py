"""Which strokes speak for and against each digit: ink is taken away in small patches, and the model is asked again.

Occlusion after Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), measured in
log-odds, which don't saturate as probabilities do.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.recognizer import Recognizer

PATCH = 4
"""Side of a patch in pixels: about as wide as a stroke, so that each cuts one."""

STRIDE = 2
"""Pixels between patches: every pixel inside lies in four of them."""

INK = 0.1
"""What is fainter than this is paper: neither taken away on its own nor colored."""

ZONES = (
    ("top left", "top", "top right"),
    ("left", "middle", "right"),
    ("bottom left", "bottom", "bottom right"),
)
"""The ninths of the box around a digit, as people call them."""

_LEAST = 1e-30  # below it, float32 scores are no longer exact


@dataclass(frozen=True)
class Evidence:
    """What an image's ink says of each digit, in natural log-odds; a 10th row, where there is one, is "no digit".

    Attributes:
        log_odds: float64 (10 or 11,), of the image as it is.
        pixels: float32 (10 or 11, 28, 28), what the log-odds lose without the ink about a pixel: above 0 where it
            speaks for the digit, below 0 where it speaks against it, 0 where there is no ink.
        zones: float64 (3, 3, 10 or 11), what they lose without the ink of a ninth of the digit's box; rows from
            the top.
    """

    log_odds: NDArray[np.float64]
    pixels: NDArray[np.float32]
    zones: NDArray[np.float64]

    @property
    def bound(self) -> float:
        """What all but the strongest fiftieth of the inked pixels stay below in size, for one color scale; above 0."""
        inked = np.abs(self.pixels[self.pixels != 0])
        return float(np.quantile(inked, 0.98)) if len(inked) else 1.0


def log_odds(scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Log-odds of each digit among the ten, and of "no digit" where the model has scores for it.

    Args:
        scores: (n, 10 or 11), as from `Recognizer.scores`.

    Returns:
        float64 (n, 10 or 11), natural logarithms, none beyond about 69 on either side.
    """
    exact = np.maximum(scores.astype(np.float64), _LEAST)
    digits = exact[:, :DIGITS]
    others = digits @ (
        1 - np.eye(DIGITS)
    )  # summed one by one: 1 - p would lose all digits where p is nearly 1
    result = np.log(digits) - np.log(others)
    if scores.shape[1] == DIGITS:
        return result
    no_digit = np.log(exact[:, DIGITS]) - np.log(digits.sum(1))
    return np.column_stack([result, no_digit])


def find_evidence(image: NDArray[np.float32], recognizer: Recognizer) -> Evidence:
    """Asks the model about the image without each patch, and without each ninth of its ink.

    About 100 images in one batch.

    Args:
        image: float32 (28, 28) in [0, 1], stroke bright.
        recognizer: the model that is explained.
    """
    inked = image > INK
    patches = [patch for patch in _patches() if (patch & inked).any()]
    zones = _zones(inked)
    masks = np.array([np.zeros_like(inked), *patches, *zones])
    answers = log_odds(recognizer.scores(np.where(masks, np.float32(0), image)))
    lost = answers[0] - answers
    covered = np.array(patches, np.float64).reshape(-1, SIDE, SIDE)
    sums = np.einsum("nd,nhw->dhw", lost[1 : 1 + len(patches)], covered)
    pixels = np.where(inked, sums / np.maximum(covered.sum(0), 1), 0)
    in_zones = lost[1 + len(patches) :].reshape(len(ZONES), len(ZONES), -1)
    return Evidence(answers[0], pixels.astype(np.float32), in_zones)


def zone_of(part: NDArray[np.bool_], inked: NDArray[np.bool_]) -> str:
    """Where the middle of a part of the ink is: one of `ZONES`. Both bool (28, 28), not empty."""
    rows, columns = _thirds(inked)
    middle = [round(float(places.mean())) for places in np.nonzero(part)]
    return ZONES[int(rows[middle[0]])][int(columns[middle[1]])]


def _patches() -> list[NDArray[np.bool_]]:
    patches = []
    for top in range(0, SIDE - PATCH + 1, STRIDE):
        for left in range(0, SIDE - PATCH + 1, STRIDE):
            patch = np.zeros((SIDE, SIDE), bool)
            patch[top : top + PATCH, left : left + PATCH] = True
            patches.append(patch)
    return patches


def _zones(inked: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Nine masks, row by row: the thirds of the box around the ink, which together cover the whole image."""
    rows, columns = _thirds(inked)
    numbers = range(len(ZONES))
    return [(rows == row)[:, None] & (columns == column) for row in numbers for column in numbers]


def _thirds(inked: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The third of the box around the ink, 0 to 2, in which each row and each column lies."""

    def along(axis: int) -> NDArray[np.intp]:
        places = np.flatnonzero(np.any(inked, axis=1 - axis))
        first, end = (int(places[0]), int(places[-1]) + 1) if len(places) else (0, SIDE)
        cuts = np.linspace(first, end, len(ZONES) + 1)[1:-1]
        return np.searchsorted(cuts, np.arange(SIDE) + 0.5)

    return along(0), along(1)
