"""Several seeds of one configuration: who belongs together, and what can be said of two groups."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from models.store import StoredModel, list_models
from models.train_config import make_config
from pipeline.evaluation.trust.seeds import compare_all_groups, compare_groups, find_seed_groups, spread
from pipeline.evaluation.trust.significance import holm

FIRST = [0.9921, 0.9934, 0.9918, 0.9929]
SECOND = [0.9905, 0.9911]


def test_the_spread_by_hand_and_its_interval_by_scipy() -> None:
    told = spread(FIRST)
    assert (told.count, told.low, told.high) == (4, 0.9918, 0.9934)
    assert told.mean == pytest.approx(0.99255)
    assert told.deviation == pytest.approx(np.sqrt(((np.array(FIRST) - 0.99255) ** 2).sum() / 3))
    assert told.interval == pytest.approx(stats.t.interval(0.95, 3, np.mean(FIRST), stats.sem(FIRST)))


def test_two_groups_are_compared_as_welch_does() -> None:
    expected = stats.ttest_ind(FIRST, SECOND, equal_var=False)
    told = compare_groups(FIRST, SECOND)
    assert told.difference == pytest.approx(np.mean(FIRST) - np.mean(SECOND))
    assert told.p == pytest.approx(expected.pvalue)
    assert told.interval == pytest.approx(tuple(expected.confidence_interval()))


def test_nothing_is_said_of_groups_whose_seeds_are_all_alike() -> None:
    (pair,) = compare_all_groups([[0.5, 0.5], [0.6, 0.6]])
    assert (pair.told.p, pair.told.interval, pair.verdict) == (1.0, (-1.0, 1.0), "noise")


def test_all_pairs_of_groups_are_corrected_together() -> None:
    groups = [FIRST, SECOND, [0.9862, 0.9871, 0.9868]]
    pairs = compare_all_groups(groups)
    chances = [
        stats.ttest_ind(groups[first], groups[second], equal_var=False).pvalue
        for first, second in ((0, 1), (0, 2), (1, 2))
    ]
    assert [pair.adjusted_p for pair in pairs] == pytest.approx(holm(chances))
    assert [pair.verdict for pair in pairs] == ["first" if p < 0.05 else "noise" for p in holm(chances)]


def a_model(model: StoredModel, seed: int, **changes: object) -> StoredModel:
    """A model with another configuration."""
    config = make_config("cnn-fast", **{"seed": seed, **changes.pop("settings", {})})  # type: ignore[dict-item]
    entries = {"config": config, "start_from": "", "status": "finished", **changes}
    return replace(model, record=model.record.model_copy(update=entries))


def test_a_group_shares_all_but_the_seed(home: Path) -> None:
    any_model = list_models()[0]
    models = [
        a_model(any_model, 3),
        a_model(any_model, 1),
        a_model(any_model, 1, name="the same again"),
        a_model(any_model, 2, settings={"epochs": 4}),
        a_model(any_model, 5, settings={"epochs": 4}),
        a_model(any_model, 9, settings={"epochs": 4, "augment": True}),
        a_model(any_model, 8, start_from="shipped:cnn"),
        a_model(any_model, 7, status="stopped"),
        a_model(any_model, 2),
    ]
    large, small = find_seed_groups(models)
    assert (large.name, large.seeds) == ("cnn-fast", [1, 2, 3])
    assert large.models[0].name != "the same again"
    assert (small.name, small.seeds) == ("cnn-fast, epochs 4", [2, 5])
    assert find_seed_groups(models[3:4]) == []
