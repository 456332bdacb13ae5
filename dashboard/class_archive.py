"""Everything of a shared server as one zip file, and the end of a class. Knows nothing of pages.

The zip file is a copy of the home folder: unpacked, it is one again, so nothing of it needs a format of its own.
"""

import errno
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from dashboard import batch_store, people
from dashboard.quotas import in_megabytes
from models.errors import ModelError
from models.files import replacing
from models.locations import home
from models.ownership import Person
from models.store import delete_run
from pipeline.data import label_decisions, saved_digits, user_datasets
from pipeline.evaluation.learning import progress as learning
from pipeline.runs import queue
from pipeline.runs.heartbeat import end_worker
from pipeline.runs.sweep import directory as sweeps
from pipeline.runs.waiting import forget_turns, queue_locked, readable_runs

FOLDERS = ("runs", "sweeps", "my_digits", "datasets", "label_decisions", "batches", "lessons")
FILES = ("people.json", "people_seen.json")
"""What of the home folder is in the zip file."""

_PASSED_OVER = (".lock", ".log", ".sqlite", ".sqlite-journal")
"""Endings of what belongs to processes; the record of batches is copied apart, since others may write to it."""

_README = """A class of Digit Lab, exported on {date}.

runs/        one folder a run: its settings, curves and, where it has one, its model
sweeps/      what each sweep tries; its trials are in runs/
my_digits/   saved digits: picture, 28x28 image, label
datasets/    uploaded data sets
label_decisions/  what was decided on labels that may be wrong
batches/     pages of Read and what was corrected on them
lessons/     how far people are in the lesson
people*.json names, and the secret token that each person is known by: keep this file to yourself

All of it again, with its owners:
    unzip {name} -d class
    DIGITLAB_SHARED=1 DIGITLAB_HOME=class digitlab

One model of it for another Digit Lab:
    DIGITLAB_HOME=class digitlab models list
    DIGITLAB_HOME=class digitlab models export ID model.zip
    digitlab models import model.zip

Models that were trained on an uploaded data set look for it in {datasets}.
"""


def exports_folder() -> Path:
    """Where exports of the class are; it need not exist yet."""
    return home() / "exports"


def export_class(who: Person, on_progress: Callable[[float], None] = lambda _: None) -> Path:
    """Writes everything of this server to a zip file in the exports' folder, file after file.

    Args:
        who: the teacher.
        on_progress: told the share of bytes that are written, 0 to 1.

    Returns:
        The zip file.

    Raises:
        ModelError: `who` is not the teacher, or the disk has no room for it or refuses.
        KeepingError: the record of kept pages can't be read.
    """
    _check_teacher(who)
    moment = datetime.now(UTC)
    path = exports_folder() / f"class-{moment:%Y%m%d-%H%M%S}.zip"
    files = [(file, size) for file in _files() if (size := _size(file)) is not None]
    total = sum(size for _, size in files)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(path.parent).free
        if free < total:
            raise ModelError(
                f"The export needs {in_megabytes(total)}, but only {in_megabytes(free)} are free on the server's disk; "
                "make room there, then try again."
            )
        with replacing(path) as part:
            part.touch(0o600)  # people's tokens are in it
            with zipfile.ZipFile(part, "w", strict_timestamps=False) as archive:
                readme = _README.format(
                    date=f"{moment:%d %B %Y}", name=path.name, datasets=home() / "datasets"
                )
                archive.writestr("README.txt", readme)
                _add_batches(archive)
                done = 0
                for file, size in files:
                    with suppress(FileNotFoundError):  # deleted meanwhile
                        archive.write(file, file.relative_to(home()))
                    done += size
                    on_progress(min(1.0, done / max(1, total)))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else error.strerror or str(error)
        raise ModelError(f"{path}: the class can't be exported there ({why}).") from None
    return path


def reset_class(who: Person) -> None:
    """Deletes what belongs to anybody but `who`: names, runs, models, saved digits, data sets and pages.

    What is nobody's stays, and so do the shipped models. A training is ended first, without a last model. Where
    something can't be deleted, calling it again goes on.

    Raises:
        ModelError: `who` is not the teacher, or something can't be ended or deleted.
        KeepingError: the record of kept pages can't be written.
    """
    _check_teacher(who)
    people.forget_others(who.name)
    with queue_locked():  # nothing is started or added meanwhile
        # damaged ones stay: nobody knows whose they are
        runs = [(run, record) for run, record in readable_runs() if record.owner not in ("", who.name)]
        for run, record in sorted(runs, key=lambda entry: entry[1].status != "queued"):
            if record.status == "queued":
                with suppress(ModelError):  # stopped or begun meanwhile
                    queue.stop(run)
            end_worker(run)
        for run, _ in runs:
            delete_run(run)
        forget_turns()
    for digit in saved_digits.list_saved():
        if digit.record.owner not in ("", who.name):
            saved_digits.delete(digit)
    for dataset in user_datasets.list_saved():
        if dataset.owner not in ("", who.name):
            user_datasets.delete(dataset)
    label_decisions.forget_others(who)
    batch_store.delete_batches_of_others(who)
    learning.forget_others(who)
    sweeps.forget_others(who)


def _check_teacher(who: Person) -> None:
    if not who.teacher:
        raise ModelError("Only the teacher can export or reset the class.")


def _files() -> Iterator[Path]:
    """What is copied as it is."""
    yield from (home() / name for name in FILES)
    for folder in FOLDERS:
        for path in sorted((home() / folder).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(home()).parts)
            if path.is_file() and not hidden and not path.name.endswith(_PASSED_OVER):
                yield path


def _size(file: Path) -> int | None:
    """Bytes; None where it is gone."""
    try:
        return file.stat().st_size
    except OSError:
        return None


def _add_batches(archive: zipfile.ZipFile) -> None:
    copy = exports_folder() / f".{uuid4().hex}.sqlite"
    try:
        batch_store.copy_record(copy)
        if copy.exists():
            archive.write(copy, "batches/batches.sqlite")
    finally:
        copy.unlink(missing_ok=True)
