"""Which of several configurations could be the best, against SciPy and simulations."""

import numpy as np
import pytest
from scipy import stats

from pipeline.evaluation.trust.best import lead_of_best, log_odds


def test_of_two_it_is_the_paired_t_test_on_log_odds() -> None:
    first, second = np.array([0.981, 0.979, 0.984]), np.array([0.972, 0.975, 0.974])
    (lead,) = lead_of_best([first.tolist(), second.tolist()])
    paired = stats.ttest_rel(stats.logistic.ppf(first), stats.logistic.ppf(second), alternative="greater")
    assert lead.p == pytest.approx(paired.pvalue)
    assert lead.difference == pytest.approx(first.mean() - second.mean())


def test_of_several_it_is_least_squares_with_the_luck_of_all() -> None:
    """Against a linear model with a term for each configuration and each seed, fitted by NumPy."""
    shares = np.array([[0.99, 0.985, 0.987], [0.98, 0.97, 0.981], [0.985, 0.984, 0.983], [0.95, 0.94, 0.92]])
    values = np.log(shares / (1 - shares))
    configuration, seed = np.indices(values.shape).reshape(2, -1)
    design = np.column_stack([configuration == place for place in range(4)] + [seed == 1, seed == 2]).astype(
        float
    )
    fitted, rest, *_ = np.linalg.lstsq(design, values.ravel(), rcond=None)
    variance = rest[0] / (12 - 6)
    inverse = np.linalg.inv(design.T @ design)
    for lead in lead_of_best(shares.tolist()):
        contrast = np.zeros(6)
        contrast[0], contrast[lead.over] = 1, -1
        t = contrast @ fitted / np.sqrt(variance * contrast @ inverse @ contrast)
        assert lead.p == pytest.approx(min(1.0, 3 * stats.t.sf(t, 6)))
    assert [lead.noise for lead in lead_of_best(shares.tolist())] == [False, True, False]


def test_the_truly_best_is_seldom_told_from_the_highest_mean() -> None:
    """All equally good: then any that is told from the highest is told wrongly. Of 400 sweeps, 5 % are 20."""
    random = np.random.default_rng(5)
    wrong = 0
    for _ in range(400):
        odds = 4 + random.normal(0, 0.2, (8, 3)) + random.normal(0, 0.3, 3)
        shares = 1 / (1 + np.exp(-odds))
        ordered = shares[np.argsort(-shares.mean(1))]
        # the truly best is any one of them, say the first that was drawn
        place = int(np.flatnonzero((ordered == shares[0]).all(1))[0])
        wrong += place > 0 and not lead_of_best(ordered.tolist())[place - 1].noise
    assert wrong <= 30


def test_seeds_without_any_luck_tell_nothing_and_no_error_is_half_of_the_smallest() -> None:
    assert all(lead.p == 1 for lead in lead_of_best([[0.9, 0.9], [0.8, 0.8]]))
    assert log_odds(np.array([1.0, 0.98]))[0] == pytest.approx(np.log(0.99 / 0.01))
