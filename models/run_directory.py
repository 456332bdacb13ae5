"""A run directory: the one form in which a training, and the model that it makes, is kept.

Knows the files and what run.json says; knows nothing of processes or TensorFlow.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import ModelError
from models.files import write_text

Status = Literal["queued", "running", "finished", "stopped", "failed"]
"""What run.json may say. That a run is *interrupted* is never written: nobody was left to write it."""

State = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
"""What a run is doing, as far as anybody can see from outside."""

ENDED: frozenset[State] = frozenset({"finished", "stopped", "failed", "interrupted"})

START_TIME = 20.0
"""Seconds within which a worker must have taken its lock."""

MODEL_FILES = ("model.keras", "model.tflite", "evaluation.json", "predictions.npz")
"""Besides run.json and progress.jsonl, what makes a run a model."""


class DatasetRecord(BaseModel):
    """Which data a run learned from: its name, where it lay (None: the shipped MNIST), its SHA-256."""

    name: str
    path: str | None = None
    sha256: str


class RunRecord(BaseModel):
    """What run.json holds.

    Attributes:
        id: the directory's name; sorts by creation time.
        name: what people call it.
        status: the last one written; `pipeline.runs.queue.state` tells whether it still holds.
        reason: why the run ended, one sentence.
        config: the training's settings, as `models.train_config.TrainConfig` stores them.
        command: the command line that repeats it.
        dataset: what it learned from.
        start_from: the model whose weights it began with, if any.
        versions: of Python and the libraries that decide the result.
        created, queued, started, ended: ISO 8601, UTC; queued is the last time it joined the queue.
        epochs_done: whole epochs behind the model.
        seconds: training time, over all continuations.
        results: test accuracy, its interval and the like, once evaluated.
        files: SHA-256 of each model file.
        notes: the owner's own words.
    """

    model_config = ConfigDict(extra="ignore")

    @property
    def planned_epochs(self) -> int:
        """Epochs that were asked for, those of all members of an ensemble together."""
        return int(self.config["epochs"]) * self.members

    @property
    def members(self) -> int:
        """How many networks answer as one: 1, or an ensemble's number of members."""
        return int(self.config.get("parameters", {}).get("members", 1))

    id: str
    name: str
    status: Status
    reason: str = ""
    config: dict[str, Any]
    command: str = ""
    dataset: DatasetRecord
    start_from: str = ""
    versions: dict[str, str] = {}
    created: str
    queued: str = ""
    started: str | None = None
    ended: str | None = None
    epochs_done: int = 0
    seconds: float = 0.0
    results: dict[str, Any] = {}
    files: dict[str, str] = {}
    notes: str = ""


def now() -> str:
    """The time as run.json gives it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class RunDirectory:
    """The files of one run. Creating the object touches nothing on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_file = path / "run.json"
        self.progress_file = path / "progress.jsonl"
        self.checkpoint_file = path / "checkpoint" / "state.npz"
        self.keras_file = path / "model.keras"
        self.litert_file = path / "model.tflite"
        self.evaluation_file = path / "evaluation.json"
        self.predictions_file = path / "predictions.npz"
        self.log_file = path / "worker.log"
        self.stop_file = path / "stop"
        self.worker_lock_file = path / "worker.lock"

    @property
    def id(self) -> str:
        """The directory's name."""
        return self.path.name

    def read(self) -> RunRecord:
        """What run.json says now; `ModelError` where it is missing or damaged."""
        try:
            return RunRecord.model_validate_json(self.record_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ModelError(f"{self.path}: expected a run directory, but it has no run.json.") from None
        except (ValidationError, UnicodeDecodeError, OSError):
            raise ModelError(f"{self.path}: its run.json is damaged and can't be read.") from None

    def write(self, record: RunRecord) -> None:
        """Replaces run.json whole."""
        write_text(self.record_file, record.model_dump_json(indent=2) + "\n")

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Holds the lock of that file name; `ModelError` for a deleted run, whose directory a lock would make anew."""
        self.read()
        with self._lock(name):
            yield

    @contextmanager
    def _lock(self, name: str, *, blocking: bool = True) -> Iterator[None]:
        """A lock makes the directory of its file, so one that is taken while the run is deleted takes it away again."""
        with FileLock(self.path / name, blocking=blocking):
            if self.record_file.exists():
                yield
                return
        (self.path / name).unlink(missing_ok=True)
        with suppress(OSError):  # a damaged run keeps what is left of it
            self.path.rmdir()
        raise ModelError(f"{self.id}: the run was deleted.")

    def update(self, **changes: Any) -> RunRecord:
        """Changes some fields of run.json; writers in other processes wait their turn."""
        with self.locked("run.json.lock"):
            record = self.read().model_copy(update=changes)
            self.write(record)
        return record

    def state(self, record: RunRecord | None = None) -> State:
        """What the run is doing now: as run.json says, or "interrupted" where its worker is gone.

        The worker holds a lock that the operating system releases when the process ends, however it ends.
        """
        record = record or self.read()
        if record.status in ("queued", "running") and not self.worker_lives():
            # the worker may have ended, or not yet begun, between the two looks
            record = self.read()
            if record.status in ("queued", "running"):
                try:
                    young = time.time() - self.record_file.stat().st_mtime < START_TIME
                except FileNotFoundError:
                    raise ModelError(f"{self.id}: the run was deleted.") from None
                return "queued" if record.status == "queued" and young else "interrupted"
        return record.status

    def worker_lives(self) -> bool:
        """Whether a process holds the worker's lock."""
        if not self.worker_lock_file.exists():
            return False
        try:
            # lookers take turns, so that none mistakes another's look for the worker
            with self._lock("look.lock"), self._lock(self.worker_lock_file.name, blocking=False):
                return False
        except Timeout:
            return True
        except ModelError:
            return False

    def has_model(self) -> bool:
        """Whether all that makes a model is there."""
        return all((self.path / name).is_file() for name in MODEL_FILES)

    def hash_model_files(self) -> dict[str, str]:
        """SHA-256 of each model file that is there, by name."""
        hashes = {}
        for name in MODEL_FILES:
            if (self.path / name).is_file():
                with (self.path / name).open("rb") as file:
                    hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
        return hashes


def is_id(text: str) -> bool:
    """Whether it has the form of a run id."""
    return re.fullmatch(r"\d{8}-\d{6}-\d{6}", text, re.ASCII) is not None


def new_id() -> str:
    """A run id that sorts by time and is not given twice: 20261121-051233-123456."""
    nanoseconds = time.time_ns()
    moment = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{nanoseconds // 1000 % 1_000_000:06d}"
