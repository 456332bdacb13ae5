"""Accuracies of several configurations over the same seeds -> which of them could be the best one.

Knows accuracies alone, not what a configuration is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.trust.significance import LEVEL

_LEAST_ERROR = 1e-4
"""What takes the place of no error at all where no configuration makes one."""


@dataclass(frozen=True)
class Lead:
    """By how much the configuration with the highest mean is ahead of another one.

    Attributes:
        over: the place of the other one.
        difference: of their mean accuracies, as a share, at least 0.
        p: how often chance alone puts one so far ahead of the configuration that is truly best, at most.
    """

    over: int
    difference: float
    p: float

    @property
    def noise(self) -> bool:
        """Whether the other one could be the best as well."""
        return self.p >= LEVEL


def lead_of_best(accuracies: Sequence[Sequence[float]]) -> list[Lead]:
    """The highest mean against each of the others; those that can't be told from it hold the truly best one.

    Taken as an experiment in blocks: each configuration is trained once with each seed, and a seed, which also chooses
    the validation images, may be lucky for all of them. What is left is luck, estimated from all configurations
    together, which a few seeds of two of them would tell little of. On log-odds of the accuracies, since good
    configurations spread less than bad ones. A t test for each of the others, one-sided, with Bonferroni's correction
    for their number: that the truly best one is then told from the highest mean, wherever that is, happens at most once
    in twenty times (Gupta, "On Some Multiple Decision (Selection and Ranking) Rules", Technometrics 7, 1965; Hsu,
    "Multiple Comparisons", 1996, with other constants).

    Args:
        accuracies: (k, s) shares of right answers of k >= 2 configurations over the same s >= 2 seeds, the one with the
            highest mean first.

    Returns:
        One for each of the others, in their order; p is 1 where the seeds show no luck at all.
    """
    from scipy.special import stdtr

    shares = np.asarray(accuracies, np.float64)
    values = log_odds(shares)
    count, seeds = values.shape
    rest = values - values.mean(1, keepdims=True) - values.mean(0, keepdims=True) + values.mean()
    freedom = (count - 1) * (seeds - 1)
    error = math.sqrt(float((rest**2).sum()) / freedom * 2 / seeds)
    ahead = values[0].mean() - values.mean(1)
    differences = shares[0].mean() - shares.mean(1)
    chances = stdtr(freedom, -ahead / error) if error > 1e-12 else np.ones(count)
    return [
        Lead(over, float(differences[over]), min(1.0, (count - 1) * float(chances[over])))
        for over in range(1, count)
    ]


def log_odds(accuracies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of the odds; no error at all counts as half of the smallest that another one has."""
    errors = 1 - accuracies
    some = errors[errors > 0]
    least = float(some.min()) / 2 if len(some) else _LEAST_ERROR
    errors = np.clip(errors, least, 1 - least)
    return np.log((1 - errors) / errors)
