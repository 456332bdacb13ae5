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
        ([0.4, 0.2, 0.3, 0.25, 0.3], [0.3, 0.1, 0.2, 0.15, 0.2], "level", "Unsteady"),
        ([0.4, 0.2, 0.1, 0.1, 0.1], [0.3, 0.1, 0.101, 0.1, 0.1], "level", "Leveled off"),
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
