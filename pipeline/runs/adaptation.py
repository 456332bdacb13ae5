"""Models that learn somebody's own digits: asked for, judged, kept as a model or thrown away.

What comes of such a run is a *candidate* in its directory, which answers nowhere. Kept, it moves to its place, and the
run is a model; the model that it began with stays as it was. Knows nothing of TensorFlow.
"""

import shlex
import shutil
from collections.abc import Iterator

from models.errors import ModelError
from models.files import open_regular
from models.ownership import ADMINISTRATOR, Person, check_may_change
from models.records import Adaptation, RunRecord, now
from models.run_directory import MODEL_FILES, RunDirectory
from models.store import StoredModel, check_name, check_new_name
from models.train_config import TrainConfig
from pipeline.data import saved_digits
from pipeline.data.dataset import load_recorded
from pipeline.data.dataset_choice import open_to_train
from pipeline.data.own_digits import OwnDigits, from_dataset, from_saved
from pipeline.data.user_datasets import MY_DIGITS
from pipeline.evaluation.before_after import AdaptationReport
from pipeline.runs.queue import create
from pipeline.runs.waiting import attend_queue, next_submission, queue_locked, readable_runs

_ROUNDS = 4
"""Parts in which a fine-tuning is reported, as a training is in epochs."""

_SETTINGS = {
    "batch_size": 512,
    "learning_rate": 1e-3,
    "optimizer": "adam",
    "schedule": "cosine",
    "weight_decay": 0.0,
    "label_smoothing": 0.0,
    "dropout": 0.0,
    "augment": True,
    "augment_strength": 1.0,
    "calibrate": False,
    "ema": 0.0,
    "early_stopping": 0,
}
"""Of a fine-tuning, in place of those that the model was trained with.

With cnn-deep on 40 corrected digits each of six writers, benchmarks/my_digits.py counts 83 wrong of 2,400 other
digits of theirs instead of 235, at least half of them gone for each, and at most 0.04 points of MNIST's test images
lost.
"""


def own_digits(model: StoredModel, reference: str = MY_DIGITS, who: Person = ADMINISTRATOR) -> OwnDigits:
    """The digits that a model is to learn: saved ones of `who`, or those of a data set by name, id or path.

    Raises:
        InputError: there is no such data set, or there are too few digits or too many.
        ModelError: several data sets have that name, or the model can't be adapted.
    """
    _check_fit(model)
    if reference != MY_DIGITS:
        return from_dataset(open_to_train(reference, who))
    known = model.record.adaptation.trained_on if model.record.adaptation else ()
    return from_saved(
        saved_digits.list_saved(who), refuses=model.record.config.classes > 10, known=frozenset(known)
    )


def submit(model: StoredModel, digits: OwnDigits, name: str = "", owner: str = "") -> RunDirectory:
    """Puts the adaptation of a model in the queue.

    Args:
        model: what to begin with; it stays as it is.
        digits: what to learn, as it is now: what is saved or deleted later changes nothing.
        name: of the new model; made from the model's by default.
        owner: whose run it is.

    Raises:
        InputError: the data set that the model was trained on is not there.
        ModelError: the model can't be adapted, too many runs wait, or the run can't be stored.
    """
    _check_fit(model)
    owner = check_name(owner) if owner.strip() else ""
    record = model.record
    dataset = load_recorded(record.dataset)
    before = record.adaptation.trained_on if record.adaptation else ()
    adaptation = Adaptation(
        model=model.name,
        trained_on=tuple(sorted({*before, *digits.trained_on})),
        held_out=digits.held_out,
        folds=digits.fold_count,
    )
    with queue_locked():
        submission = next_submission(owner)
        # "running" without a worker until all of it is there: interrupted, for whoever looks
        run = create(
            adapted_config(model, digits),
            dataset,
            name or _name_after(model),
            model.reference,
            owner=owner,
            submission=submission,
        )
        digits.write(run.own_digits_file)
        command = shlex.join(["digitlab", "adapt", "--model", model.reference])
        run.update(status="queued", adaptation=adaptation, command=command)
    attend_queue()
    return run


def adapted_config(model: StoredModel, digits: OwnDigits) -> TrainConfig:
    """How a model is fine-tuned: what was not changed is what it was trained with."""
    return model.record.config.model_copy(update={**_SETTINGS, "epochs": _ROUNDS * digits.trainings})


def _check_fit(model: StoredModel) -> None:
    if model.record.members > 1:
        raise ModelError(f"{model.name}: an ensemble can't be fine-tuned; choose a single network.")


def _name_after(model: StoredModel) -> str:
    ending = " + my digits"
    return model.name if model.name.endswith(ending) else model.name[: 60 - len(ending)] + ending


def read_report(run: RunDirectory) -> AdaptationReport | None:
    """What came of an adaptation; None where there is nothing yet, or it is damaged."""
    try:
        with open_regular(run.adaptation_file) as file:
            return AdaptationReport.model_validate_json(file.read())
    except (OSError, ValueError):
        return None


def adaptations(who: Person = ADMINISTRATOR) -> Iterator[tuple[RunDirectory, RunRecord]]:
    """The adaptations of a person, the newest first; those of everybody where nobody shares.

    An imported model that was fine-tuned elsewhere is none.
    """
    for run, record in reversed(list(readable_runs())):
        here = record.results is None or run.adaptation_file.exists()
        if record.adaptation and here and who.name in ("", record.owner):
            yield run, record


def keep(run: RunDirectory, name: str = "", who: Person = ADMINISTRATOR) -> RunRecord:
    """Makes the candidate a model; the default and the model that it began with stay what they are.

    Args:
        run: a finished adaptation.
        name: of the model; the run's by default.
        who: asks for it.

    Raises:
        ModelError: there is no candidate, it does not help, the name is unfit, or `who` may not.
    """
    record = run.read()
    check_may_change(record.owner, who)
    report = read_report(run)
    if record.results:
        raise ModelError(f"{record.name}: it is kept already.")
    if report is None or not run.candidate.is_dir():
        raise ModelError(f"{record.name}: there is nothing to keep; its status is {record.status}.")
    if not report.helps:
        raise ModelError(f"{record.name}: only what helps is kept. {report.verdict()}")
    name = check_new_name(name) if name.strip() else record.name
    for file in MODEL_FILES:
        part = run.candidate / file
        if part.exists():  # who was killed in the middle goes on here
            part.replace(run.path / file)
    shutil.rmtree(run.candidate)
    return run.update(results=report.results, files=run.hash_model_files(), name=name, ended=now())
