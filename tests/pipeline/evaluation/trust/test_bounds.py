"""Bounds against SciPy's own statistics."""

import pytest
from scipy.stats import beta, binomtest

from pipeline.evaluation.trust.bounds import answers_needed, interval, one_in, upper_bound, upper_bounds

COUNTS = [(0, 1), (0, 5990), (1, 9765), (34, 10_000), (9, 10), (499, 1000)]


@pytest.mark.parametrize(("wrong", "count"), COUNTS)
def test_the_upper_bound_is_that_of_clopper_and_pearson(wrong: int, count: int) -> None:
    bound = upper_bound(wrong, count)
    assert bound == pytest.approx(beta.ppf(0.95, wrong + 1, count - wrong), rel=1e-9)
    one_sided = binomtest(wrong, count, alternative="less").proportion_ci(0.95, method="exact")
    assert bound == pytest.approx(one_sided.high, rel=1e-9)


def test_bounds_of_many_counts_are_those_of_each_and_of_nothing_nothing_is_known() -> None:
    assert upper_bounds([0, 1, 3, 0], [10, 10, 3, 0]).tolist() == [
        upper_bound(0, 10),
        upper_bound(1, 10),
        1,
        1,
    ]


@pytest.mark.parametrize(("right", "count"), [(0, 4), (4, 4), (7, 9), (9730, 9735)])
def test_the_interval_is_that_of_clopper_and_pearson(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(0.95, method="exact")
    assert interval(right, count) == pytest.approx((expected.low, expected.high), rel=1e-9)


@pytest.mark.parametrize(("risk", "needed"), [(0.01, 299), (0.001, 2995), (0.0005, 5990)])
def test_so_many_right_answers_show_a_risk_and_one_less_does_not(risk: float, needed: int) -> None:
    assert answers_needed(risk) == needed
    assert upper_bound(0, needed) <= risk < upper_bound(0, needed - 1)


def test_a_risk_is_said_as_people_say_it() -> None:
    assert [one_in(risk) for risk in (0.01, 0.0005)] == ["1 in 100", "1 in 2,000"]
