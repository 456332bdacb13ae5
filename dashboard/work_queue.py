"""Reading pictures for all sessions: a few at a time, each once, and results are cached in bounded memory."""

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
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


@dataclass
class _Task:
    future: Future[Any]
    waiting: int = 0


class WorkQueue:
    """Work in the order in which it was asked for, a few pieces at a time.

    The same work is done once for all who ask for it while it is under way; what nobody waits for any more is
    not begun.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading")
        self._lock = RLock()  # canceling calls `_forget` from within
        self._tasks: dict[str, _Task] = {}

    def ask(self, key: str, work: Callable[[], Result]) -> Future[Result]:
        """Has the work done some time; whoever asks has to `leave`, whether there is a result or not."""
        with self._lock:
            task = self._tasks.get(key) or self._begin(key, work)
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

    def _begin(self, key: str, work: Callable[[], Any]) -> _Task:
        task = self._tasks[key] = _Task(self._pool.submit(work))
        task.future.add_done_callback(lambda _: self._forget(key, task))  # at once, if it is done already
        return task

    def _forget(self, key: str, task: _Task) -> None:
        with self._lock:
            if self._tasks.get(key) is task:
                del self._tasks[key]


def read_alone(key: str, read: Callable[[], Result]) -> Result:
    """Waits for one piece of work and gives its result or raises its error; nothing is cached."""
    queue = _queue()
    future = queue.ask(key, read)
    try:
        return future.result()
    finally:
        queue.leave(key, future)


def read_in_turn(
    cache: SizedCache[Weighable], wanted: Iterable[tuple[str, Callable[[], Weighable]]]
) -> Generator[Weighable | FailedReading]:
    """Reads what is not in the cache and puts it there.

    Close the iterator when no more is wanted. It asks for no more than a few pictures ahead, so that many of one
    session don't hold up the others.

    Args:
        cache: where to look first.
        wanted: keys, the same for the same result, and what to do for it; an `InputError` becomes a `FailedReading`.

    Yields:
        For each, in order, what was read or why it can't be.
    """
    queue = _queue()
    asked: deque[tuple[str, Future[Weighable | FailedReading]]] = deque()
    try:
        for key, read in wanted:
            asked.append((key, _cached(cache, key) or queue.ask(key, partial(_fill, cache, key, read))))
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


def _fill(cache: SizedCache[Weighable], key: str, read: Callable[[], Weighable]) -> Weighable | FailedReading:
    result = cache.get(key)  # another session's may have come in the meantime
    if result is None:
        try:
            result = read()
        except InputError as error:
            result = FailedReading(error.reason)
        cache.put(key, result)
    return result


@st.cache_resource(show_spinner=False)
def _queue() -> WorkQueue:
    return WorkQueue()
