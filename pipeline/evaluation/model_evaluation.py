"""Models -> what they are worth on a test set, measured here; what an archive claimed gives way to it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.archive import import_model
from models.errors import DigitLabError
from models.files import replacing, write_text
from models.recognizer import Recognizer
from models.records import Evaluation, ModelResults
from models.run_directory import RunDirectory
from pipeline.data.dataset import Dataset, load_recorded
from pipeline.evaluation.metrics import evaluate


def evaluate_model(run: RunDirectory, recognizer: Recognizer, dataset: Dataset) -> Evaluation:
    """Evaluates a model on a data set's test part.

    Where it is the one that an imported model was trained on, the scores that the archive claimed are replaced.

    Raises:
        ModelError: the run is damaged or was deleted.
    """
    images, labels = dataset.test
    probabilities = recognizer.probabilities(images)
    evaluation = evaluate(probabilities, labels, dataset.test_labels_by_people)
    record = run.read()
    if record.results and record.results.claimed and record.dataset.sha256 == dataset.sha256:
        write_evaluation(run, evaluation, probabilities)
        run.update(results=results_of(evaluation, record.results), files=run.hash_model_files())
    return evaluation


def import_and_evaluate(path: Path, owner: str = "") -> RunDirectory:
    """Imports an archive (`models.archive.import_model`) and evaluates the model where its data set is here."""
    run = import_model(path, owner)
    try:
        dataset = load_recorded(run.read().dataset)
        evaluate_model(run, Recognizer(run.litert_file), dataset)
    except DigitLabError:
        pass  # its scores stay what the archive claims
    return run


def write_evaluation(run: RunDirectory, evaluation: Evaluation, probabilities: NDArray[np.float32]) -> None:
    """Writes evaluation.json, and as predictions.npz the very probabilities that were counted, float32 (n, 10)."""
    with replacing(run.predictions_file) as part:
        np.savez_compressed(part, probabilities=probabilities)
    write_text(run.evaluation_file, evaluation.model_dump_json() + "\n")


def results_of(evaluation: Evaluation, known: ModelResults | None = None) -> ModelResults:
    """What run.json says of an evaluation, beside what it says already."""
    scores = {
        "test_accuracy": evaluation.accuracy,
        "test_interval": evaluation.interval,
        "test_errors": evaluation.error_count,
        "test_count": evaluation.count,
        "test_loss": evaluation.loss,
        "human_accuracy": evaluation.human_accuracy,
        "human_errors": evaluation.human_error_count,
        "claimed": False,
    }
    return ModelResults.model_validate({**(known.model_dump() if known else {}), **scores})
