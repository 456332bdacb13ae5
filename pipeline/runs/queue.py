"""Run directories at work: submit, list, follow, stop, resume, and the queue.

A run is described by its files alone, so any number of pages and command lines may look on, and none is needed
for a run to go on. Knows nothing of TensorFlow.
"""

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from models.errors import ConfigError, ModelError
from models.locations import PROJECT, runs_folder
from models.records import ENDED, DatasetRecord, RunRecord, now
from models.run_directory import START_TIME, RunDirectory, new_id
from models.store import ambiguous_name, check_new_name, find_model
from models.train_config import TrainConfig, make_config, read_config, same_network
from pipeline.data.dataset import Dataset, load_dataset
from pipeline.runs.progress import drop_unfinished_epochs

_POLL = 0.1

_children: list["subprocess.Popen[bytes]"] = []


def submit(
    config: TrainConfig, dataset: Dataset | None = None, name: str = "", start_from: str = ""
) -> RunDirectory:
    """Puts a training in the queue and starts its worker, which waits its turn.

    Args:
        config: what to train and how.
        dataset: what to train on; MNIST by default.
        name: what people shall call it; made from the architecture and the time by default.
        start_from: reference of a model whose weights to begin with instead of random ones.

    Returns:
        The run directory, once its worker is alive.

    Raises:
        ConfigError: the weights to begin with are of another network.
        InputError: there are too few images for validation.
        ModelError: there is no such model to begin with, or the run can't be stored.
    """
    dataset = dataset or load_dataset()
    dataset.split(config.validation_split, config.seed)
    source = find_model(start_from) if start_from else None
    if source and not same_network(source.record.config, config):
        raise ConfigError(
            f"{source.name}: its weights do not fit; start from a model with the same architecture and sizes."
        )
    run = create(config, dataset, name, start_from)
    _start_worker(run)
    return run


def create(config: TrainConfig, dataset: Dataset, name: str = "", start_from: str = "") -> RunDirectory:
    """A run directory that waits for a worker; arguments as of `submit`."""
    run_id = new_id()
    name = check_new_name(name) if name.strip() else ""
    folder = runs_folder()
    path = folder / run_id
    part = folder / f".{run_id}"
    shipped = dataset.name == "MNIST"
    record = RunRecord(
        id=run_id,
        name=name or f"{config.architecture} {run_id[4:6]}-{run_id[6:8]} {run_id[9:11]}:{run_id[11:13]}",
        status="queued",
        config=config,
        command=command_line(config, name, None if shipped else dataset.path, start_from),
        dataset=DatasetRecord(
            name=dataset.name, path=None if shipped else str(dataset.path), sha256=dataset.sha256
        ),
        start_from=start_from,
        created=now(),
        queued=now(),
    )
    try:
        part.mkdir(parents=True)
        (part / "checkpoint").mkdir()
        RunDirectory(part).write(record)
        part.rename(path)
    except OSError as error:
        raise ModelError(f"{folder}: a run can't be stored there ({error.strerror}).") from None
    return RunDirectory(path)


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


def list_runs() -> list[RunDirectory]:
    """Every run directory, oldest first; damaged ones included, so that they can be listed and deleted."""
    folder = runs_folder()
    if not folder.is_dir():
        return []
    return [RunDirectory(p) for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith(".")]


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


def stop(run: RunDirectory) -> None:
    """Asks a queued or running run to stop; its current weights become a model.

    Raises:
        ModelError: it has ended already.
    """
    current = run.state()
    if current in ENDED:
        raise ModelError(f"{run.read().name}: it is {current} already, so there is nothing to stop.")
    run.stop_file.touch()


def resume(run: RunDirectory, more_epochs: int = 0) -> RunRecord:
    """Lets a run that ended go on from its last whole epoch.

    Args:
        run: an interrupted, stopped or failed run; a finished one only with `more_epochs`.
        more_epochs: epochs to add to what its configuration asks for.

    Raises:
        ModelError: the run is under way, has nothing left to do, or came without its checkpoint.
        ConfigError: too many epochs.
    """
    with run.locked("resume.lock"):  # of two that ask at once, the second finds it queued
        return _resume(run, more_epochs)


def can_go_on(run: RunDirectory, record: RunRecord) -> bool:
    """Whether nothing would be lost: an imported model has whole epochs behind it, but no checkpoint of them."""
    return not record.epochs_done or run.checkpoint_file.is_file()


def _resume(run: RunDirectory, more_epochs: int) -> RunRecord:
    record = run.read()
    current = run.state(record)
    if current not in ENDED:
        raise ModelError(f"{record.name}: it is {current}, so there is nothing to resume.")
    if more_epochs and record.members > 1:
        raise ModelError(f"{record.name}: an ensemble can't be trained further; train a new one.")
    config = read_config({**record.config.model_dump(), "epochs": record.config.epochs + more_epochs})
    if current == "finished" and not more_epochs:
        raise ModelError(f"{record.name}: it has finished; say how many epochs to add.")
    if not can_go_on(run, record):
        raise ModelError(
            f"{record.name}: it has no checkpoint, so it can't be resumed; train a new model from its weights, "
            f"with `digitlab train --from {record.id}` or on the Train page."
        )
    drop_unfinished_epochs(run)
    run.stop_file.unlink(missing_ok=True)
    record = run.update(
        status="queued",
        queued=now(),
        reason="",
        ended=None,
        config=config,
        command=command_line(
            config, record.name, Path(record.dataset.path) if record.dataset.path else None, record.start_from
        ),
    )
    _start_worker(run)
    return record


def _start_worker(run: RunDirectory) -> None:
    """Starts `pipeline.runs.worker` in a session of its own and waits until it holds its lock."""
    _children[:] = [child for child in _children if child.poll() is None]
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with run.log_file.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "pipeline.runs.worker", str(run.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TF_CPP_MIN_LOG_LEVEL": "2"},
        )
    _children.append(child)
    deadline = time.monotonic() + START_TIME
    while time.monotonic() < deadline and child.poll() is None and not run.worker_lives():
        time.sleep(_POLL / 4)


def earlier_in_queue(run: RunDirectory) -> list[RunDirectory]:
    """The runs that go before `run`: the one that trains, and those that joined the queue earlier."""
    own = run.read()
    earlier = []
    for other in list_runs():
        try:
            record = other.read()
            waits = record.status in ("queued", "running") and record.id != own.id
            first = record.status == "running" or (record.queued, record.id) < (own.queued, own.id)
            if waits and first and other.state(record) in ("queued", "running"):
                earlier.append(other)
        except ModelError:
            continue  # deleted meanwhile, or damaged
    return earlier
