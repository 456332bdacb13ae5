"""The runs that wait: how many may, whose turn is next, and that somebody starts them.

A waiting run is a directory whose run.json says "queued", and no process. One dispatcher (pipeline/runs/dispatcher.py)
waits for all of them; whoever adds a run or looks at the queue starts it where none lives. Knows nothing of trainings.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from models.errors import ModelError
from models.files import write_text
from models.locations import PROJECT, home, runs_folder
from models.records import RunRecord
from models.run_directory import RunDirectory

MOST_OF_OWNER, MOST_WAITING = 10, 40
"""Runs that may wait at a time: of one owner, and of all together."""

_STARTS_KEPT = 100
_START_TIME = 20.0  # seconds within which a dispatcher must have taken its lock
_POLL = 0.025

_children: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True)
class WaitingRun:
    """A run in the queue.

    Attributes:
        directory: its files.
        owner: whose it is; "" for a lone user.
        submission: its number in the queue: above those of all that waited when it joined.
    """

    directory: RunDirectory
    owner: str
    submission: int


def order_fairly(waiting: Iterable[WaitingRun], starts: Sequence[str]) -> list[WaitingRun]:
    """The order in which waiting runs start: owners take turns, and each one's runs go by their submission.

    Args:
        waiting: in any order.
        starts: owners of the runs that were started last, the latest at the end. Next is the owner whose last start is
            longest ago; among those without one, the owner whose run was submitted first.
    """
    lines: dict[str, list[WaitingRun]] = {}
    for run in sorted(waiting, key=lambda run: (run.submission, run.directory.id)):
        lines.setdefault(run.owner, []).append(run)
    last_start = {owner: number for number, owner in enumerate(starts)}
    order: list[WaitingRun] = []
    while lines:
        owner = min(lines, key=lambda owner: (last_start.get(owner, -1), lines[owner][0].submission))
        last_start[owner] = len(starts) + len(order)
        order.append(lines[owner].pop(0))
        if not lines[owner]:
            del lines[owner]
    return order


def list_runs() -> list[RunDirectory]:
    """Every run directory, oldest first; damaged ones included, so that they can be listed and deleted."""
    folder = runs_folder()
    if not folder.is_dir():
        return []
    return [RunDirectory(p) for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith(".")]


def readable_runs() -> Iterator[tuple[RunDirectory, RunRecord]]:
    """As `list_runs`, each with its record, but for those that are damaged, or deleted meanwhile."""
    for run in list_runs():
        with suppress(ModelError):
            yield run, run.read()


def waiting_runs() -> list[WaitingRun]:
    """The runs that wait, in the order in which they will start."""
    return order_fairly(_runs_by_status()["queued"], _read_starts())


def earlier_in_queue(run: RunDirectory) -> list[RunDirectory]:
    """The runs before a waiting one: those that train, and those that start earlier. None once it waits no longer."""
    runs = _runs_by_status()
    order = [entry.directory for entry in order_fairly(runs["queued"], _read_starts())]
    place = next((place for place, other in enumerate(order) if other.id == run.id), None)
    if place is None:
        return []
    return [entry.directory for entry in runs["running"] if entry.directory.worker_lives()] + order[:place]


def _runs_by_status() -> dict[str, list[WaitingRun]]:
    """What waits in the queue ("queued"), and what trains or did until it was interrupted ("running").

    A sweep starts its trials itself: they have no number in the queue, unless somebody resumed one.
    """
    runs: dict[str, list[WaitingRun]] = {"queued": [], "running": []}
    for run, record in readable_runs():
        waits_elsewhere = record.status == "queued" and record.sweep and not record.submission
        if record.status in runs and not waits_elsewhere:
            runs[record.status].append(WaitingRun(run, record.owner, record.submission))
    return runs


@contextmanager
def queue_locked() -> Iterator[None]:
    """Whoever adds a run, takes one out to start it, or starts the dispatcher, does so alone.

    Raises:
        ModelError: nothing can be stored in the folder of runs.
    """
    folder = runs_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "queue.lock")
        lock.acquire()
    except OSError as error:
        raise ModelError(f"{folder}: a run can't be stored there ({error.strerror}).") from None
    try:
        yield
    finally:
        lock.release()


def next_submission(owner: str, earlier: int = 0) -> int:
    """The number of a run that joins the queue, which must be locked; `ModelError` where there is no room.

    Args:
        owner: whose run it is.
        earlier: the number of a run that was in the queue before; it is never given to it again.
    """
    waiting = waiting_runs()
    if sum(run.owner == owner for run in waiting) >= MOST_OF_OWNER:
        raise ModelError(
            f"You have {MOST_OF_OWNER} runs waiting, the most at a time; stop one, or try again when one has started."
        )
    if len(waiting) >= MOST_WAITING:
        raise ModelError(
            f"{MOST_WAITING} runs are waiting, the most that this computer takes; try again when one has started."
        )
    return 1 + max([earlier, *(run.submission for run in waiting)])


def take_next() -> WaitingRun | None:
    """The run whose turn it is, noted as its owner's start; the queue must be locked. None where none waits."""
    waiting = waiting_runs()
    if not waiting:
        return None
    starts = [*_read_starts(), waiting[0].owner][-_STARTS_KEPT:]
    with suppress(OSError):  # on a full disk the turns are not remembered
        write_text(_starts_file(), json.dumps(starts) + "\n")
    return waiting[0]


def forget_turns() -> None:
    """Forgets whose runs were started, so that nobody has had a turn; the queue must be locked."""
    _starts_file().unlink(missing_ok=True)


def _starts_file() -> Path:
    return runs_folder() / "starts.json"


def _read_starts() -> list[str]:
    """Owners of the last runs that were started, in order."""
    try:
        starts = json.loads(_starts_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [str(owner) for owner in starts] if isinstance(starts, list) else []


def attend_queue() -> None:
    """Starts the dispatcher if runs wait and none lives. Where that can't be done, they go on waiting."""
    if not runs_folder().is_dir():
        return
    with suppress(ModelError, OSError), queue_locked():
        if not _dispatcher_lives() and waiting_runs():
            _start_dispatcher()


def training_lock() -> FileLock:
    """What the worker that trains holds; others may train once it is released."""
    return FileLock(runs_folder() / "training.lock", poll_interval=1.0)


def dispatcher_lock(timeout: float) -> FileLock:
    """What the dispatcher holds while it lives; `timeout` in seconds, 0 to try once."""
    return FileLock(runs_folder() / "dispatcher.lock", timeout=timeout)


def _dispatcher_lives() -> bool:
    try:
        with dispatcher_lock(timeout=0):
            return False
    except Timeout:
        return True


def _start_dispatcher() -> None:
    """Starts it in a session of its own and waits until it holds its lock."""
    _children[:] = [child for child in _children if child.poll() is None]
    child = _start_module(runs_folder() / "dispatcher.log", "pipeline.runs.dispatcher")
    _children.append(child)
    deadline = time.monotonic() + _START_TIME
    while time.monotonic() < deadline and child.poll() is None and not _dispatcher_lives():
        time.sleep(_POLL)


def start_worker(run: RunDirectory, *options: str) -> "subprocess.Popen[bytes]":
    """Starts the process that carries out a run that is queued; `options` as of pipeline/runs/worker.py."""
    return _start_module(run.log_file, "pipeline.runs.worker", str(run.path), *options)


def _start_module(log: Path, module: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Runs a module in a session of its own, so that it outlives this process; `log` gets what it writes."""
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    with log.open("ab") as sink:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "DIGITLAB_HOME": str(home()),
                "TF_CPP_MIN_LOG_LEVEL": "2",
            },
        )
