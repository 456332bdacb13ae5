"""A run directory: the one form in which a training run, and the model that comes of it, is stored.

Knows the files and reads them as records; knows nothing of processes or TensorFlow.
"""

import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from pydantic import ValidationError

from models.errors import ConfigError, ModelError
from models.files import open_regular, sha256_of_file, write_text
from models.records import Evaluation, RunRecord, State
from models.zip_files import open_zip, read_array

MODEL_FILES = ("model.keras", "model.tflite", "evaluation.json", "predictions.npz")
"""Besides run.json and progress.jsonl, what makes a run a model."""

_LARGEST_PREDICTIONS = 200 * 1024**2
"""Bytes: five million test images, the most that a data set has."""


class RunDirectory:
    """The files of one run. Creating the object touches nothing on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record_file = path / "run.json"
        self.progress_file = path / "progress.jsonl"
        self.checkpoint_file = path / "checkpoint" / "state.npz"
        self.snapshots_folder = path / "snapshots"
        self.keras_file = path / "model.keras"
        self.litert_file = path / "model.tflite"
        self.evaluation_file = path / "evaluation.json"
        self.predictions_file = path / "predictions.npz"
        self.own_digits_file = path / "digits.npz"
        self.adaptation_file = path / "adaptation.json"
        self.candidate = path / "candidate"
        self.log_file = path / "worker.log"
        self.stop_file = path / "stop"
        self.worker_lock_file = path / "worker.lock"
        self.heartbeat_file = path / "heartbeat"

    @property
    def id(self) -> str:
        """The directory's name."""
        return self.path.name

    def read(self) -> RunRecord:
        """What run.json says now; `ModelError` where it is missing or damaged."""
        try:
            with open_regular(self.record_file) as file:
                return RunRecord.model_validate_json(file.read())
        except FileNotFoundError:
            raise ModelError(f"{self.path}: expected a run directory, but it has no run.json.") from None
        except (ValidationError, ConfigError, OSError):
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

    def status_locked(self) -> AbstractContextManager[None]:
        """Whoever begins, stops or resumes the run does so alone; `ModelError` as of `locked`."""
        return self.locked("status.lock")

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
            record = RunRecord.model_validate({**dict(self.read()), **changes})
            self.write(record)
        return record

    def state(self, record: RunRecord | None = None) -> State:
        """What the run is doing now: as run.json says, or "interrupted" where its worker is gone.

        The worker holds a lock that the operating system releases when the process ends, however it ends.
        """
        record = record or self.read()
        if record.status == "running" and not self.worker_lives():
            record = self.read()  # the worker may have ended between the two looks
            if record.status == "running":
                return "interrupted"
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

    def read_evaluation(self) -> Evaluation:
        """How good the model is on its test set; `ModelError` where that is missing or damaged."""
        try:
            return Evaluation.model_validate_json(self.evaluation_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise ModelError(
                f"{self.evaluation_file}: the evaluation is missing or damaged; evaluate the model again."
            ) from None

    def read_predictions(self) -> NDArray[np.float32]:
        """Test-set probabilities, float32 (n, 10), rows summing to 1; `ModelError` where missing or damaged."""
        try:
            with open_regular(self.predictions_file) as file, open_zip(file) as archive:
                return np.asarray(read_array(archive, "probabilities", _LARGEST_PREDICTIONS), np.float32)
        except Exception:  # damaged zip files raise nearly anything
            raise ModelError(
                f"{self.predictions_file}: the predictions are missing or damaged; evaluate the model again."
            ) from None

    def has_model(self) -> bool:
        """Whether all that makes a model is there."""
        return all((self.path / name).is_file() for name in MODEL_FILES)

    def hash_model_files(self) -> dict[str, str]:
        """SHA-256 of each model file that is there, by name."""
        return {
            name: sha256_of_file(self.path / name) for name in MODEL_FILES if (self.path / name).is_file()
        }


def is_id(text: str) -> bool:
    """Whether it has the form of a run id."""
    return re.fullmatch(r"\d{8}-\d{6}-\d{6}", text, re.ASCII) is not None


def new_id() -> str:
    """A run id that sorts by time and is not given twice: 20261121-051233-123456."""
    nanoseconds = time.time_ns()
    moment = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{nanoseconds // 1000 % 1_000_000:06d}"
