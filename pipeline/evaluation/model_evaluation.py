"""Models -> what they are worth on a test set, measured here; what an archive claimed gives way to it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.archive import import_model
from models.errors import DigitLabError, ModelError
from models.files import replacing, write_text
from models.locations import PRETRAINED, home
from models.recognizer import Recognizer
from models.records import Evaluation, ModelResults
from models.run_directory import RunDirectory
from models.store import StoredModel
from pipeline.data.dataset import Dataset, load_recorded
from pipeline.evaluation.kept_results import results_name
from pipeline.evaluation.metrics import evaluate
from pipeline.evaluation.test_predictions import score_predictions

_BLOCK = 1024  # images between two reports of progress


@dataclass(frozen=True)
class Evaluated:
    """What a model is worth on a test set, and the answers that were counted: float32 (n, 10)."""

    evaluation: Evaluation
    probabilities: NDArray[np.float32]


def evaluate_model(
    run: RunDirectory,
    recognizer: Recognizer,
    dataset: Dataset,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Evaluated:
    """Evaluates a model on a data set's test part, and keeps what came of it for `known_evaluation`.

    Where it is the one that an imported model was trained on, the scores that the archive claimed are replaced.

    Args:
        run: the model.
        recognizer: of that model.
        dataset: any.
        on_progress: told the share that is done.

    Raises:
        ModelError: the run is damaged or was deleted.
    """
    images, labels = dataset.test
    answers = []
    for start in range(0, len(images), _BLOCK):
        answers.append(recognizer.probabilities(images[start : start + _BLOCK]))
        on_progress(min(1.0, (start + _BLOCK) / len(images)))
    probabilities = np.concatenate(answers)
    evaluation = evaluate(probabilities, labels, dataset.test_labels_by_people)
    record = run.read()
    if record.dataset.sha256 != dataset.sha256:
        kept = _kept(run, dataset.sha256)
        with suppress(OSError):  # it is then measured again the next time
            kept.path.mkdir(parents=True, exist_ok=True)
            write_evaluation(kept, evaluation, probabilities)
    elif record.results and record.results.claimed:
        write_evaluation(run, evaluation, probabilities)
        run.update(results=results_of(evaluation, record.results), files=run.hash_model_files())
    return Evaluated(evaluation, probabilities)


def answers_on(
    models: Sequence[StoredModel],
    dataset: Dataset,
    open_recognizer: Callable[[StoredModel], Recognizer],
    on_progress: Callable[[float], None] = lambda _: None,
) -> NDArray[np.int64]:
    """The digits that several models answer to the same test images; measured and kept where they are not known.

    Args:
        models: any.
        dataset: any.
        open_recognizer: gives a model's recognizer, where it is needed.
        on_progress: told the share that is done.

    Returns:
        int64 (models, images).

    Raises:
        ModelError: a run is damaged or was deleted, or what is known of a model is of other images.
    """
    answers = []
    for number, model in enumerate(models):
        told = known_evaluation(model.directory, dataset.sha256)
        if told is None:
            report = _part(on_progress, number, len(models))
            told = evaluate_model(model.directory, open_recognizer(model), dataset, report)
        answers.append(score_predictions(told.probabilities, dataset.test[1]).predicted.astype(np.int64))
    return np.array(answers)


def _part(on_progress: Callable[[float], None], number: int, count: int) -> Callable[[float], None]:
    """Progress of one of several pieces of work, counted from 0, as progress of all of them."""
    return lambda share: on_progress((number + share) / count)


def known_evaluation(run: RunDirectory, sha256: str) -> Evaluated | None:
    """What is known of a model on the data set with that hash; None where it was never measured here."""
    record = run.read()
    own = record.dataset.sha256 == sha256
    if own and record.results and record.results.claimed:
        return None
    kept = run if own else _kept(run, sha256)
    try:
        return Evaluated(kept.read_evaluation(), kept.read_predictions())
    except ModelError:
        return None


def evaluation_folder(run: RunDirectory, sha256: str) -> Path:
    """Where what is measured on other data sets is: beside the model; for a shipped one, in the home folder.

    The hashes of the network and of the data set name it, so that nothing outlives a change of either.

    Raises:
        ModelError: the model was deleted.
    """
    shipped = run.path.parent == PRETRAINED
    folder = home() / "evaluations" if shipped else run.path / "evaluations"
    return folder / results_name(run.litert_file, sha256, run.id)


def _kept(run: RunDirectory, sha256: str) -> RunDirectory:
    return RunDirectory(evaluation_folder(run, sha256))


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
