"""Run directories at work: submit, find, stop, resume.

A run is described by its files alone, so any number of pages and command lines may look on, and none is needed
for a run to go on. Knows nothing of TensorFlow.
"""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from models.errors import ConfigError, ModelError
from models.locations import runs_folder
from models.ownership import ADMINISTRATOR, Person, check_may_change
from models.records import ENDED, DatasetRecord, RunRecord, State, Status, now
from models.run_directory import RunDirectory, new_id
from models.store import ambiguous_name, check_name, check_new_name, find_model
from models.train_config import TrainConfig, make_config, read_config, same_network
from pipeline.data.dataset import MNIST_SHA256, Dataset, load_dataset
from pipeline.runs.heartbeat import end_worker, seconds_hung
from pipeline.runs.progress import drop_unfinished_epochs
from pipeline.runs.waiting import attend_queue, list_runs, next_submission, queue_locked


def submit(
    config: TrainConfig,
    dataset: Dataset | None = None,
    name: str = "",
    start_from: str = "",
    owner: str = "",
    tensorboard: Path | None = None,
) -> RunDirectory:
    """Puts a training in the queue, where it waits its turn.

    Args:
        config: what to train and how.
        dataset: what to train on; MNIST by default.
        name: what people shall call it; made from the architecture and the time by default.
        start_from: reference of a model whose weights to begin with instead of random ones.
        owner: whose run it is; owners take turns.
        tensorboard: where TensorBoard looks for its event files; the run gets a folder of its own there.

    Raises:
        ConfigError: the weights to begin with are of another network.
        InputError: there are too few images for validation.
        ModelError: there is no such model to begin with, too many runs wait, or the run can't be stored.
    """
    owner = check_name(owner) if owner.strip() else ""
    dataset = dataset or load_dataset()
    dataset.split(config.validation_split, config.seed)
    source = find_model(start_from) if start_from else None
    if source and not same_network(source.record.config, config):
        raise ConfigError(
            f"{source.name}: its weights do not fit; start from a model with the same architecture and sizes."
        )
    with queue_locked():
        submission = next_submission(owner)
        run = create(
            config,
            dataset,
            name,
            start_from,
            status="queued",
            owner=owner,
            submission=submission,
            tensorboard=tensorboard,
        )
    attend_queue()
    return run


def create(
    config: TrainConfig,
    dataset: Dataset,
    name: str = "",
    start_from: str = "",
    *,
    status: Status = "running",
    owner: str = "",
    submission: int = 0,
    tensorboard: Path | None = None,
    run_id: str = "",
    sweep: str = "",
) -> RunDirectory:
    """A run directory for work that begins at once, or waits with the status "queued"; else as of `submit`.

    A sweep says which id the run gets, so that one that was killed in here finds it, or makes it anew.
    """
    run_id = run_id or new_id()
    given = check_new_name(name) if name.strip() else ""
    name = given or f"{config.architecture} {run_id[4:6]}-{run_id[6:8]} {run_id[9:11]}:{run_id[11:13]}"
    folder = runs_folder()
    path = folder / run_id
    part = folder / f".{run_id}"
    shipped = dataset.sha256 == MNIST_SHA256
    record = RunRecord(
        id=run_id,
        name=name,
        owner=owner,
        status=status,
        config=config,
        command=command_line(config, given, None if shipped else dataset.path, start_from),
        dataset=DatasetRecord(
            name=dataset.name, path=None if shipped else str(dataset.path), sha256=dataset.sha256
        ),
        start_from=start_from,
        submission=submission,
        created=now(),
        tensorboard=str(_events_folder(tensorboard, name, run_id)) if tensorboard else "",
        sweep=sweep,
    )
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (part / "checkpoint").mkdir()
        RunDirectory(part).write(record)
        part.rename(path)
    except OSError as error:
        raise ModelError(f"{folder}: a run can't be stored there ({error.strerror}).") from None
    return RunDirectory(path)


def _events_folder(place: Path, name: str, run_id: str) -> Path:
    """Of a run alone; TensorBoard shows its name in the legend, whatever the run is called later."""
    return place.resolve() / (re.sub(r"[^\w.-]+", "-", name) + f"_{run_id}")


def command_line(config: TrainConfig, name: str, dataset: Path | None, start_from: str = "") -> str:
    """The `digitlab train` call that repeats a training; settings at their default are left out."""
    words = ["digitlab", "train", "--arch", config.architecture]
    defaults = make_config(config.architecture).model_dump()
    for field, value in config.model_dump().items():
        if field == "parameters":
            for parameter, number in value.items():
                if number != defaults["parameters"][parameter]:
                    words += ["--set", f"{parameter}={number}"]
        elif field not in {"architecture", "seed"} and value != defaults[field]:
            option = field.replace("_", "-")
            if isinstance(value, bool):
                words.append(f"--{option}" if value else f"--no-{option}")
            else:
                words += [f"--{option}", str(value)]
    words += ["--seed", str(config.seed)]
    if name:
        words += ["--name", name]
    if dataset:
        words += ["--dataset", str(dataset)]
    if start_from:
        words += ["--from", start_from]
    return shlex.join(words)


def find_run(reference: str) -> RunDirectory:
    """The run with that id or, failing that, with that name; `ModelError` if there is none or several."""
    named = []
    for run in list_runs():
        if run.id == reference:
            return run
        try:
            if run.read().name == reference:
                named.append(run)
        except ModelError:
            continue
    if not named:
        raise ModelError(f"There is no run {reference!r}; `digitlab runs list` shows them.")
    if len(named) > 1:
        raise ambiguous_name("runs", reference, [run.id for run in named])
    return named[0]


def stop(run: RunDirectory, who: Person = ADMINISTRATOR) -> State:
    """Takes a waiting run out of the queue, or asks a running one to stop, whose current weights become a model.

    The process of one that hangs is ended: such a run is interrupted.

    Returns:
        What the run is then; it is running until it has stopped.

    Raises:
        ModelError: it has ended already, its process can't be ended, or `who` may not stop it.
    """
    with run.status_locked():
        record = run.read()
        check_may_change(record.owner, who)
        current = run.state(record)
        if current in ENDED:
            raise ModelError(f"{record.name}: it is {current} already, so there is nothing to stop.")
        if current == "queued":
            run.update(status="stopped", reason=reason_before_training(record), ended=now())
            run.stop_file.unlink(missing_ok=True)
            return "stopped"
        if seconds_hung(run):
            end_worker(run)
            return run.state()
        run.stop_file.touch()
        return "running"


def reason_before_training(record: RunRecord) -> str:
    """Why a run has ended that was stopped before it trained, or trained on."""
    if record.epochs_done:
        return f"Stopped before training resumed after epoch {record.epochs_done}."
    return "Stopped before anything was learned."


def resume(run: RunDirectory, more_epochs: int = 0, who: Person = ADMINISTRATOR) -> RunRecord:
    """Lets a run that ended go on from its last whole epoch.

    Args:
        run: an interrupted, stopped or failed run; a finished one only with `more_epochs`.
        more_epochs: epochs to add to what its configuration asks for.
        who: asks for it.

    Raises:
        ModelError: the run is under way, has nothing left to do, or came without its checkpoint; too many runs wait; or
            `who` may not resume it.
        ConfigError: too many epochs.
    """
    with queue_locked(), run.status_locked():  # of two that ask at once, the second finds it queued
        record = _resume(run, more_epochs, who)
    attend_queue()
    return record


def can_go_on(run: RunDirectory, record: RunRecord) -> bool:
    """Whether nothing would be lost: an imported model has whole epochs behind it, but no checkpoint of them."""
    return not record.epochs_done or run.checkpoint_file.is_file()


def _resume(run: RunDirectory, more_epochs: int, who: Person) -> RunRecord:
    record = run.read()
    check_may_change(record.owner, who)
    current = run.state(record)
    if current not in ENDED:
        raise ModelError(f"{record.name}: it is {current}, so there is nothing to resume.")
    if more_epochs and (record.members > 1 or record.adaptation or record.sweep):
        kind = (
            "a fine-tuned model"
            if record.adaptation
            else "an ensemble"
            if record.members > 1
            else "a trial of a sweep"
        )
        raise ModelError(f"{record.name}: {kind} can't be trained further; train a new one.")
    config = read_config({**record.config.model_dump(), "epochs": record.config.epochs + more_epochs})
    if current == "finished" and not more_epochs:
        raise ModelError(f"{record.name}: it has finished; say how many epochs to add.")
    if not can_go_on(run, record):
        raise ModelError(
            f"{record.name}: it has no checkpoint, so it can't be resumed; train a new model from its weights, "
            f"with `digitlab train --from {record.id}` or on the Train page."
        )
    submission = next_submission(record.owner, record.submission)
    return requeue(
        run,
        submission=submission,
        pause_after=0,
        config=config,
        command=record.command
        if record.adaptation
        else command_line(
            config, record.name, Path(record.dataset.path) if record.dataset.path else None, record.start_from
        ),
    )


def requeue(run: RunDirectory, **changes: Any) -> RunRecord:
    """A run that has ended waits again, to go on from its last whole epoch; its status must be locked."""
    drop_unfinished_epochs(run)
    run.stop_file.unlink(missing_ok=True)
    run.heartbeat_file.unlink(missing_ok=True)  # of a worker that was killed
    return run.update(status="queued", reason="", ended=None, **changes)
