"""Which answers count: against counts by hand, and against the truth in a simulation."""

import numpy as np
import pytest
from scipy.stats import beta

from pipeline.evaluation.trust.selection import (
    at_coverage,
    choose_selection,
    doubts_of,
    risk_curve,
    select,
)


def test_doubt_is_what_the_other_digits_get_however_little_that_is() -> None:
    rows = np.zeros((2, 10), np.float32)
    rows[0, 3], rows[0, 5] = 1, 1e-9
    rows[1, :2] = 0.7, 0.3
    assert doubts_of(rows) == pytest.approx([1e-9, 0.3])


def test_what_is_more_doubtful_than_the_threshold_is_left() -> None:
    doubts, wrong = np.array([0.01, 0.02, 0.02, 0.5]), np.array([False, False, True, True])
    chosen = select(doubts, wrong, 0.02)
    assert (chosen.answered, chosen.wrong, chosen.left, chosen.coverage) == (3, 1, 1, 0.75)
    assert chosen.bound == pytest.approx(beta.ppf(0.95, 2, 2))
    assert at_coverage(doubts, wrong, 0.25).answered == 1
    assert at_coverage(doubts, wrong, 1).wrong == 2


def test_the_first_threshold_that_fails_ends_the_search() -> None:
    """A hundred sure right answers, a run of wrong ones, then so many right ones that the bound would hold again."""
    doubts = np.concatenate([np.full(600, 0.001), np.full(30, 0.01), np.full(370, 0.1)])
    wrong = np.concatenate([np.zeros(600, bool), np.ones(30, bool), np.zeros(370, bool)])
    chosen = choose_selection(doubts, wrong, 0.045)
    assert chosen is not None
    assert chosen.answered == 600
    assert beta.ppf(0.95, 31, 970) < 0.045, "a search among all thresholds would have answered all"


def test_too_few_images_or_sure_wrong_answers_promise_nothing() -> None:
    doubts = np.linspace(0.001, 0.01, 298)
    assert choose_selection(doubts, np.zeros(298, bool), 0.01) is None
    assert choose_selection(np.append(doubts, 0.02), np.zeros(299, bool), 0.01) is not None
    assert choose_selection(np.linspace(0.001, 0.01, 1000), np.arange(1000) < 50, 0.01) is None


def test_the_promise_holds_in_nineteen_of_twenty_samples() -> None:
    """Of an answer with a doubt of d, which is uniform, a share of 0.3 d^2 is wrong: below t, 0.1 t^2 of all."""
    rng, allowed, broken, made = np.random.default_rng(15), 0.05, 0, 0
    for _ in range(600):
        doubts = rng.random(800)
        chosen = choose_selection(doubts, rng.random(800) < 0.3 * doubts**2, allowed)
        if chosen:
            made += 1
            broken += 0.1 * chosen.threshold**2 > allowed
    assert made > 400
    assert broken <= 0.05 * 600 + 3 * np.sqrt(600 * 0.05 * 0.95)


def test_the_curve_has_each_thresholds_counts() -> None:
    doubts, wrong = np.array([0.001, 0.01, 0.1, 0.9]), np.array([False, True, False, True])
    curve = risk_curve(doubts, wrong)
    assert sorted(set(curve.coverage.tolist())) == [0.25, 0.5, 0.75, 1]
    assert curve.risk[-1] == 0.5
    assert curve.bound[-1] == pytest.approx(beta.ppf(0.95, 3, 2))
