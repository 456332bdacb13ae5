"""What trains the trials of a sweep: processes of this computer, or a Ray cluster. Both carry out the same jobs.

Neither decides anything: which trials there are and which go on is known before a job begins.
"""

import os
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, Protocol

from models.errors import ModelError
from models.locations import home
from pipeline.runs.cluster import connect
from pipeline.runs.sweep.job import Job


class Engine(Protocol):
    """Carries out jobs."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """Carries them all out and yields each as it ends; raises what a job raises."""


class LocalEngine:
    """Trains on this computer."""

    def __init__(self, at_once: int = 1) -> None:
        """`at_once` trials train beside each other; a single one takes its turn with all other runs."""
        self._at_once = at_once

    def run(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """As `Engine.run`. Threads wait for the processes; they end with this one, the processes don't."""
        waiting: SimpleQueue[Job | None] = SimpleQueue()
        ended: SimpleQueue[Job | BaseException] = SimpleQueue()
        for job in (*jobs, *[None] * self._at_once):
            waiting.put(job)

        def work() -> None:
            while job := waiting.get():
                try:
                    job.carry_out(beside_others=self._at_once > 1)
                    ended.put(job)
                except BaseException as error:
                    ended.put(error)
                    return

        for _ in range(self._at_once):
            Thread(target=work, daemon=True).start()
        for _ in jobs:
            result = ended.get()
            if isinstance(result, BaseException):
                raise result
            yield result


class RayEngine:
    """Trains on the machines of a Ray cluster, each of which sees this home folder at the same path."""

    def __init__(self, address: str, at_once: int = 0) -> None:
        """Connects to the cluster; one trial for each of its processors trains at a time, or `at_once` in all.

        Raises:
            ConfigError: Ray isn't installed, or no cluster answers there.
        """
        connect(address)
        self._at_once = at_once

    def run(self, jobs: Sequence[Job]) -> Iterator[Job]:
        """As `Engine.run`. A job whose machine dies begins on another one, after the last whole epoch of its run."""
        import ray

        carry_out = ray.remote(num_cpus=1, max_retries=3)(_carry_out)
        waiting = list(jobs)
        under_way: dict[Any, Job] = {}
        while waiting or under_way:
            while waiting and (not self._at_once or len(under_way) < self._at_once):
                job = waiting.pop(0)
                under_way[carry_out.remote(job, str(home()))] = job
            (done, *_), _ = ray.wait(list(under_way))
            try:
                ray.get(done)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None
            except ray.exceptions.RayError as error:
                reason = str(error).splitlines()[0]
                raise ModelError(
                    f"The Ray cluster gave up a trial; the same command goes on. ({reason})"
                ) from None
            yield under_way.pop(done)


def _carry_out(job: Job, folder: str) -> None:
    """On a machine of the cluster, where nobody said which home folder is meant."""
    os.environ["DIGITLAB_HOME"] = folder
    job.carry_out(beside_others=True)
