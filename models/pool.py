"""Things that serve one caller at a time, lent to any number of threads."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """So many things that can be borrowed at once; each is made when it is first needed."""

    def __init__(self, make: Callable[[], T], size: int) -> None:
        """A pool in which nothing has been made yet.

        Args:
            make: makes one; what it raises, borrowing raises.
            size: how many callers are served at once; the others wait.
        """
        self._make = make
        self._idle: queue.LifoQueue[T | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """One of them, for as long as the context lasts; one that has served before where it is free."""
        thing = self._idle.get()
        try:
            if thing is None:
                thing = self._make()
            yield thing
        finally:
            self._idle.put(thing)
