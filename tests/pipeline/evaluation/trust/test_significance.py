"""Which of two models is better: against SciPy, against published examples, and by hand."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

from pipeline.evaluation.trust.significance import (
    compare_models,
    differing_images,
    holm,
    least_surplus,
    mcnemar,
    paired_interval,
)


@pytest.mark.parametrize(("ahead", "behind"), [(0, 0), (1, 0), (5, 0), (6, 0), (12, 104), (67, 82), (40, 40)])
def test_the_exact_test_is_that_of_scipy_and_of_a_fair_coin(ahead: int, behind: int) -> None:
    thrown = ahead + behind
    tail = sum(math.comb(thrown, heads) for heads in range(min(ahead, behind) + 1)) / 2**thrown
    assert mcnemar(ahead, behind) == pytest.approx(min(1, 2 * tail), rel=1e-9)
    if thrown:
        assert mcnemar(ahead, behind) == pytest.approx(stats.binomtest(ahead, thrown).pvalue, rel=1e-9)


@pytest.mark.parametrize(
    ("ahead", "behind", "count", "published"),
    [
        # Fagerland, Lydersen and Laake (2014), table III: airways before and after a transplantation
        (1, 7, 21, (-0.517, -0.026)),
        # Fagerland, Lydersen and Laake, "Statistical Analysis of Contingency Tables" (2017), chapter 8
        (6, 16, 161, (-0.1240, -0.0054)),
        # Agresti and Min (2005): a cross-over study of 86 people
        (16, 8, 86, (-0.020, 0.207)),
    ],
)
def test_the_interval_is_the_published_one(
    ahead: int, behind: int, count: int, published: tuple[float, float]
) -> None:
    digits = 4 if published[0] == -0.1240 else 3
    interval = paired_interval(ahead, behind, count)
    assert tuple(round(end, digits) for end in interval) == published
    assert paired_interval(behind, ahead, count) == pytest.approx((-interval[1], -interval[0]), abs=1e-12)


def test_the_interval_is_that_of_tangos_own_example() -> None:
    """Contact lenses, section 6.1 of his paper, which prints the lower end of the 90 % interval."""
    low, high = paired_interval(0, 1, 44, level=0.9)
    assert round(low, 3) == -0.096
    assert low < -1 / 44 < high


def independent_interval(ahead: int, behind: int, count: int) -> tuple[float, float]:
    """The same from its definition: the likelihood is maximized by search, the ends are found by Brent's method."""

    def score(difference: float) -> float:
        def unlikely(share: float) -> float:  # -log likelihood; `share`: only the second is right
            parts = (
                (ahead, share + difference),
                (behind, share),
                (count - ahead - behind, 1 - 2 * share - difference),
            )
            return -sum(times * math.log(max(chance, 1e-300)) for times, chance in parts if times)

        bounds = (max(0, -difference), (1 - difference) / 2)
        share = minimize_scalar(unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
        variance = count * (2 * share + difference - difference**2)
        return (ahead - behind - count * difference) / math.sqrt(variance)

    middle, z = (ahead - behind) / count, stats.norm.ppf(0.975)
    low = brentq(lambda value: score(value) - z, middle - 0.5, middle - 1e-6)
    high = brentq(lambda value: score(value) + z, middle + 1e-6, middle + 0.5)
    return low, high


@pytest.mark.parametrize(
    ("ahead", "behind", "count"), [(12, 2, 50), (104, 12, 10_000), (3, 3, 40), (0, 5, 200)]
)
def test_the_interval_is_that_of_another_implementation(ahead: int, behind: int, count: int) -> None:
    expected = independent_interval(ahead, behind, count)
    assert paired_interval(ahead, behind, count) == pytest.approx(expected, abs=2e-5)


def test_the_interval_holds_without_differences_and_with_nothing_else() -> None:
    low, high = paired_interval(0, 0, 100)
    assert (low, high) == pytest.approx((-high, high))
    z = stats.norm.ppf(0.975)
    assert high == pytest.approx(z**2 / (100 + z**2))  # the root of (100 d)^2 = z^2 100 d (1 - d)
    assert paired_interval(50, 0, 50)[1] == 1
    assert paired_interval(0, 1, 1)[0] == -1


def test_what_the_exact_test_calls_real_is_real_by_the_interval_too() -> None:
    for discordant in range(6, 120, 7):
        for behind in range(discordant // 2 + 1):
            ahead = discordant - behind
            if mcnemar(ahead, behind) < 0.05:
                assert paired_interval(ahead, behind, 1000)[0] > 0


def test_holms_correction_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]


@pytest.mark.parametrize("discordant", [0, 5, 6, 7, 23, 116, 500])
def test_the_least_surplus_is_the_smallest_that_the_exact_test_tells(discordant: int) -> None:
    told = [
        ahead - (discordant - ahead)
        for ahead in range(discordant + 1)
        if 2 * ahead >= discordant > 0 and stats.binomtest(ahead, discordant).pvalue < 0.05
    ]
    assert least_surplus(discordant) == min(told, default=None)


def test_each_two_models_are_compared_and_the_verdicts_hold_together() -> None:
    right = np.zeros((3, 40), bool)
    right[0, :30] = True
    right[1, 5:30] = True  # 5 images behind the first, which is too few
    right[2, 18:32] = True  # 18 behind and 2 ahead
    first, second, third = compare_models(right)
    assert [(pair.first, pair.second) for pair in (first, second, third)] == [(0, 1), (0, 2), (1, 2)]
    assert (first.only_first, first.only_second, first.discordant, first.difference) == (5, 0, 5, 0.125)
    assert (second.only_first, second.only_second, second.count) == (18, 2, 40)
    assert first.p == pytest.approx(2 / 32)
    assert [pair.adjusted_p for pair in (first, second, third)] == pytest.approx(
        holm([pair.p for pair in (first, second, third)])
    )
    assert [pair.verdict for pair in (first, second, third)] == ["noise", "first", "first"]
    (turned,) = compare_models(right[[2, 0]])
    assert turned.verdict == "second"


def test_images_are_told_apart_by_how_the_models_differ() -> None:
    labels = np.array([1, 2, 3, 4, 5, 6], np.uint8)
    first = np.array([1, 2, 0, 0, 5, 8], np.uint8)
    second = np.array([1, 0, 3, 0, 0, 9], np.uint8)
    kinds = differing_images(first, second, labels)
    assert {kind: places.tolist() for kind, places in kinds.items()} == {
        "only_first": [1, 4],
        "only_second": [2],
        "both_wrong": [5],  # of 4, both say 0
    }
