"""`digitlab compare` as a process: which model is better, by an independent count of the same answers."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from models.store import find_model
from pipeline.data.dataset import load_dataset
from tests.conftest import Digitlab
from tests.pipeline.evaluation.trust.seeds import add_seed


def shipped_answers(name: str) -> NDArray[np.int64]:
    with np.load(find_model(f"shipped:{name}").directory.predictions_file) as file:
        return np.asarray(file["probabilities"].argmax(1))


def test_two_models_are_compared_on_the_same_images(digitlab: Digitlab) -> None:
    outcome = digitlab("compare", "cnn-deep", "cnn", "dense", "--json")
    assert outcome.code == 0, outcome.err
    (told,) = outcome.json_lines()
    assert (told["dataset"], told["count"]) == ("MNIST", 10_000)
    assert [(model["model"], model["error_count"]) for model in told["models"]] == [
        ("cnn-deep", 33),
        ("cnn", 126),
        ("dense", 111),
    ]
    optimism = [model["best_epoch_optimism"] for model in told["models"]]
    assert optimism[0] is None, "its validation was not recorded from epoch to epoch"
    assert all(0 < gain < 0.002 for gain in optimism[1:])
    labels = load_dataset().test[1]
    answers = {model: shipped_answers(model) for model in ("cnn-deep", "cnn", "dense")}
    for pair in told["pairs"]:
        first, second = (answers[model] for model in pair["models"])
        for kind, wanted in (
            ("only_first", (first == labels) & (second != labels)),
            ("only_second", (second == labels) & (first != labels)),
            ("both_wrong", (first != labels) & (second != labels) & (first != second)),
        ):
            assert pair[kind] == np.flatnonzero(wanted).tolist()
        ahead, behind = len(pair["only_first"]), len(pair["only_second"])
        assert pair["difference"] == pytest.approx((ahead - behind) / 10_000)
        assert pair["p"] == pytest.approx(stats.binomtest(ahead, ahead + behind).pvalue)
        low, high = pair["interval"]
        assert low < pair["difference"] < high
    assert [pair["better"] for pair in told["pairs"]] == ["cnn-deep", "cnn-deep", None]
    best = told["best_of_models"]
    assert (best["model"], best["accuracy"]) == ("cnn-deep", 0.9967)
    assert best["optimism"] == pytest.approx(0, abs=1e-6)


def test_people_are_told_plainly(digitlab: Digitlab, few_digits: Path) -> None:
    noise = digitlab("compare", "cnn", "dense").out
    assert "cnn and dense: This difference can't be told from noise." in noise
    assert "a lead of 25 or more (0.25 points) is told from noise" in noise
    assert "Choosing the best of these 2 by these images flatters it by about 0.0" in noise
    measured = digitlab("compare", "cnn-fast", "dense", "--dataset", few_digits)
    assert measured.code == 0, measured.err
    assert measured.out.startswith("1,000 test images of few.npz")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name two or more different models"),
        (("cnn",), "Name two or more different models"),
        (("cnn", "shipped:cnn"), "Name two or more different models"),
        (("cnn", "nothing"), "There is no model 'nothing'"),
        (("cnn", "--seeds"), "No configuration of these models was trained with several seeds"),
    ],
)
def test_a_wrong_call_is_one_sentence(digitlab: Digitlab, arguments: tuple[str, ...], told: str) -> None:
    outcome = digitlab("compare", *arguments)
    assert outcome.code == 2
    assert told in outcome.err
    assert outcome.err.count("\n") == 1


def test_seeds_of_one_configuration_are_one_entry(digitlab: Digitlab, home: Path) -> None:
    three = [add_seed(home, seed, wrong, epochs=8) for seed, wrong in enumerate((600, 640, 710))]
    two = [add_seed(home, seed, 100 + 10 * seed, epochs=9) for seed in range(2)]
    (told,) = digitlab("compare", "--seeds", "--json").json_lines()
    first, second = told["groups"]
    assert (first["configuration"], second["configuration"]) == ("dense, epochs 8", "dense, epochs 9")
    assert (first["seeds"], first["accuracies"]) == ([0, 1, 2], pytest.approx(three))
    assert (first["count"], first["low"], first["high"]) == (3, pytest.approx(0.929), pytest.approx(0.94))
    assert first["deviation"] == pytest.approx(np.std(three, ddof=1))
    assert first["interval"] == pytest.approx(stats.t.interval(0.95, 2, np.mean(three), stats.sem(three)))
    assert (second["seeds"], second["accuracies"]) == ([0, 1], pytest.approx(two))
    (pair,) = told["pairs"]
    expected = stats.ttest_ind(three, two, equal_var=False)
    assert (pair["p"], pair["adjusted_p"]) == (pytest.approx(expected.pvalue), pytest.approx(expected.pvalue))
    assert pair["interval"] == pytest.approx(tuple(expected.confidence_interval()))
    assert pair["better"] == second["configuration"]
    people = digitlab("compare", "--seeds", "dense-0-9").out
    assert "dense, epochs 9: 2 seeds, mean 98.95 % (95 % interval 98.31 to 99.59 %)" in people
    assert "dense, epochs 8" not in people, "only groups that have the model are told of"
