"""What came of a step of the lesson, from what is there: models that were trained, digits that were saved."""

from collections.abc import Collection
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.layer_outputs import LayerReader
from models.ownership import Person
from models.recognizer import Recognizer
from models.records import Evaluation
from models.store import StoredModel, list_models
from pipeline.data import saved_digits
from pipeline.data.dataset import MNIST_SHA256, load_dataset
from pipeline.evaluation.learning.progress import LessonProgress, Outcome, StepProgress
from pipeline.evaluation.learning.steps import ANGLE, ARCHITECTURES, DRAWINGS, STEPS, Choice, Network, Step
from pipeline.evaluation.stress.measure import measure
from pipeline.evaluation.stress.sweeps import SWEEPS


def own_model(network: Network, who: Person, models: Collection[StoredModel]) -> StoredModel | None:
    """The newest model of that kind which the person trained on MNIST, measured here; None where there is none."""
    for model in models:
        record = model.record
        fits = record.config.architecture in ARCHITECTURES[network] and record.dataset.sha256 == MNIST_SHA256
        measured = record.results is not None and not record.results.claimed
        if fits and measured and not model.shipped and model.owner == who.name:
            return model
    return None


def shipped_model(network: Network, models: Collection[StoredModel]) -> StoredModel | None:
    """The shipped model that may stand in for a training; None where it isn't here."""
    wanted = ARCHITECTURES[network][0]
    return next((model for model in models if model.shipped and model.name == wanted), None)


def model_of(
    network: Network, progress: LessonProgress, who: Person, models: Collection[StoredModel]
) -> StoredModel | None:
    """The model that steps are about which train none.

    It is the one of the training step, else one that the person trained, else the shipped one; None without any.
    """
    trained = next(step for step in STEPS if step.network == network and step.evidence == "training")
    outcome = progress.step(trained.key).outcome
    chosen = next((model for model in models if outcome and model.id == outcome.model), None)
    return chosen or own_model(network, who, models) or shipped_model(network, models)


def notice(progress: LessonProgress, who: Person, visited: Collection[str]) -> dict[str, Outcome]:
    """What came of the steps that were predicted and then done, as far as it isn't known yet.

    Args:
        progress: of the person.
        who: that person.
        visited: pages that were looked at since this was asked last.

    Returns:
        Outcomes by the steps' keys.

    Raises:
        ModelError: a model's files are damaged.
        InputError: MNIST can't be read.
    """
    models = list_models()
    found = {}
    for step in STEPS:
        state = progress.step(step.key)
        if state.prediction is None or state.outcome is not None:
            continue
        model = model_of(step.network, progress, who, models)
        if step.evidence == "training":
            model = own_model(step.network, who, models)
            done = model is not None
        elif step.evidence == "visit":
            done = step.page in visited
        else:
            done = len(misread_drawings(state, who)) >= DRAWINGS
        if done and model is not None:
            found[step.key] = outcome_of(step, model, progress, who)
    return found


def outcome_of(step: Step, model: StoredModel, progress: LessonProgress, who: Person) -> Outcome:
    """What comes of a step with this model; errors as from `notice`."""
    value: int | str
    if step.evidence == "training":
        value, told = _errors(step, model, progress)
    elif step.key == "mistakes":
        value, told = _most_confused(step, model.directory.read_evaluation())
    elif step.key == "inside":
        value, told = _first_filters(LayerReader(model.directory.litert_file, workers=1))
    elif step.key == "fool":
        value, told = _fooled(len(misread_drawings(progress.step(step.key), who)))
    else:
        value, told = _read_though_turned(model)
    return Outcome(value=value, told=told, model=model.id, model_name=model.name, shipped=model.shipped)


def misread_drawings(state: StepProgress, who: Person) -> list[saved_digits.SavedDigit]:
    """The digits that the person drew and corrected since they made their prediction."""
    if not state.predicted:
        return []
    since = datetime.fromisoformat(state.predicted).replace(microsecond=0)  # as saved digits have it
    return [
        digit
        for digit in saved_digits.list_saved(who)
        if digit.record.owner == who.name
        and digit.record.source == "canvas"
        and digit.record.label not in (None, digit.record.predicted)
        and digit.record.moment >= since
    ]


def most_confused_pair(confusion: NDArray[np.int64]) -> tuple[int, int, int]:
    """The two digits that are taken for each other most often, the lower first, and how often, both ways together.

    Args:
        confusion: (10, 10), counts by true digit and answer.
    """
    both = np.triu(confusion + confusion.T, 1)
    low, high = divmod(int(both.argmax()), DIGITS)
    return low, high, int(both[low, high])


def _errors(step: Step, model: StoredModel, progress: LessonProgress) -> tuple[int, str]:
    results = model.record.results
    if results is None:  # `own_model` and the shipped ones have them
        raise ValueError(f"{model.id} was never evaluated")
    told = (
        f"The model {model.name} gets {results.test_errors:,} of {results.test_count:,} test digits wrong, so it reads "
        f"{100 * results.test_accuracy:.1f} % right."
    )
    before = progress.step("dense").outcome
    if step.network == "cnn" and before and isinstance(before.value, int):
        told += f" The dense network got {before.value:,} wrong."
    return results.test_errors, told


def _most_confused(step: Step, evaluation: Evaluation) -> tuple[str, str]:
    low, high, count = most_confused_pair(np.array(evaluation.confusion))
    pair = f"{low}-{high}"
    listed = isinstance(step.kind, Choice) and pair in step.kind.options
    told = (
        f"{low} and {high}, {count} times of {evaluation.error_count} mistakes: "
        f"{evaluation.confusion[low][high]} times it took a {low} for a {high}, and "
        f"{evaluation.confusion[high][low]} times the other way around."
    )
    return (pair if listed else "other"), told


def _first_filters(reader: LayerReader) -> tuple[str, str]:
    filters = reader.layers[0].filters
    if filters is None or filters.ndim != 4:
        raise ValueError("the network begins with no convolution")
    count, height, width = (int(side) for side in filters.shape[:3])
    share = height * width / SIDE**2
    value = (
        "pixel" if height * width == 1 else "patch" if share < 0.25 else "half" if share < 0.9 else "whole"
    )
    return value, (
        f"It looks at {height} by {width} pixels, which is {height * width} of {SIDE**2}. The first layer has {count} "
        "filters, and each is slid over the whole picture."
    )


def _fooled(count: int) -> tuple[int, str]:
    plural = "" if count == 1 else "s"
    return min(count, DRAWINGS), f"You saved {count or 'no'} drawing{plural} that the network misread."


def _read_though_turned(model: StoredModel) -> tuple[int, str]:
    """What the Stress page shows for this turn; measured here where that page has not."""
    level = next(level for level in SWEEPS["turn"].levels if level.label == str(ANGLE))
    recognizer = Recognizer(model.directory.litert_file, workers=1)
    (score,) = measure(model.directory, recognizer, load_dataset(), [level])
    upright = 100 * (model.record.results.test_accuracy if model.record.results else 0)
    share = round(100 * score.accuracy)
    return share, (
        f"Turned by {ANGLE} degrees, the model {model.name} reads {score.right:,} of {score.count:,} digits right: "
        f"{share} of 100. Upright it reads {upright:.1f} of 100."
    )
