"""Where a training is told of beside its run directory: TensorBoard and MLflow.

What fails there is told once, in one sentence in worker.log, and ends no training.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from models.records import Progress, RunRecord
from models.run_directory import RunDirectory
from pipeline.runs.experiment_log import VARIABLE, ExperimentLog


class RunLog(Protocol):
    """One such place."""

    def add(self, progress: Progress) -> None:
        """Takes a line of progress."""

    def close(self) -> None:
        """Writes what is left to write; the run's record says how it ended."""


@contextmanager
def run_logs(run: RunDirectory) -> Iterator[Callable[[Progress], None]]:
    """Yields what is called with each line of progress; whatever log is asked for gets it."""
    record = run.read()
    logs: dict[str, RunLog] = {}
    for name, begin in (("TensorBoard", _tensorboard), ("MLflow", partial(_mlflow, run))):
        with _without_it_if_it_fails(name, logs):
            if log := begin(record):
                logs[name] = log

    def add(progress: Progress) -> None:
        for name, log in list(logs.items()):
            with _without_it_if_it_fails(name, logs):
                log.add(progress)

    try:
        yield add
    finally:
        for name, log in list(logs.items()):
            with _without_it_if_it_fails(name, logs):
                log.close()


@contextmanager
def _without_it_if_it_fails(name: str, logs: dict[str, RunLog]) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # other people's libraries, networks and disks raise anything
        logs.pop(name, None)
        reason = " ".join(str(getattr(error, "strerror", None) or error).split()).rstrip(".")
        sys.stderr.write(f"{name} gets nothing of this training, or no more of it: {reason}.\n")
        sys.stderr.flush()


def _tensorboard(record: RunRecord) -> RunLog | None:
    if not record.tensorboard:
        return None
    from pipeline.training.event_log import EventLog

    return EventLog(Path(record.tensorboard), record.config.flat())


def _mlflow(run: RunDirectory, record: RunRecord) -> RunLog | None:
    return ExperimentLog(run, record) if os.environ.get(VARIABLE) else None
