"""Whether a worker still does something, and the end of one that doesn't.

A worker that is suspended or hangs lives, so its lock is held, but it computes nothing.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from models.errors import ModelError
from models.formatting import duration
from models.run_directory import RunDirectory

_BEAT = 2.0  # seconds
_LEAST_WORK = 0.02  # seconds of CPU time between two beats; the beats themselves need less
_HANGS_AFTER = 60.0  # seconds
_PATIENCE = 3.0  # seconds for a process to end on request


@contextmanager
def heartbeat(run: RunDirectory) -> Iterator[None]:
    """While the block runs, the heartbeat file holds this process's id and is touched whenever it has computed."""
    ended = Event()
    run.heartbeat_file.write_text(str(os.getpid()))

    def beat() -> None:
        spent = time.process_time()
        while not ended.wait(_BEAT):
            if time.process_time() - spent > _LEAST_WORK:
                spent = time.process_time()
                with suppress(OSError):
                    os.utime(run.heartbeat_file)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        run.heartbeat_file.unlink(missing_ok=True)


def seconds_hung(run: RunDirectory) -> float:
    """How long a living worker has computed nothing; 0 while that is no longer than a minute."""
    try:
        silent = abs(time.time() - run.heartbeat_file.stat().st_mtime)  # the clock may have been set back
    except FileNotFoundError:
        return 0.0
    return silent if silent > _HANGS_AFTER and run.worker_lives() else 0.0


def describe_hang(run: RunDirectory) -> str:
    """One sentence for people on a worker that hangs; "" on any other."""
    seconds = seconds_hung(run)
    return (
        f"Its process has not responded for {duration(seconds)}; stopping the run ends it." if seconds else ""
    )


def end_worker(run: RunDirectory) -> None:
    """Ends the process of a run's worker: asks it first, then kills it.

    Raises:
        ModelError: the process belongs to another user of this computer.
    """
    try:
        process = int(run.heartbeat_file.read_text())
        for request in (signal.SIGTERM, signal.SIGKILL):
            if not run.worker_lives():
                return
            os.kill(process, request)
            os.kill(process, signal.SIGCONT)  # a suspended process takes a request only once it goes on
            deadline = time.monotonic() + _PATIENCE
            while run.worker_lives() and time.monotonic() < deadline:
                time.sleep(0.05)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    except PermissionError:
        raise ModelError(f"{run.id}: its process belongs to another user of this computer.") from None
