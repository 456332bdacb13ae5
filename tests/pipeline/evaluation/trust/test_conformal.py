"""Candidates: the quantile by hand, and the promise on digits that were not calibrated on."""

import math

import numpy as np
import pytest

from models.recognizer import Prediction
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.trust.caution import between, caution_for
from pipeline.evaluation.trust.conformal import candidates_of, least_probability, report_sets
from pipeline.evaluation.trust.report import in_words, report_trust

SHIPPED = ["cnn", "cnn-deep", "cnn-fast", "dense"]


def test_the_least_probability_is_the_quantile_by_hand() -> None:
    """Nine scores and a promise of 80 %: the eighth smallest of 1 - p, which is that of the second smallest p."""
    assert least_probability(np.arange(1, 10) / 10, 0.8) == pytest.approx(0.2)
    given = np.random.default_rng(0).random(1000)
    rank = math.ceil(1001 * 0.95) / 1000
    assert least_probability(given, 0.95) == pytest.approx(
        1 - np.quantile(1 - given, rank, method="inverted_cdf")
    )
    assert least_probability(given[:18], 0.95) == 0, "18 digits can't promise 95 %"


def test_candidates_are_the_likely_ones_and_always_the_likeliest() -> None:
    rows = np.full((2, 10), 0.01)
    rows[0, [4, 9]], rows[1, 2] = (0.5, 0.42), 0.19
    assert [np.flatnonzero(row).tolist() for row in candidates_of(rows, 0.2)] == [[4, 9], [2]]


def test_the_promise_holds_on_average_for_digits_and_for_numbers() -> None:
    """Over many samples of made answers, in which the true digit's probability is whatever it is."""
    rng = np.random.default_rng(2)
    covered: dict[int, list[float]] = {1: [], 4: []}
    for _ in range(150):
        logits = rng.normal(0, 1, (800, 10))
        labels = rng.integers(0, 10, 800).astype(np.uint8)
        logits[np.arange(800), labels] += rng.normal(4, 2, 800)
        rows = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        given = rows[np.arange(400), labels[:400]]
        for length, shares in covered.items():
            shares.append(report_sets(given, rows[400:], labels[400:], 0.95, length).covered)
    assert np.mean(covered[1]) == pytest.approx(0.95, abs=0.01)
    assert np.mean(covered[4]) >= 0.945


def test_a_number_is_told_right_where_each_of_its_digits_is_a_candidate() -> None:
    rows = np.full((4, 10), 0.02)
    rows[[0, 1, 2, 3], [1, 2, 3, 4]] = 0.7
    rows[3, 7] = 0.25
    report = report_sets(np.full(1000, 0.2), rows, np.array([1, 2, 3, 8], np.uint8), 0.9, 2)
    assert (report.numbers, report.covered, report.sure, report.mean_told) == (2, 0.5, 0.5, 1.5)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_as_sure_as_it_is_right(name: str) -> None:
    """The calibration error again, from the file's own probabilities: 15 bins, weighted by their answers."""
    rows, labels = find_model(name).directory.read_predictions().astype(float), load_dataset().test[1]
    sure, right = rows.max(1), rows.argmax(1) == labels
    bins = np.ceil(sure * 15)  # a bound between two bins doesn't matter
    gaps = [abs((sure - right)[bins == number].sum()) for number in range(1, 16)]
    error = sum(gaps) / len(labels)
    assert error <= 0.003
    assert error == pytest.approx(find_model(name).directory.read_evaluation().calibration_error, abs=5e-5)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_can_promise_one_in_two_thousand(name: str) -> None:
    model, labels = find_model(name), load_dataset().test[1]
    probabilities = model.directory.read_predictions()
    report = report_trust(probabilities, labels, 0.0005)
    assert report.chosen is not None
    assert report.chosen.bound <= 0.0005
    assert report.usual.answered == 9900
    assert "at most 1 in 2,000 wrong with 95 % confidence" in in_words(report, 10_000)
    caution = caution_for(probabilities, labels, 0.0005)
    counted, held, left = 0, 0, 0
    for row, label in zip(probabilities[::5].tolist(), labels[::5], strict=True):
        digit = int(np.argmax(row))
        weighed = caution.weigh(Prediction(digit, row[digit], tuple(row)))
        counted += not weighed.candidates
        left += bool(weighed.candidates)
        held += int(label) in weighed.candidates
    assert counted == pytest.approx(report.chosen.answered / 5, rel=0.03)
    assert held >= 0.9 * left


def test_what_an_answer_may_be_is_said_in_words() -> None:
    def said(*candidates: int) -> str:
        return between(Prediction(4, 0.5, (0.1,) * 10, None, candidates))

    assert [said(4), said(4, 9), said(4, 9, 7)] == ["most likely 4", "perhaps 4 or 9", "perhaps 4, 9 or 7"]
    assert said(*range(10)) == "perhaps 4, but it may be any digit"
