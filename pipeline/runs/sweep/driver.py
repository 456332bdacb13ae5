"""What carries a sweep out: hands trials to an engine, round by round, until all is decided.

It may be killed at any moment. Trials under way go on without it, and the next driver finds them.
"""

from collections.abc import Callable

from filelock import Timeout

from models.errors import ModelError
from pipeline.data.dataset import load_recorded
from pipeline.runs.sweep.directory import Sweep
from pipeline.runs.sweep.engines import Engine
from pipeline.runs.sweep.job import Job
from pipeline.runs.sweep.trials import Round, TrialStanding, decide_rounds, read_trial, read_trials

OnTrial = Callable[[TrialStanding, Round], None]
"""Told of each trial that ended, and the round that it is in, as it stood before."""


def carry_out(sweep: Sweep, engine: Engine, on_trial: OnTrial, *, retry: bool = False) -> None:
    """Trains what is left of a sweep; returns once all is decided.

    Args:
        sweep: which one.
        engine: what trains.
        on_trial: told of each trial that ended.
        retry: whether to try trials again that failed or that a person stopped.

    Raises:
        InputError: the data set is gone or has changed.
        ModelError: the sweep is being carried out already, or its directory was deleted.
    """
    load_recorded(sweep.record.dataset)
    alive = sweep.driver_lock(timeout=5)  # whoever looks whether one lives holds the lock for an instant
    try:
        alive.acquire()
    except Timeout:
        raise ModelError(
            f"{sweep.record.name}: it is being carried out already; `digitlab sweep show` tells how far it is."
        ) from None
    with alive:
        tried: set[int] = set()
        while wanted := _next_jobs(sweep, tried, retry):
            current, jobs = wanted
            for job in engine.run(jobs):
                tried.add(job.number)
                on_trial(read_trial(sweep, sweep.record.trials[job.number - 1]), current)


def _next_jobs(sweep: Sweep, tried: set[int], retry: bool) -> tuple[Round, list[Job]] | None:
    """The first round with something left to do, and that; None at the end. `tried` is not tried a second time."""
    for current in decide_rounds(sweep, read_trials(sweep)):
        jobs = []
        for trial in current.trials:
            number = trial.trial.number
            again = retry and number not in tried and trial.state in ("failed", "stopped")
            if again or not trial.settled(current.pause):
                jobs.append(Job(sweep.path, number, current.pause, again))
        if jobs:
            return current, jobs
    return None
