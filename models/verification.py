"""Checks an unpacked model in a process of its own: `python -m models.verification RUN_DIRECTORY`.

Exits with 0 when the weights fit the architecture that run.json names and the LiteRT file gives the same
answers; else prints why and exits with 1. A file made to crash a loader crashes this process only.
"""

import os
import sys
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from models.architectures import INPUT_SHAPE
from models.digits import DIGITS
from models.errors import DigitLabError, ModelError
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.train_config import TrainConfig

_IMAGES = 64
_TOLERANCE = 1e-3
_LARGEST_PREDICTIONS = 200 * 1024**2  # unpacked


def find_fault(path: Path) -> str | None:
    """Why the model in the run directory `path` can't be accepted, as a part of a sentence; None if it can."""
    run = RunDirectory(path)
    record = run.read()
    count = record.results.test_count if record.results else None
    try:
        with ZipFile(run.predictions_file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST_PREDICTIONS:
                return "its predictions are too large"
        probabilities = run.read_predictions()
        confusion = np.array(run.read_evaluation().confusion)
    except (ModelError, OSError, ValueError, RecursionError, BadZipFile):
        return "its predictions or its evaluation are damaged"
    if probabilities.shape != (count, DIGITS) or not np.isfinite(probabilities).all():
        return "its predictions are not ten probabilities for each test image"
    if confusion.shape != (DIGITS, DIGITS) or confusion.min() < 0 or confusion.sum() != count:
        return "its confusion matrix does not count the test images"
    return _find_fault_in_weights(run, record.config)


def _find_fault_in_weights(run: RunDirectory, config: TrainConfig) -> str | None:
    from models.networks import build

    try:
        network = build(config)
    except (DigitLabError, TypeError, ValueError) as error:
        return f"its architecture can't be rebuilt: {str(error).rstrip('.')}"
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


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    fault = find_fault(Path(sys.argv[1]))
    if fault:
        sys.stdout.write(fault + "\n")
    sys.exit(bool(fault))
