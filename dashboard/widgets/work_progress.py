"""Progress with the time left, for work that may take long."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

import streamlit as st

from models.formatting import duration

_Result = TypeVar("_Result")

_PATIENCE = 0.25
"""Seconds that pass before progress is shown: what takes no longer would only flicker."""


def watch_work(
    work: Generator[_Result], count: int, on_cancel: Callable[[], None] | None = None
) -> list[_Result]:
    """All that the work yields, with progress while it takes long.

    Args:
        work: what to wait for; it is closed when the page runs anew.
        count: how much it yields.
        on_cancel: called when a person cancels, which begins the page anew; without it, there is no such button.
    """
    results: list[_Result] = []
    start = time.monotonic()
    place = st.empty()
    with place.container(), st.spinner("Reading", show_time=False), closing(work):
        bar, button = st.empty(), st.empty()
        offered = on_cancel is None
        for done, result in enumerate(work, 1):
            results.append(result)
            if time.monotonic() - start > _PATIENCE and done < count:
                words = f"{done} of {count} pictures read"
                bar.progress(done / count, f"{words} · {_time_left(start, done / count)}")
                if not offered:
                    button.button("Cancel", icon=":material/close:", key="cancel_work", on_click=on_cancel)
                    offered = True
    place.empty()
    return results


@contextmanager
def progress_shown(
    what: str, on_stop: Callable[[], None] | None = None, key: str = "stop_work"
) -> Iterator[Callable[[float], None]]:
    """A bar with the time left while one piece of work goes on; to be called with the share that is done, 0 to 1.

    Args:
        what: the work, in words.
        on_stop: called when a person stops it, which begins the page anew; without it, there is no such button.
        key: of that button, unique on the page.
    """
    start = time.monotonic()
    place = st.empty()
    try:
        with place.container(), st.spinner(what, show_time=False):
            bar, button = st.empty(), st.empty()
            offered = on_stop is None

            def show(share: float) -> None:
                nonlocal offered
                if time.monotonic() - start > _PATIENCE and 0 < share < 1:
                    bar.progress(share, f"{100 * share:.0f} % · {_time_left(start, share)}")
                    if not offered:
                        button.button("Stop", icon=":material/stop:", key=key, on_click=on_stop)
                        offered = True

            yield show
    finally:
        place.empty()


def _time_left(start: float, share: float) -> str:
    """How long it still takes, of which this share is done since `start`."""
    left = (time.monotonic() - start) / share * (1 - share)
    return f"about {duration(max(left, 1))} left"
