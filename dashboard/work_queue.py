"""Reading pictures for all sessions: a few at a time, the short ones first, each once, cached in bounded memory."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from threading import Lock, RLock
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from models.errors import InputError
from pipeline.reading.page_reading import FailedReading

_AT_ONCE = 2
"""Pictures read at the same time on the whole server: a large one takes some 300 MB."""


class Weighed(Protocol):
    """Something that knows how many bytes it takes to keep, nearly."""

    @property
    def weight(self) -> int:
        """The bytes."""


Weighable = TypeVar("Weighable", bound=Weighed)
Result = TypeVar("Result")


class SizedCache(Generic[Weighable]):
    """What was read, or why it can't be, up to a number of bytes.

    What was used longest ago goes first.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._weight = 0
        self._lock = Lock()
        self._entries: OrderedDict[str, Weighable | FailedReading] = OrderedDict()

    def get(self, key: str) -> Weighable | FailedReading | None:
        """The entry of this key, if it is still there."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: str, result: Weighable | FailedReading) -> None:
        """Adds an entry; others may have to go."""
        with self._lock:
            before = self._entries.pop(key, None)
            self._weight += result.weight - (before.weight if before else 0)
            self._entries[key] = result
            while self._weight > self._most and len(self._entries) > 1:
                self._weight -= self._entries.popitem(last=False)[1].weight


@dataclass(frozen=True)
class Work(Generic[Result]):
    """A piece of work.

    Attributes:
        key: the same for the same result.
        do: does it.
        seconds: how long it may take.
    """

    key: str
    do: Callable[[], Result]
    seconds: float


@dataclass
class _Task:
    do: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)
    waiting: int = 0

    def carry_out(self) -> None:
        if self.future.set_running_or_notify_cancel():
            try:
                result = self.do()
            except BaseException as error:  # raised where it is waited for
                self.future.set_exception(error)
            else:
                self.future.set_result(result)


class WorkQueue:
    """A few pieces of work at a time, in the order in which they would end if all began when they were asked for.

    So what is short goes before what is long, but only if it was asked for within the time that the long one takes:
    nothing waits for ever. The same work is done once for all who ask for it while it is under way; what nobody waits
    for any more is not begun.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading")
        self._lock = RLock()  # canceling calls `_forget` from within
        self._tasks: dict[str, _Task] = {}
        self._line: list[tuple[float, int, _Task]] = []
        self._numbers = count()

    def ask(self, work: Work[Result]) -> Future[Result]:
        """Has the work done some time; whoever asks has to `leave`, whether there is a result or not."""
        with self._lock:
            task = self._tasks.get(work.key) or self._begin(work)
            task.waiting += 1
            return task.future

    def leave(self, key: str, future: Future[Any]) -> None:
        """Waits no longer."""
        with self._lock:
            task = self._tasks.get(key)
            if task is None or task.future is not future:
                return
            task.waiting -= 1
            if not task.waiting:
                future.cancel()

    def _begin(self, work: Work[Any]) -> _Task:
        task = self._tasks[work.key] = _Task(work.do)
        task.future.add_done_callback(lambda _: self._forget(work.key, task))
        heappush(self._line, (time.monotonic() + work.seconds, next(self._numbers), task))
        self._pool.submit(self._carry_out_next)
        return task

    def _carry_out_next(self) -> None:
        with self._lock:
            *_, task = heappop(self._line)
        task.carry_out()

    def _forget(self, key: str, task: _Task) -> None:
        with self._lock:
            if self._tasks.get(key) is task:
                del self._tasks[key]


def read_alone(work: Work[Result]) -> Result:
    """Waits for one piece of work and gives its result or raises its error; nothing is cached."""
    queue = _queue()
    future = queue.ask(work)
    try:
        return future.result()
    finally:
        queue.leave(work.key, future)


def read_in_turn(
    cache: SizedCache[Weighable], wanted: Iterable[Work[Weighable]]
) -> Generator[Weighable | FailedReading]:
    """Reads what is not in the cache and puts it there.

    Close the iterator when no more is wanted. It asks for no more than a few pictures ahead, so that many of one
    session don't hold up the others.

    Args:
        cache: where to look first.
        wanted: what to read; an `InputError` becomes a `FailedReading`.

    Yields:
        For each, in order, what was read or why it can't be.
    """
    queue = _queue()
    asked: deque[tuple[str, Future[Weighable | FailedReading]]] = deque()
    try:
        for work in wanted:
            filling = Work(work.key, partial(_fill, cache, work), work.seconds)
            asked.append((work.key, _cached(cache, work.key) or queue.ask(filling)))
            if len(asked) == _AT_ONCE:
                yield asked[0][1].result()
                queue.leave(*asked.popleft())
        while asked:
            yield asked[0][1].result()
            queue.leave(*asked.popleft())
    finally:
        for key, future in asked:
            queue.leave(key, future)


def _cached(cache: SizedCache[Weighable], key: str) -> Future[Weighable | FailedReading] | None:
    entry = cache.get(key)
    if entry is None:
        return None
    future: Future[Weighable | FailedReading] = Future()
    future.set_result(entry)
    return future


def _fill(cache: SizedCache[Weighable], work: Work[Weighable]) -> Weighable | FailedReading:
    result = cache.get(work.key)  # another session's may have come in the meantime
    if result is None:
        try:
            result = work.do()
        except InputError as error:
            result = FailedReading(error.reason)
        cache.put(work.key, result)
    return result


@st.cache_resource(show_spinner=False)
def _queue() -> WorkQueue:
    return WorkQueue()
