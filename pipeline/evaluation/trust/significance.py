"""Models' answers to the same images -> which model is better, and whether the difference is more than noise.

Knows answers and labels, not models. SciPy's `special` is used in place of its `stats`, which takes seconds to import.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""A difference whose p-value is below this is called real."""

Verdict = Literal["first", "second", "noise"]

Kind = Literal["only_first", "only_second", "both_wrong"]
"""How two models differ on an image: only one of them is right, or both are wrong, each in its own way."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_HALVINGS = 60  # of an interval of length 1: down to the precision of a float


@dataclass(frozen=True)
class Pair:
    """Two models on the same images.

    Attributes:
        first, second: their places among the models.
        count: images.
        only_first: images that only the first reads correctly.
        only_second: images that only the second reads correctly.
        interval: the 95 % interval of `difference`, by `paired_interval`.
        p: of the exact McNemar test: how often chance alone makes a difference at least as large.
        adjusted_p: the same with Holm's correction for all pairs that were compared.
    """

    first: int
    second: int
    count: int
    only_first: int
    only_second: int
    interval: tuple[float, float]
    p: float
    adjusted_p: float

    @property
    def difference(self) -> float:
        """The accuracy of the first less that of the second, -1 to 1."""
        return (self.only_first - self.only_second) / self.count

    @property
    def discordant(self) -> int:
        """Images that exactly one of the two reads correctly: only these say which one is better."""
        return self.only_first + self.only_second

    @property
    def verdict(self) -> Verdict:
        """Which one is better, or that the difference may be noise."""
        if self.adjusted_p >= LEVEL:
            return "noise"
        return "first" if self.only_first > self.only_second else "second"


def compare_models(right: NDArray[np.bool_]) -> list[Pair]:
    """Compares each two of the models.

    Args:
        right: (k, n), whether each of k >= 2 models reads each of n >= 1 images correctly.
    """
    places = list(combinations(range(len(right)), 2))
    counts = [
        (int((right[first] & ~right[second]).sum()), int((right[second] & ~right[first]).sum()))
        for first, second in places
    ]
    chances = [mcnemar(*ahead) for ahead in counts]
    images = right.shape[1]
    return [
        Pair(*place, images, *ahead, paired_interval(*ahead, images), p, adjusted)
        for place, ahead, p, adjusted in zip(places, counts, chances, holm(chances), strict=True)
    ]


def mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided p-value of McNemar's exact test: a fair coin thrown for each image that one of two reads correctly.

    As `scipy.stats.binomtest(only_first, only_first + only_second)`; 1 where there is no such image.
    """
    from scipy.special import bdtr

    discordant = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), discordant, 0.5))) if discordant else 1.0


def holm(chances: Sequence[float]) -> list[float]:
    """The p-values of several tests, corrected so that one of all errs in at most one case in twenty (Holm, 1979)."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted = [0.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = largest
    return adjusted


def least_surplus(discordant: int) -> int | None:
    """By how many images one model must be ahead for the difference to be told from noise.

    Args:
        discordant: images that exactly one of the two reads correctly.

    Returns:
        The smallest |only_first - only_second| at which McNemar's exact test is below `LEVEL`; None where even all
        of these images would be too few.
    """
    from scipy.special import bdtr

    behind = np.arange((discordant + 1) // 2)
    told = np.flatnonzero(2 * bdtr(behind, discordant, 0.5) < LEVEL)
    return discordant - 2 * int(told[-1]) if len(told) else None


def paired_interval(
    only_first: int, only_second: int, count: int, level: float = 0.95
) -> tuple[float, float]:
    """The score interval of the difference of two accuracies on the same images.

    After Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design", Statistics in Medicine 17 (1998), 891-908: all differences that his test does not reject. It is recommended
    by Fagerland, Lydersen and Laake, Statistics in Medicine 33 (2014), 2850-2875, also for few images.

    Args:
        only_first: images that only the first model reads correctly.
        only_second: images that only the second model reads correctly.
        count: all images, at least 1.
        level: how often such intervals hold the true difference.

    Returns:
        Lower and upper end, -1 to 1.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (only_first - only_second) / count

    def end(outer: float, limit: float) -> float:
        """Where the score falls to `limit` between `middle`, where it is 0, and the end of what is possible."""
        inner = middle
        for _ in range(_HALVINGS):
            tried = (inner + outer) / 2
            if abs(_score(tried, only_first, only_second, count)) < limit:
                inner = tried
            else:
                outer = tried
        return (inner + outer) / 2

    return end(-1.0, z), end(1.0, z)


def _score(difference: float, only_first: int, only_second: int, count: int) -> float:
    """Tango's statistic, his equations 24 to 26, for the hypothesis that the accuracies differ by `difference`."""
    half = -only_first - only_second + (2 * count - only_first + only_second) * difference
    product = -only_second * difference * (1 - difference)
    least = (math.sqrt(max(0.0, half * half - 8 * count * product)) - half) / (4 * count)
    variance = count * (2 * least + difference * (1 - difference))
    distance = only_first - only_second - count * difference
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def differing_images(
    first: NDArray[np.integer], second: NDArray[np.integer], labels: NDArray[np.integer]
) -> dict[Kind, NDArray[np.int64]]:
    """Places in the test set of the images that two models read differently.

    Args:
        first: (n,), the digits that one model answers.
        second: (n,), the digits that the other answers.
        labels: (n,), the true digits.
    """
    right, also_right = first == labels, second == labels
    return {
        "only_first": np.flatnonzero(right & ~also_right),
        "only_second": np.flatnonzero(also_right & ~right),
        "both_wrong": np.flatnonzero(~right & ~also_right & (first != second)),
    }
