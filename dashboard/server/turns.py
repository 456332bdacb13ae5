"""Runs of pages take turns, a few at a time."""

import time
from collections import deque
from collections.abc import Callable
from functools import wraps
from threading import Event, Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Result = TypeVar("Result")

_AT_ONCE = 3
_LONGEST = 1.0  # seconds


class Turns:
    """Lets a few calls run at a time, in the order in which they came; what takes long no longer counts.

    Python computes in one thread at a time. Where all sessions' runs go on at once, each hands it to the others a
    thousand times a second, and all end late; in turn, the first end early, and the last no later.
    """

    def __init__(self, at_once: int = _AT_ONCE, longest: float = _LONGEST) -> None:
        """`longest`: seconds after which a call that still runs, or waits for something itself, holds up nobody."""
        self._at_once, self._longest = at_once, longest
        self._lock = Lock()
        self._line: deque[Event] = deque()
        self._began: dict[Event, float] = {}

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._line)

    def in_turn(self, call: Callable[P, Result]) -> Callable[P, Result]:
        """The same function, which waits until it is its turn."""

        @wraps(call)
        def wait_and_call(*args: P.args, **kwargs: P.kwargs) -> Result:
            turn = Event()
            with self._lock:
                self._line.append(turn)
                self._let_in()
            while not turn.wait(self._longest):
                with self._lock:
                    self._let_in()
            try:
                return call(*args, **kwargs)
            finally:
                with self._lock:
                    del self._began[turn]
                    self._let_in()

        return wait_and_call

    def _let_in(self) -> None:
        now = time.monotonic()
        counting = sum(now - began < self._longest for began in self._began.values())
        while self._line and counting < self._at_once:
            turn = self._line.popleft()
            self._began[turn] = now
            turn.set()
            counting += 1
