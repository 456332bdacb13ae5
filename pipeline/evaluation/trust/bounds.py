"""What a count of wrong answers says about the answers to come: exact binomial bounds.

Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26, 1934.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
"""Of every bound and interval here."""


def upper_bounds(wrong: ArrayLike, count: ArrayLike) -> NDArray[np.float64]:
    """The one-sided 95 % upper bound of a share, for each pair of counts.

    Args:
        wrong: how many were, at least 0.
        count: among how many; of none, nothing is known and the bound is 1.
    """
    from scipy.special import betaincinv

    found, among = np.broadcast_arrays(np.asarray(wrong, float), np.asarray(count, float))
    bounds = np.ones(found.shape)
    some = found < among
    bounds[some] = betaincinv(found[some] + 1, among[some] - found[some], CONFIDENCE)
    return bounds


def upper_bound(wrong: int, count: int) -> float:
    """As `upper_bounds`, for one pair."""
    return float(upper_bounds(wrong, count))


def interval(right: int, count: int) -> tuple[float, float]:
    """The two-sided 95 % interval of a share of at least one answer."""
    from scipy.special import betaincinv

    tail, missing = (1 - CONFIDENCE) / 2, count - right
    low = float(betaincinv(right, missing + 1, tail)) if right else 0.0
    high = float(betaincinv(right + 1, missing, 1 - tail)) if missing else 1.0
    return low, high


def answers_needed(risk: float) -> int:
    """How many answers, none of them wrong, have an upper bound of at most `risk`, a share: about 3 / risk."""
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-risk))


def one_in(risk: float) -> str:
    """A small share as people say it: 0.0005 -> 1 in 2,000."""
    return f"1 in {round(1 / risk):,}"
