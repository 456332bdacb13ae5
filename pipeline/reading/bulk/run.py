"""The order of events of a long reading: shards out to workers, their rows in, until all are there."""

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field, replace

from pipeline.reading.bulk.estimate import Tally
from pipeline.reading.bulk.file_task import Entry, FileReading, ReadSettings, given_up
from pipeline.reading.bulk.output import Output, Shard
from pipeline.reading.bulk.workers import Answer, Workers, refusal

_WHOLE = 2
"""Attempts at a shard, after which its files go out one by one: so the one that kills its readers is found."""

_ALONE = 3
"""Attempts at a file alone, after which it is quarantined."""

_LOOK_EVERY = 1.0  # seconds


@dataclass(frozen=True)
class _Task:
    shard: Shard
    files: tuple[str, ...]
    attempt: int  # from 1, over all calls
    losses: int = 0  # in this form


@dataclass
class Progress:
    """How far a reading is.

    Attributes:
        files: that there are.
        tally: of those that are read, in this call or earlier.
        earlier: files that were read in earlier calls.
        bad: files with pages that could not be read.
        lost: attempts that were lost in this call.
        cores: that read now.
        began: when this call did, by `time.monotonic`.
    """

    files: int
    tally: Tally = field(default_factory=Tally)
    earlier: int = 0
    bad: list[Entry] = field(default_factory=list)
    lost: int = 0
    cores: int = 0
    began: float = field(default_factory=time.monotonic)
    _pages_earlier: int = 0

    def add(self, entries: Sequence[Entry], *, earlier: bool = False) -> None:
        """Counts files that are read."""
        for entry in entries:
            self.tally.add(entry)
        self.bad += [entry for entry in entries if entry.errors]
        if earlier:
            self.earlier, self._pages_earlier = self.tally.files, self.tally.pages

    @property
    def seconds(self) -> float:
        """Since this call began."""
        return time.monotonic() - self.began

    @property
    def pages_per_second(self) -> float:
        """Of this call."""
        return (self.tally.pages - self._pages_earlier) / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """By the pace of this call; None before there is one."""
        done = self.tally.files - self.earlier
        return (self.files - self.tally.files) * self.seconds / done if done else None


def read_shards(
    output: Output, shards: Sequence[Shard], workers: Workers, settings: ReadSettings, *, retry: bool = False
) -> Iterator[Progress]:
    """Reads what is not read yet, in random order, so that what is read so far is a sample of all.

    Args:
        output: where rows go; it has the shards.
        shards: all of them.
        workers: who reads; they stay open.
        settings: how files are read.
        retry: whether shards with pages that could not be read are read again.

    Yields:
        The same object again and again, after each look at the workers.

    Raises:
        ConfigError: the output can't be written, or workers can't read at all.
    """
    progress = Progress(sum(len(shard.files) for shard in shards))
    open_shards = {shard.number: shard for shard in shards}
    for shard, entries in output.read_already(shards):
        if retry and any(entry.errors for entry in entries):
            continue
        progress.add(entries, earlier=True)
        del open_shards[shard.number]
    missing = list(open_shards.values())
    random.Random(0).shuffle(missing)  # noqa: S311 - a sample, no secret
    before = output.attempts(missing)
    waiting = deque(_Task(shard, shard.files, before.get(shard.number, 0) + 1) for shard in missing)
    running: dict[Answer, _Task] = {}
    gathered: dict[int, dict[str, FileReading]] = {shard.number: {} for shard in missing}
    yield progress
    while waiting or running:
        while waiting and len(running) < workers.places():
            task = waiting.popleft()
            running[workers.submit(task.files, task.attempt)] = task
        progress.cores = workers.cores()
        for answer in wait(running, _LOOK_EVERY, FIRST_COMPLETED).done:
            task = running.pop(answer)
            try:
                readings = answer.result()
            except Exception as error:
                reason = workers.why_lost(error)
                if reason is None:
                    raise refusal(error) from error
                again, readings = _after_loss(task, reason, settings)
                waiting.extendleft(again)
                progress.lost += 1
                output.add_lost(task.shard, task.attempt, reason)
            whole = gathered[task.shard.number]
            whole |= {reading.entry.path: reading for reading in readings}
            if len(whole) == len(task.shard.files):
                in_order = [whole[file] for file in task.shard.files]
                output.add(task.shard, in_order)
                progress.add([reading.entry for reading in in_order])
                del gathered[task.shard.number]
        yield progress


def _after_loss(task: _Task, reason: str, settings: ReadSettings) -> tuple[list[_Task], list[FileReading]]:
    """What to try next, or what to say of a file that has been tried often enough."""
    losses = task.losses + 1
    if losses < (_WHOLE if len(task.files) > 1 else _ALONE):
        return [replace(task, attempt=task.attempt + 1, losses=losses)], []
    if len(task.files) > 1:
        return [_Task(task.shard, (file,), task.attempt + 1) for file in task.files], []
    return [], [given_up(file, settings, reason, task.attempt) for file in task.files]
