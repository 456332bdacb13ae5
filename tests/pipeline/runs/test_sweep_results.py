"""What comes of a sweep, on run directories that are made: rounds, ranks, noise, importance."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ModelError
from models.ownership import Person
from pipeline.runs.sweep.configurations import make_configurations
from pipeline.runs.sweep.directory import delete_sweep, forget_others, list_sweeps
from pipeline.runs.sweep.importance import encode, measure_importance
from pipeline.runs.sweep.results import read_standing
from pipeline.runs.sweep.spec import SweepSpec
from pipeline.runs.sweep.wording import how_far, noise_in_words
from tests.sweeps import GRID, begin_trial, finish_all, finish_trial, make_sweep


def configurations(**spec: Any) -> list[dict[str, Any]]:
    return [config.flat() for config in make_configurations(SweepSpec.model_validate(spec))]


def test_a_grid_has_every_combination_once_and_sizes_where_they_belong() -> None:
    found = configurations(
        settings={"architecture": ["dense", "cnn-fast"], "filters_1": [8, 16], "augment": [True, False]}
    )
    told = [(one["architecture"], one.get("filters_1"), one["augment"]) for one in found]
    assert told == [
        ("dense", None, True),
        ("dense", None, False),
        ("cnn-fast", 8, True),
        ("cnn-fast", 8, False),
        ("cnn-fast", 16, True),
        ("cnn-fast", 16, False),
    ]


def test_every_hyperparameter_can_be_varied() -> None:
    settings: dict[str, Any] = {
        "architecture": "cnn-fast",
        "epochs": [1, 2],
        "batch_size": 64,
        "learning_rate": "1e-3",  # what YAML 1.1 reads as a text
        "optimizer": "sgd",
        "schedule": "cosine",
        "weight_decay": 0.1,
        "label_smoothing": 0.1,
        "dropout": 0.2,
        "augment": True,
        "augment_strength": 2,
        "disturbed": 0.1,
        "hands": 0.1,
        "not_a_digit": 0.1,
        "calibrate": False,
        "ema": 0.9,
        "early_stopping": 1,
        "validation_split": 0.2,
        "units": 64,
    }
    found = configurations(settings=settings, seeds=[7])
    assert [one["epochs"] for one in found] == [1, 2]
    assert found[0] | {"epochs": [1, 2], "learning_rate": "1e-3"} == {
        **settings,
        "seed": 7,
        "filters_1": 16,
        "filters_2": 48,
    }


def test_drawn_values_keep_to_their_bounds_and_to_the_seed() -> None:
    spec: dict[str, Any] = {
        "draw": 200,
        "settings": {
            "architecture": ["cnn", "cnn-fast"],
            "learning_rate": {"low": 1e-4, "high": 1e-1, "scale": "log"},
            "dropout": {"low": 0, "high": 0.5},
            "epochs": {"low": 1, "high": 3},
        },
    }
    found = configurations(**spec)
    assert len(found) == 200
    assert found == configurations(**spec)
    assert found != configurations(**spec, draw_seed=1)
    rates = np.log10([one["learning_rate"] for one in found])
    assert -4 <= rates.min() < -3.8 < -1.2 < rates.max() <= -1
    assert abs(np.median(rates) + 2.5) < 0.3  # even in the logarithm
    assert {one["epochs"] for one in found} == {1, 2, 3}
    few = {"draw": 50, "settings": {"architecture": ["dense", "cnn"], "epochs": {"low": 1, "high": 2}}}
    assert len(configurations(**few)) == 4  # there are no more


def test_the_best_is_chosen_by_validation_and_compared_over_seeds(home: Path, few_digits: Path) -> None:
    sweep = make_sweep(GRID, few_digits)
    rates = {0.0003: 0.90, 0.001: 0.95, 0.003: 0.97, 0.01: 0.96}
    bonus = {"dense": 0.0, "cnn": 0.002, "cnn-fast": 0.004}
    luck = np.random.default_rng(1).normal(0, 0.002, 100)
    values: dict[tuple[str, float, int], float] = {}

    def accuracy(config: dict[str, Any], seed: int) -> float:
        key = str(config["architecture"]), float(config["learning_rate"]), seed
        values[key] = rates[key[1]] + bonus[key[0]] + float(luck[len(values)])
        return values[key]

    finish_all(sweep, accuracy)
    standing = read_standing(sweep)
    means = {key: np.mean([values[*key, seed] for seed in (0, 1, 2)]) for key in {key[:2] for key in values}}
    ranked = sorted(means, key=lambda key: -means[key])
    assert [tuple(one.settings.values()) for one in standing.candidates] == ranked
    assert standing.state == "finished"
    best = standing.best
    assert best is not None
    assert best.mean is not None
    assert best.mean == pytest.approx(means["cnn-fast", 0.003])
    assert best.test_accuracy == pytest.approx(0.9 * best.mean)
    assert best.over_seeds is not None
    assert best.over_seeds.interval[0] < best.mean < best.over_seeds.interval[1]
    told = " ".join(noise_in_words(standing))
    alike = [one for one in standing.ended[1:] if standing.leads[one.place].noise]
    assert [one.settings for one in alike] == [{"architecture": "cnn", "learning_rate": 0.003}]
    assert "Its lead over 1 of the 11 others can't be told from noise: cnn, learning rate 0.003." in told
    assert "It is better than 10 of the 11 others, and that is more than noise." in told


def test_rounds_go_on_with_the_best_and_failures_come_last(home: Path, few_digits: Path) -> None:
    spec = {
        "name": "halved",
        "seeds": [0, 1],
        "settings": {"architecture": "dense", "learning_rate": [0.001, 0.002, 0.003, 0.004], "epochs": 4},
        "halving": {"first": 1, "factor": 2},
    }
    sweep = make_sweep(spec, few_digits)
    accuracies = {0: 0.5, 1: 0.9, 2: 0.7, 3: 0.95}
    trials = sweep.record.trials
    for trial in trials[:-1]:
        begin_trial(sweep, trial, [accuracies[trial.configuration]], status="stopped", pause_after=1)
    standing = read_standing(sweep)
    assert (standing.state, how_far(standing)) == ("interrupted", "Round 1 of 3: 7 of 8 trials")
    begin_trial(sweep, trials[-1], [], status="failed", pause_after=1)  # the best one's other seed
    standing = read_standing(sweep)
    assert how_far(standing) == "Round 2 of 3: 0 of 4 trials"
    assert standing.rounds[1].configurations == (1, 2)
    assert [(one.place, one.given_up_after) for one in standing.candidates] == [
        (1, 0),
        (2, 0),
        (0, 1),
        (3, 1),
    ]
    second = {1: 0.91, 2: 0.92}
    for trial in (trial for trial in trials if trial.configuration in second):
        shutil.rmtree(sweep.run(trial).path)
        lines = [accuracies[trial.configuration], second[trial.configuration]]
        if trial.configuration == 1:
            begin_trial(sweep, trial, lines, status="stopped", pause_after=2)
        else:
            finish_trial(sweep, trial, *lines, 0.93, 0.94)
    standing = read_standing(sweep)
    assert [(part.pause, part.configurations) for part in standing.rounds] == [
        (1, (0, 1, 2, 3)),
        (2, (1, 2)),
        (0, (2,)),
    ]
    assert standing.best is not None
    assert standing.best.place == 2
    assert standing.best.mean == pytest.approx(0.94)


def test_a_class_that_ends_takes_its_sweeps_along_and_a_deleted_one_is_gone(
    home: Path, few_digits: Path
) -> None:
    own, other = (
        make_sweep({**GRID, "name": name, "seeds": [seed]}, few_digits) for seed, name in enumerate("ab")
    )
    stored = json.loads((other.path / "sweep.json").read_text())
    (other.path / "sweep.json").write_text(json.dumps({**stored, "owner": "Ada"}))
    forget_others(Person("Grace", teacher=True))
    assert [sweep.record.name for sweep in list_sweeps()] == [own.record.name]
    with own.driver_lock(timeout=0), pytest.raises(ModelError, match="it is being carried out"):
        delete_sweep(own)
    delete_sweep(own)
    assert not list_sweeps()


def test_importance_is_the_share_of_the_variance_and_noise_has_none() -> None:
    """Where hyperparameters add up, a share is that of the analysis of variance: here by hand from the effects."""
    random = np.random.default_rng(2)
    rates, sizes = np.linspace(-1, 1, 6), np.linspace(-1, 1, 4)
    values = [{"rate": rate, "size": size, "kind": kind} for rate in rates for size in sizes for kind in "ab"]
    odds = np.array([3 + 1.0 * one["rate"] + 0.5 * one["size"] for one in values])
    accuracies = 1 / (1 + np.exp(-odds - random.normal(0, 0.02, (2, len(values))))).T
    found = measure_importance(values, accuracies.tolist())
    assert found is not None
    assert found.names[:2] == ("rate", "size")
    true = np.array([rates.var(), 0.25 * sizes.var()]) / odds.var()
    assert found.shares[:2] == pytest.approx(true, abs=0.12)
    assert found.shares[2] < 0.02
    assert found.explained > 0.9
    noise = (0.9 + random.normal(0, 0.01, (len(values), 2))).tolist()
    nothing = measure_importance(values, noise)
    assert nothing is not None
    assert nothing.explained < 0.1
    assert measure_importance(values[:5], accuracies[:5].tolist()) is None
    assert measure_importance(values, [[0.9, 0.9]] * len(values)) is None


def test_numbers_are_encoded_by_rank_and_words_by_columns() -> None:
    assert encode([0.1, None, 0.001, 0.1]).ravel().tolist() == [1, -1, 0, 1]
    assert encode(["b", "a", "b"]).tolist() == [[0, 1], [1, 0], [0, 1]]
