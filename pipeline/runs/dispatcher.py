"""The process that starts the runs that wait, one after the other: `python -m pipeline.runs.dispatcher`.

There is one at a time, started by `attend_queue`; it ends when none waits. If it is killed, nothing is lost: the worker
goes on, and the next who looks at the queue starts another. Workers inherit its low priority.
"""

import subprocess
import sys
import time

from filelock import FileLock, Timeout

from models.errors import ModelError
from models.records import now
from models.run_directory import RunDirectory
from pipeline.runs.priority import give_way, lower_session
from pipeline.runs.waiting import (
    WaitingRun,
    dispatcher_lock,
    queue_locked,
    start_worker,
    take_next,
    training_lock,
)

_START_TIME = 60.0  # seconds within which a worker must have begun
_RETRY = 30.0  # seconds until the next attempt where the disk is full or no process can be started


def main() -> int:
    """Carries out all that waits; the exit code is 1 where another dispatcher does so already."""
    give_way()  # pages that people look at go first
    lower_session()
    alive = dispatcher_lock(timeout=5)  # whoever looks whether one lives holds the lock for an instant
    try:
        alive.acquire()
    except Timeout:
        return 1
    while waiting := _next_run(alive):
        try:
            _carry_out(waiting)
        except (ModelError, FileNotFoundError):
            continue  # deleted meanwhile
        except OSError:
            time.sleep(_RETRY)
    return 0


def _next_run(alive: FileLock) -> WaitingRun | None:
    """The next run, once none trains. Where none waits, `alive` is released before another can join the queue."""
    with training_lock():  # a worker that an earlier dispatcher started may hold it
        pass
    with queue_locked():
        waiting = take_next()
        if waiting is None:
            alive.release()
        return waiting


def _carry_out(waiting: WaitingRun) -> None:
    """Starts the run's worker and waits for its end."""
    run = waiting.directory
    run.read()
    worker = start_worker(run)
    try:
        worker.wait(_START_TIME)
    except subprocess.TimeoutExpired:
        if not _trains(run):
            worker.kill()
        worker.wait()
    _fail_if_not_begun(waiting)


def _trains(run: RunDirectory) -> bool:
    try:
        return run.read().status == "running"
    except ModelError:
        return False


def _fail_if_not_begun(waiting: WaitingRun) -> None:
    """A run whose worker ended before it began would be started again and again."""
    run = waiting.directory
    with run.status_locked():
        record = run.read()
        if (record.status, record.submission) == ("queued", waiting.submission) and not run.worker_lives():
            reason = "The training process ended before it began; worker.log has the details."
            run.update(status="failed", reason=reason, ended=now())


if __name__ == "__main__":
    sys.exit(main())
