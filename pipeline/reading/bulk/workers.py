"""Who reads shards: processes on this machine's cores, or tasks of a Ray cluster. Both answer with futures.

Why plain tasks of Ray and not Ray Data: Ray Data counts rows, and resumes by a list of the rows that it wrote (its
checkpoints, beta in 2.60, one row in for one row out). A file of many pages, a file that kills whoever opens it, and
an attempt that a ledger can name have no place in it. A task a shard has: its loss is seen here, counted, and
answered by a smaller task.
"""

import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from typing import Any, Protocol

from models.errors import ConfigError
from pipeline.reading.bulk.file_task import FileReading, ReadSettings, read_task
from pipeline.runs.cluster import connect

Answer = Future[list[FileReading]]

_QUEUED = 2
"""Tasks for each core of a cluster: the next one is there when one ends."""

_LOOK_EVERY = 2.0
"""Seconds after which a cluster is asked again how many cores it has."""


_KILLED = "the process that read it was killed, perhaps because memory ran out."


class Workers(Protocol):
    """Whoever reads."""

    def places(self) -> int:
        """How many tasks to give out at once, now."""

    def cores(self) -> int:
        """How many files are read at once, now."""

    def submit(self, files: Sequence[str], attempt: int) -> Answer:
        """Has files read."""

    def why_lost(self, error: Exception) -> str | None:
        """Why an attempt ended that another may bring to an end; None where the error is of another kind."""

    def close(self) -> None:
        """Ends what is being read."""


class LocalWorkers:
    """Processes on this machine, each in a pool of its own: one that is killed takes no other's work with it."""

    def __init__(self, model: bytes, settings: ReadSettings, count: int | None = None) -> None:
        """Takes as many processes as cores by default; each starts with its first task."""
        self._fixed = (model, settings)
        self._count = count or os.cpu_count() or 1
        self._pools: list[ProcessPoolExecutor | None] = [None] * self._count
        self._busy: list[Answer | None] = [None] * self._count

    def places(self) -> int:  # noqa: D102 - as in Workers
        return self._count

    def cores(self) -> int:  # noqa: D102
        return self._count

    def submit(self, files: Sequence[str], attempt: int) -> Answer:
        """Has files read by a process that has nothing to do."""
        place = next(place for place, answer in enumerate(self._busy) if answer is None or answer.done())
        pool = self._pools[place] or _pool_of_one()
        work = partial(read_task, *self._fixed, tuple(files), attempt)
        try:
            answer = pool.submit(work)
        except BrokenProcessPool:  # its process was killed
            pool = _pool_of_one()
            answer = pool.submit(work)
        self._pools[place], self._busy[place] = pool, answer
        return answer

    def why_lost(self, error: Exception) -> str | None:  # noqa: D102
        if isinstance(error, BrokenProcessPool):
            return _KILLED
        return str(error) if isinstance(error, OSError) else None

    def close(self) -> None:  # noqa: D102
        for pool in self._pools:
            if pool is not None:
                for process in list(
                    (pool._processes or {}).values()
                ):  # Python 3.14 has terminate_workers for it
                    process.terminate()
                pool.shutdown(cancel_futures=True)


def _pool_of_one() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), _begin_process)


def _begin_process() -> None:
    """Ends this process with the one that started it, however that ends; a pool's would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's
    parent = parent_process()
    assert parent is not None  # noqa: S101

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


class RayWorkers:
    """Tasks of a Ray cluster, one core each. Ray's own retries are off: each loss is told here."""

    def __init__(self, address: str, model: bytes, settings: ReadSettings, most: int | None = None) -> None:
        """Joins a cluster.

        Args:
            address: as `pipeline.runs.cluster.connect` takes it.
            model: content of the model's LiteRT file.
            settings: how files are read.
            most: how many read at once; as many as the cluster has cores by default.

        Raises:
            ConfigError: there is no such cluster.
        """
        connect(address)
        import ray

        self._ray: Any = ray
        self._most, self._settings = most, settings
        self._model = ray.put(model)
        self._task: Any = ray.remote(num_cpus=1, max_retries=0)(read_task)
        self._cores, self._looked = 0, -_LOOK_EVERY

    def places(self) -> int:  # noqa: D102
        return self._most or max(1, _QUEUED * self.cores())

    def cores(self) -> int:  # noqa: D102
        if time.monotonic() - self._looked > _LOOK_EVERY:
            self._cores = int(self._ray.cluster_resources().get("CPU", 0))
            self._looked = time.monotonic()
        return min(self._cores, self._most or self._cores)

    def submit(self, files: Sequence[str], attempt: int) -> Answer:  # noqa: D102
        answer: Answer = self._task.remote(self._model, self._settings, tuple(files), attempt).future()
        return answer

    def why_lost(self, error: Exception) -> str | None:  # noqa: D102
        kinds = self._ray.exceptions
        if isinstance(error, kinds.RayTaskError):  # what our own code raised there
            return str(error.cause) if isinstance(error.cause, OSError) else None
        if isinstance(error, kinds.NodeDiedError | kinds.ObjectLostError):
            return "the machine that read it was lost."
        return _KILLED if isinstance(error, kinds.RayError) else None

    def close(self) -> None:  # noqa: D102
        self._ray.shutdown()


def refusal(error: Exception) -> ConfigError:
    """What ends the reading, where a worker raised something that no other attempt would mend."""
    cause = getattr(error, "cause", error)  # Ray wraps what was raised on another machine
    if isinstance(cause, ConfigError):
        return cause
    if "No module named" in str(error):
        return ConfigError(
            "The workers of the cluster can't import Digit Lab: install the same version on each machine."
        )
    return ConfigError(f"A worker failed with {type(cause).__name__}: {str(cause).strip().splitlines()[-1:]}")
