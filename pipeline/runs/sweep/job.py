"""One trial, carried out where this is called: in a thread of the driver, or on a machine of a cluster."""

import time
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.records import now
from models.run_directory import RunDirectory
from pipeline.data.dataset import MNIST_FILE, Dataset
from pipeline.runs.queue import create, requeue
from pipeline.runs.sweep.directory import Sweep, Trial, open_sweep
from pipeline.runs.sweep.trials import read_trial
from pipeline.runs.waiting import start_worker

_ATTEMPTS = 3
"""Processes that may end without a word, one after the other, before a trial counts as failed."""

_POLL = 0.5  # seconds
_LONGEST_NAME = 40  # characters of a sweep's name in that of a run


@dataclass(frozen=True)
class Job:
    """A trial that is to be trained.

    Attributes:
        sweep: the directory of its sweep.
        number: of the trial.
        pause: whole epochs after which it pauses; 0 to train it to its end.
        again: whether to begin it anew where it failed or a person stopped it.
    """

    sweep: Path
    number: int
    pause: int
    again: bool = False

    def carry_out(self, *, beside_others: bool) -> None:
        """Trains it, or goes on with it after its last whole epoch; returns once it has ended or pauses.

        A worker that an earlier driver started is waited for. One that is killed is followed by another.

        Args:
            beside_others: whether other runs may train at the same time on this computer.

        Raises:
            ModelError: the run can't be stored.
        """
        sweep = open_sweep(self.sweep)
        trial = sweep.record.trials[self.number - 1]
        run = _made(sweep, trial)
        for attempt in range(_ATTEMPTS):
            _wait_for_worker(run)
            if not self._queue(sweep, trial, self.again and not attempt):
                return
            start_worker(run, *(["--beside-others"] if beside_others else [])).wait()
        _wait_for_worker(run)
        _fail_unless_ended(run)

    def _queue(self, sweep: Sweep, trial: Trial, again: bool) -> bool:
        """Has the run wait for a worker; False where nothing is left to do."""
        run = sweep.run(trial)
        with run.status_locked():
            standing = read_trial(sweep, trial)
            if standing.state == "queued":
                run.update(pause_after=self.pause)
            elif not standing.settled(self.pause) or (again and standing.state in ("failed", "stopped")):
                requeue(run, pause_after=self.pause, submission=0)
            else:
                return False
        return True


def _made(sweep: Sweep, trial: Trial) -> RunDirectory:
    """The run of a trial, made where it is missing."""
    run = sweep.run(trial)
    if run.record_file.exists():
        return run
    record = sweep.record
    data = record.dataset
    dataset = Dataset(Path(data.path) if data.path else MNIST_FILE, data.name, data.sha256)
    name = f"{record.name[:_LONGEST_NAME]} {trial.configuration + 1} seed {trial.seed}"
    try:
        return create(
            record.config(trial),
            dataset,
            name,
            status="queued",
            owner=record.owner,
            run_id=trial.run,
            sweep=record.id,
        )
    except ModelError:
        if run.record_file.exists():  # another driver was faster
            return run
        raise


def _wait_for_worker(run: RunDirectory) -> None:
    while run.worker_lives():
        time.sleep(_POLL)


def _fail_unless_ended(run: RunDirectory) -> None:
    """A run whose workers end without a word would be started again and again."""
    with run.status_locked():
        if run.state() in ("queued", "interrupted"):
            reason = f"Its process ended {_ATTEMPTS} times before it was done; worker.log has the details."
            run.update(status="failed", reason=reason, ended=now())
