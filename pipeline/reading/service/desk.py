"""Who reads for the service: a few threads, and a bounded number of requests that they have in hand or that wait."""

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from pipeline.reading.service.requests import RequestError

T = TypeVar("T")
_WEIGHT = 0.1
"""Of the latest request in the running mean of how long one takes."""


class Desk:
    """Takes so many requests and no more. For the server's event loop."""

    def __init__(self, places: int, threads: int | None = None) -> None:
        """A desk without requests.

        Args:
            places: requests that are carried out or wait; each holds its body in memory.
            threads: requests that are carried out at once; as many as cores by default.
        """
        self.places = places
        self.taken = 0
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, "reading")
        self._usual = 0.0  # seconds that a request takes

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for as long as the context lasts; refused with 503 where there is none."""
        if self.taken >= self.places:
            seconds = max(1, math.ceil(self._usual * self.taken / self._threads))
            raise RequestError(
                503,
                f"The service is busy; try again in {seconds} s.",
                {"Retry-After": str(seconds)},
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def work(self, task: Callable[[], T]) -> T:
        """What `task` gives, done in one of the threads; the event loop answers others meanwhile."""
        result, seconds = await asyncio.get_running_loop().run_in_executor(self._pool, _timed, task)
        self._usual += _WEIGHT * (seconds - self._usual) if self._usual else seconds
        return result


def _timed(task: Callable[[], T]) -> tuple[T, float]:
    began = time.monotonic()
    return task(), time.monotonic() - began
