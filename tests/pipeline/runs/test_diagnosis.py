"""The sentences beside the curves follow from the numbers alone."""

import math

import pytest

from models.records import Progress
from pipeline.runs.diagnosis import diagnose
from tests.conftest import a_progress


def epochs(losses: list[float], validation: list[float] | None = None) -> list[Progress]:
    lines = []
    for number, loss in enumerate(losses, start=1):
        figures = {}
        if validation:
            figures = {"val_loss": validation[number - 1], "val_accuracy": 1 - validation[number - 1] / 3}
        lines.append(a_progress(number, loss, max(0.1, 1 - loss / 2.4), **figures))
    return lines


@pytest.mark.parametrize(
    ("losses", "validation", "kind", "words"),
    [
        ([], None, "waiting", "first epoch"),
        ([0.4], [0.3], "early", "90.00 % accuracy on the validation images"),
        ([0.4], None, "early", "training images"),
        ([0.4, 0.2], [0.3, 0.2], "improving", "fell by 33 % in the last epoch"),
        ([0.4, 0.2, 0.1], [0.3, 0.2, 0.15], "improving", "last two epochs"),
        ([0.4, 0.2, 0.1, 0.05, 0.02], [0.3, 0.1, 0.12, 0.15, 0.2], "overfitting", "since epoch 2"),
        (
            [0.4, 0.2, 0.3, 0.25, 0.3],
            [0.3, 0.1, 0.2, 0.15, 0.2],
            "unsteady",
            "lower or falling learning rate",
        ),
        ([0.4, 0.2, 0.1, 0.1, 0.1], [0.3, 0.1, 0.101, 0.1, 0.1], "level", "0.1 in epoch 2 and has hardly"),
        ([0.4, 0.2, 0.1, 0.1, 0.1], None, "level", "training loss"),
        ([0.4, 0.5, 2.0], [0.4, 0.5, 2.1], "diverged", "Lower the learning rate"),
        ([0.4, math.nan], None, "diverged", "Lower the learning rate"),
        ([2.31, 2.30], [2.3, 2.3], "stuck", "guessing"),
    ],
)
def test_the_diagnosis_follows_from_the_numbers(
    losses: list[float], validation: list[float] | None, kind: str, words: str
) -> None:
    diagnosis = diagnose(epochs(losses, validation))
    assert diagnosis.kind == kind, diagnosis
    assert words in diagnosis.sentence


FALLING = [0.2, 0.05, 0.03, 0.02, 0.015, 0.012, 0.01, 0.008, 0.007, 0.006, 0.005, 0.004, 0.003, 0.002, 0.001]
"""A training loss as it usually goes on, where only the validation loss matters."""

DENSE = [0.3449, 0.1098, 0.0674, 0.055, 0.0478, 0.0436, 0.0411, 0.038]
DENSE += [0.0358, 0.0348, 0.0335, 0.0338, 0.0322, 0.0316, 0.0315]


@pytest.mark.parametrize(
    ("validation", "words"),
    [
        # real: from issue 14, then the shipped cnn, cnn-deep, cnn-fast and dense
        ([0.0348, 0.0340, 0.0407], "rose from 0.034 to 0.041 in the last epoch"),
        ([0.0673, 0.0481, 0.0457, 0.0453, 0.0587], "rose from 0.045 to 0.059 in the last epoch"),
        (
            [0.0536, 0.0514, 0.0515, 0.0521, 0.0528, 0.0532, 0.0531],
            "was 0.054 in epoch 1 and has hardly fallen",
        ),
        ([0.1054, 0.0820], "fell by 22 % in the last epoch"),
        (DENSE, "was 0.032 in epoch 13 and has hardly fallen"),
        # made: two epochs alike, a tiny learning rate, a dip at the end of a fall, noise about a level
        ([0.0348, 0.0340], "takes another to see a trend"),
        ([0.0340, 0.0407], "takes another to see a trend"),
        ([2.28, 2.24, 2.20], "Still improving: the validation loss fell by 4 %"),
        ([0.10, 0.08, 0.06, 0.05, 0.053], "Still improving"),
        ([0.10, 0.08, 0.06, 0.05, 0.051], "Still improving"),
        ([0.040, 0.037, 0.041, 0.036, 0.039, 0.038], "was 0.037 in epoch 2 and has hardly fallen"),
        ([0.030, 0.036, 0.031, 0.037, 0.0295], "was 0.03 in epoch 1 and has hardly fallen"),
        # made: slow and noisy overfitting, and a saw tooth that is none
        ([0.100, 0.101, 0.103, 0.105], "was 0.1 in epoch 1 and has hardly fallen"),
        ([0.100, 0.101, 0.103, 0.106, 0.110, 0.115], "Overfitting since epoch 1"),
        ([0.065, 0.068, 0.064, 0.067, 0.072, 0.070, 0.078, 0.075, 0.083], "Overfitting since epoch 3"),
        (
            [0.02, 0.05, 0.0205, 0.06, 0.0205, 0.05, 0.045],
            "Unsteady: the validation loss was lowest in epoch 1",
        ),
    ],
)
def test_real_and_made_curves_are_judged_as_a_person_would(validation: list[float], words: str) -> None:
    assert words in diagnose(epochs(FALLING[: len(validation)], validation)).sentence


def test_a_level_of_thirty_epochs_begins_before_the_thirtieth() -> None:
    noise = [0.031, 0.0335, 0.0305, 0.032, 0.0302] * 6
    noise[-1] = 0.03
    assert "in epoch 1 and" in diagnose(epochs([0.2 / n for n in range(1, 31)], noise)).sentence
