"""How much a score flatters that something was chosen by: against what is known of equal coins."""

import numpy as np
import pytest
from scipy import stats

from pipeline.evaluation.trust.flattery import best_of_epochs, best_of_models


def mean_of_the_best(coins: int, count: int, chance: float) -> float:
    """The mean of the highest share of heads of equal coins, each thrown `count` times: exact."""
    return float((1 - stats.binom(count, chance).cdf(np.arange(count)) ** coins).sum()) / count


def test_the_best_of_equal_models_flatters_by_what_chance_gives_the_best_coin() -> None:
    coins, count, chance = 4, 300, 0.9
    random = np.random.default_rng(1)
    choices = [
        best_of_models(random.random((coins, count)) < chance, resamples=100, seed=seed)
        for seed in range(500)
    ]
    flattering = mean_of_the_best(coins, count, chance) - chance
    assert flattering == pytest.approx(0.0177, abs=1e-3)  # 1.03 standard deviations of a share
    optimism = np.array([choice.optimism for choice in choices])
    error = optimism.std() / np.sqrt(len(optimism))
    assert error < 0.05 * flattering
    assert optimism.mean() == pytest.approx(flattering, abs=3 * error)
    assert np.mean([choice.expected for choice in choices]) == pytest.approx(chance, abs=0.003)


def test_a_model_that_is_best_by_far_is_not_flattered() -> None:
    right = np.zeros((3, 200), bool)
    right[1, :190] = True
    right[2, :150] = True
    choice = best_of_models(right)
    assert (choice.best, choice.score, choice.optimism) == (1, 0.95, 0)
    assert best_of_models(right[1:2]).optimism == 0
    assert best_of_models(right[[1, 1]]).optimism == 0, "two that answer alike leave no choice"


def test_a_choice_is_the_same_each_time() -> None:
    right = np.random.default_rng(0).random((3, 100)) < 0.8
    assert best_of_models(right) == best_of_models(right)
    assert best_of_models(right).optimism > 0


def test_one_image_is_enough() -> None:
    assert best_of_models(np.ones((2, 1), bool)).expected == 1


def test_the_best_of_equal_epochs_flatters_by_what_chance_gives_the_best_coin() -> None:
    flattering = mean_of_the_best(7, 1000, 0.98) - 0.98
    assert best_of_epochs([0.98] * 7, 1000) == pytest.approx(flattering, rel=0.02)
    assert best_of_epochs([0.98], 1000) == pytest.approx(0, abs=1e-4)
    assert best_of_epochs([0.5, 0.99], 1000) == pytest.approx(0, abs=1e-4), "there is but one to choose"
    assert best_of_epochs([1.0, 1.0], 1000) == 0
