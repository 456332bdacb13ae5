"""Checks an unpacked model in a process of its own: `python -m models.verification RUN_DIRECTORY`.

Exits with 0 when the weights fit the architecture that run.json names and the LiteRT file gives the same
answers; else prints why and exits with 1. A file made to crash a loader crashes this process only.
"""

import json
import os
import sys
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from models.errors import DigitLabError
from models.run_directory import RunDirectory

_IMAGES = 64
_TOLERANCE = 1e-3
_LARGEST_PREDICTIONS = 200 * 1024**2  # unpacked


def find_fault(path: Path) -> str | None:
    """Why the model in the run directory `path` can't be accepted, as a part of a sentence; None if it can."""
    run = RunDirectory(path)
    record = run.read()
    config = record.config
    try:
        with ZipFile(run.predictions_file) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > _LARGEST_PREDICTIONS:
                return "its predictions are too large"
        with run.predictions_file.open("rb") as source, np.load(source, allow_pickle=False) as file:
            probabilities = file["probabilities"]
        evaluation = json.loads(run.evaluation_file.read_text(encoding="utf-8"))
        confusion = np.array(evaluation["confusion"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, OverflowError, RecursionError, BadZipFile):
        return "its predictions or its evaluation are damaged"
    count = record.results.get("test_count")
    if probabilities.shape != (count, 10) or not np.isfinite(probabilities).all():
        return "its predictions are not ten probabilities for each test image"
    if (
        confusion.shape != (10, 10)
        or confusion.dtype.kind != "i"
        or confusion.min() < 0
        or confusion.sum() != count
    ):
        return "its confusion matrix does not count the test images"

    from models.architectures import rebuild

    try:
        model = rebuild(config)
    except (DigitLabError, TypeError, ValueError) as error:
        return f"its architecture can't be rebuilt: {str(error).rstrip('.')}"
    try:
        # weights only: the configuration stored in the file, which could name code, is not read
        model.load_weights(run.keras_file)
    except Exception:
        return "its weights do not fit the architecture that it names"

    from ai_edge_litert.interpreter import Interpreter

    images = np.random.default_rng(0).random((_IMAGES, 28, 28, 1), np.float32)
    expected = np.asarray(model(images))
    try:
        interpreter = Interpreter(model_content=run.litert_file.read_bytes(), num_threads=1)
        into = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(into, images.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(into, images)
        interpreter.invoke()
        answers = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    except (ValueError, RuntimeError, IndexError):
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
