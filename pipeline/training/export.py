"""What makes a trained network a model: its files, checked and evaluated. Needs a network of Keras."""

import platform
import shutil
from importlib.metadata import version
from typing import Any

import numpy as np

from models.errors import ModelError
from models.recognizer import Recognizer, among_digits
from models.records import ModelResults, now
from models.run_directory import MODEL_FILES, RunDirectory
from pipeline.data.dataset import Dataset
from pipeline.evaluation.metrics import evaluate
from pipeline.evaluation.model_evaluation import results_of, write_evaluation

_LITERT_TOLERANCE = 1e-4
_CHECKED_IMAGES = 1000


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that decide a training's result."""
    packages = ("tensorflow", "keras", "numpy", "ai-edge-litert", "opencv-python-headless", "digitlab")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}


def complete(
    run: RunDirectory,
    model: Any,
    dataset: Dataset,
    validation: tuple[float | None, float | None] = (None, None),
    **facts: Any,
) -> None:
    """Makes the run a finished model: writes its files and enters what came of it.

    Args:
        run: whose model it is.
        model: `keras.Model`, (n, 28, 28, 1) -> (n, 10 or 11) probabilities.
        dataset: its test part is used.
        validation: loss and accuracy on the validation images, if there are any.
        facts: further entries of `RunRecord`, or others in place of "finished" and "just now".

    Raises:
        ModelError: the LiteRT file's answers differ from the network's.
    """
    made = RunDirectory(run.path / ".made")
    results = write_model(made, model, dataset, validation)
    # whoever is killed in the middle leaves a run to resume, not a model of two halves
    run.update(results=None)
    for name in MODEL_FILES:
        (made.path / name).replace(run.path / name)
    made.path.rmdir()
    entries = {"status": "finished", "versions": versions(), "ended": now(), **facts}
    run.update(results=results, files=run.hash_model_files(), **entries)


def write_model(
    made: RunDirectory,
    model: Any,
    dataset: Dataset,
    validation: tuple[float | None, float | None] = (None, None),
) -> ModelResults:
    """Exports the model, checks the export against Keras, evaluates it and writes all model files.

    They are written out of sight, to be moved in together, so that an earlier model stays whole if this fails.

    Args:
        made: where to, a folder beside whatever becomes of them; what is there is replaced.
        model: as of `complete`, as are `dataset` and `validation`.
        dataset: its test part is used.
        validation: loss and accuracy.

    Returns:
        How good it is, for run.json.
    """
    images, labels = dataset.test
    shutil.rmtree(made.path, ignore_errors=True)
    made.path.mkdir()
    model.save(made.keras_file)
    model.export(made.litert_file, format="litert", verbose=False)
    recognizer = Recognizer(made.litert_file)
    scores = recognizer.scores(images)
    checked = images[:_CHECKED_IMAGES, ..., None].astype(np.float32) / 255
    difference = float(np.abs(scores[:_CHECKED_IMAGES] - np.asarray(model(checked))).max())
    if not difference <= _LITERT_TOLERANCE:
        raise ModelError(
            f"The exported model's answers differ from Keras's by up to {difference:.2g} "
            f"(at most {_LITERT_TOLERANCE:g} is allowed), so it was rejected."
        )
    digits = among_digits(scores)
    evaluation = evaluate(digits, labels, dataset.test_labels_by_people)
    write_evaluation(made, evaluation, digits)
    return results_of(evaluation).model_copy(
        update={
            "val_accuracy": validation[1],
            "val_loss": validation[0],
            "litert_difference": difference,
            "parameters": int(model.count_params()),
        }
    )
