"""Reading pictures for all sessions: a few at a time, each once, and what was read is kept in bounded memory."""

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock, RLock
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from models.errors import InputError

_AT_ONCE = 2
"""Pictures read at the same time on the whole server: a large one takes some 300 MB."""


class Weighed(Protocol):
    """Something that knows how many bytes it takes to keep, nearly."""

    @property
    def weight(self) -> int:
        """The bytes."""


Kept = TypeVar("Kept", bound=Weighed)
Found = TypeVar("Found")


class Shelf(Generic[Kept]):
    """What was read, or one sentence on why there is none, up to a number of bytes.

    What was used longest ago goes first.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._weight = 0
        self._lock = Lock()
        self._kept: OrderedDict[str, Kept | str] = OrderedDict()

    def get(self, key: str) -> Kept | str | None:
        """What is kept under the key, if it is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, found: Kept | str) -> None:
        """Keeps something; others may have to go."""
        with self._lock:
            self._weight += _weight(found) - _weight(self._kept.pop(key, ""))
            self._kept[key] = found
            while self._weight > self._most and len(self._kept) > 1:
                self._weight -= _weight(self._kept.popitem(last=False)[1])


@dataclass
class _Task:
    future: Future[Any]
    waiting: int = 0


class ReadingQueue:
    """Work in the order in which it was asked for, a few pieces at a time.

    The same work is done once for all who ask for it while it is under way; what nobody waits for any more is
    not begun.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading")
        self._lock = RLock()  # canceling calls `_forget` from within
        self._tasks: dict[str, _Task] = {}

    def ask(self, key: str, work: Callable[[], Found]) -> Future[Found]:
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


def read_alone(key: str, read: Callable[[], Found]) -> Found:
    """Waits for one piece of work and gives its result or raises its error; nothing is kept."""
    queue = _queue()
    future = queue.ask(key, read)
    try:
        return future.result()
    finally:
        queue.leave(key, future)


def read_in_turn(
    shelf: Shelf[Kept], wanted: Iterable[tuple[str, Callable[[], Kept]]]
) -> Generator[Kept | str]:
    """Reads what is not on the shelf and puts it there.

    Close the iterator when no more is wanted. It asks for no more than a few pictures ahead, so that many of one
    session don't hold up the others.

    Args:
        shelf: where to look first.
        wanted: keys, the same for the same result, and what to do for it; `InputError` is kept as its sentence.

    Yields:
        For each, in order, what was read or one sentence on why it can't be.
    """
    queue = _queue()
    asked: deque[tuple[str, Future[Kept | str]]] = deque()
    try:
        for key, read in wanted:
            asked.append((key, _on_shelf(shelf, key) or queue.ask(key, partial(_fill, shelf, key, read))))
            if len(asked) == _AT_ONCE:
                yield asked[0][1].result()
                queue.leave(*asked.popleft())
        while asked:
            yield asked[0][1].result()
            queue.leave(*asked.popleft())
    finally:
        for key, future in asked:
            queue.leave(key, future)


def _on_shelf(shelf: Shelf[Kept], key: str) -> Future[Kept | str] | None:
    found = shelf.get(key)
    if found is None:
        return None
    future: Future[Kept | str] = Future()
    future.set_result(found)
    return future


def _fill(shelf: Shelf[Kept], key: str, read: Callable[[], Kept]) -> Kept | str:
    found = shelf.get(key)  # another session's may have come in the meantime
    if found is None:
        try:
            found = read()
        except InputError as error:
            found = str(error)
        shelf.put(key, found)
    return found


def _weight(found: Weighed | str) -> int:
    return len(found) if isinstance(found, str) else found.weight


@st.cache_resource(show_spinner=False)
def _queue() -> ReadingQueue:
    return ReadingQueue()
