"""Sets of candidates that hold the true digit, or number, as often as was promised: split conformal prediction.

Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005; with the true digit's probability as the
score, as in Sadinle, Lei and Wasserman, "Least Ambiguous Set-Valued Classifiers with Bounded Error Levels", 2019. What
is promised holds for images like those that were calibrated on, on average over all of them.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS


def least_probability(true_probabilities: NDArray[np.floating[Any]], share: float) -> float:
    """The probability from which on a digit is a candidate, so that a `share` of true digits are candidates.

    Args:
        true_probabilities: (n,), what the model gave the true digits of images it was not trained on.
        share: promised, 0 to 1.

    Returns:
        0, which makes all digits candidates, where n is too small for the promise.
    """
    allowed = math.floor((1 - share) * (len(true_probabilities) + 1) + 1e-9)
    return float(np.sort(true_probabilities)[allowed - 1]) if allowed else 0.0


def candidates_of(probabilities: NDArray[np.floating[Any]], least: float) -> NDArray[np.bool_]:
    """Which digits are candidates: the likeliest always, and all with at least this probability.

    Args:
        probabilities: (n, 10).
        least: from `least_probability`.

    Returns:
        bool (n, 10).
    """
    return np.asarray(
        (probabilities >= least) | (np.arange(DIGITS) == probabilities.argmax(1)[:, None]), np.bool_
    )


@dataclass(frozen=True)
class SetReport:
    """How candidates do on images that they were not calibrated on, for numbers of some length.

    Attributes:
        promised: share of numbers that are among those told.
        length: digits of a number; 1 for single digits.
        numbers: how many were put together from the images.
        covered: share of them that were among those told.
        sure: share of them of which only one was told.
        mean_told: how many are told of a number on average: the product of its digits' candidates.
    """

    promised: float
    length: int
    numbers: int
    covered: float
    sure: float
    mean_told: float


def report_sets(
    true_probabilities: NDArray[np.floating[Any]],
    probabilities: NDArray[np.floating[Any]],
    labels: NDArray[np.uint8],
    promised: float,
    length: int = 1,
) -> SetReport:
    """Calibrates sets on some images and counts on others.

    A number is told right where each of its digits is a candidate; each digit may miss with a share of
    (1 - promised) / length, so that all together miss at most as often as was promised (Bonferroni), whether or not
    the digits of a number are hard together.

    Args:
        true_probabilities: (m,), what the calibrating images' true digits got.
        probabilities: (n, 10) of the images that are counted, n >= length; in order, they are put together to numbers.
        labels: uint8 (n,).
        promised: share, 0 to 1.
        length: digits of a number.
    """
    least = least_probability(true_probabilities, 1 - (1 - promised) / length)
    count = len(labels) // length
    candidates = candidates_of(probabilities, least)[: count * length]
    inside = candidates[np.arange(len(candidates)), labels[: len(candidates)]].reshape(count, length)
    told = candidates.sum(1).reshape(count, length).prod(1, dtype=np.float64)
    return SetReport(
        promised,
        length,
        count,
        float(inside.all(1).mean()),
        float((told == 1).mean()),
        float(told.mean()),
    )
