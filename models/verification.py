"""Checks an unpacked model in a process of its own: `python -m models.verification RUN_DIRECTORY`.

Exits with 0 when the weights fit the architecture that run.json names and the LiteRT file gives the same
answers; else prints why and exits with 1. A file made to crash a loader crashes this process only.
"""

import os
import sys
from math import isclose
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.architectures import INPUT_SHAPE
from models.digits import DIGITS
from models.errors import DigitLabError, ModelError
from models.files import open_regular
from models.recognizer import Recognizer
from models.records import Evaluation, ModelResults
from models.run_directory import RunDirectory
from models.train_config import TrainConfig
from models.zip_files import is_plainly_packed, open_zip

_IMAGES = 64
_TOLERANCE = 1e-3
_ROUNDING = 5e-3
"""By which ten probabilities, stored with 16 bits each, may miss a sum of 1."""

_LARGEST_WEIGHTS = 200 * 1024**2  # unpacked


def find_fault(path: Path) -> str | None:
    """Why the model in the run directory `path` can't be accepted, as a part of a sentence; None if it can."""
    run = RunDirectory(path)
    record = run.read()
    try:
        probabilities, evaluation = run.read_predictions(), run.read_evaluation()
    except (ModelError, ValueError, RecursionError):
        return "its predictions or its evaluation are damaged"
    return (
        _find_fault_in_predictions(probabilities, record.results)
        or _find_fault_in_evaluation(evaluation, probabilities)
        or _find_contradiction(evaluation, record.results)
        or _find_fault_in_weights(run, record.config)
    )


def _find_fault_in_predictions(
    probabilities: NDArray[np.float32], results: ModelResults | None
) -> str | None:
    count = results.test_count if results else None
    if probabilities.shape != (count, DIGITS) or not np.isfinite(probabilities).all():
        return "its predictions are not ten probabilities for each test image"
    if not count:
        return "it has no test images"
    if probabilities.min() < 0 or np.abs(probabilities.sum(1) - 1).max() > _ROUNDING:
        return "its predictions are not probabilities, which are from 0 to 1 and add up to 1"
    return None


def _find_fault_in_evaluation(evaluation: Evaluation, probabilities: NDArray[np.float32]) -> str | None:
    """Sets the evaluation against the predictions that it is of; only the labels are not known here."""
    try:
        confusion = np.array(evaluation.confusion, np.int64)
    except (ValueError, OverflowError):
        confusion = np.zeros(0, np.int64)
    count = len(probabilities)
    if confusion.shape != (DIGITS, DIGITS) or confusion.min() < 0 or confusion.sum() != count:
        return "its confusion matrix does not count the test images"
    answers = np.bincount(probabilities.argmax(1), minlength=DIGITS)
    second, first = np.sort(probabilities, 1)[:, -2:].T
    ties = int((first == second).sum())  # where predictions are stored with fewer bits than were counted
    if np.abs(confusion.sum(0) - answers).sum() > 2 * ties:
        return "its confusion matrix does not count the answers in its predictions"
    right = int(confusion.trace())
    if (evaluation.count, evaluation.error_count) != (count, count - right):
        return "its evaluation counts other mistakes than its confusion matrix"
    if not _same(evaluation.accuracy, right / count):
        return "its accuracy is not that of its confusion matrix"
    if not _counts_alike(evaluation, confusion):
        return "its figures for single digits are not those of its confusion matrix"
    return None


def _counts_alike(evaluation: Evaluation, confusion: NDArray[np.int64]) -> bool:
    """Whether precision, recall and confused pairs are those of the confusion matrix."""
    right, true, answered = confusion.diagonal(), confusion.sum(1), confusion.sum(0)
    if [report.digit for report in evaluation.classes] != list(range(DIGITS)):
        return False
    return all(
        report.support == true[report.digit]
        and _is_share(report.recall, right[report.digit], true[report.digit])
        and _is_share(report.precision, right[report.digit], answered[report.digit])
        for report in evaluation.classes
    ) and all(confusion[pair.true, pair.predicted] == pair.count for pair in evaluation.confused_pairs)


def _is_share(told: float | None, right: int, count: int) -> bool:
    """Whether it is so many of so many; None, or 0 in files of earlier models, where there is nothing to count."""
    return not right if told is None else _same(told, right / max(count, 1))


def _find_contradiction(evaluation: Evaluation, results: ModelResults | None) -> str | None:
    """Sets the figures that run.json repeats against the evaluation."""
    pairs = results and {
        "accuracy": (results.test_accuracy, evaluation.accuracy),
        "lower bound of the accuracy": (results.test_interval[0], evaluation.interval[0]),
        "upper bound of the accuracy": (results.test_interval[1], evaluation.interval[1]),
        "number of mistakes": (results.test_errors, evaluation.error_count),
        "loss": (results.test_loss, evaluation.loss),
        "accuracy by human votes": (results.human_accuracy, evaluation.human_accuracy),
        "number of mistakes by human votes": (results.human_errors, evaluation.human_error_count),
    }
    for name, (told, evaluated) in (pairs or {}).items():
        if not _same(told, evaluated):
            return f"its run.json and its evaluation give different figures: {name} {told} and {evaluated}"
    return None


def _same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and isclose(one, other, abs_tol=1e-6))


def _find_fault_in_weights(run: RunDirectory, config: TrainConfig) -> str | None:
    from models.networks import build

    try:
        network = build(config)
    except (DigitLabError, TypeError, ValueError) as error:
        return f"its architecture can't be rebuilt: {str(error).rstrip('.')}"
    if not _fits_in_memory(run):
        return "its weights are damaged or unpack to too much"
    try:
        # weights only: the configuration stored in the file, which could name code, is not read
        network.load_weights(run.keras_file)
    except Exception:
        return "its weights do not fit the architecture that it names"
    images = np.random.default_rng(0).random((_IMAGES, *INPUT_SHAPE), np.float32)
    expected = np.asarray(network(images))
    try:
        answers = Recognizer(run.litert_file, workers=1).scores(images)
    except (ModelError, ValueError, RuntimeError):
        return "its LiteRT file is not a model for 28x28 images"
    if answers.shape != expected.shape or not np.abs(answers - expected).max() <= _TOLERANCE:
        return "its LiteRT file gives other answers than its weights"
    return None


def _fits_in_memory(run: RunDirectory) -> bool:
    """Whether model.keras, a zip file as well, says that it unpacks to no more than models have."""
    try:
        with open_regular(run.keras_file) as file, open_zip(file) as archive:
            entries = archive.infolist()
    except Exception:  # damaged zip files raise nearly anything
        return False
    return all(map(is_plainly_packed, entries)) and sum(e.file_size for e in entries) <= _LARGEST_WEIGHTS


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    fault = find_fault(Path(sys.argv[1]))
    if fault:
        sys.stdout.write(fault + "\n")
    sys.exit(bool(fault))
