"""Progress with the time left, for work on several pictures that may take long."""

import time
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

import streamlit as st

from models.formatting import duration

_Result = TypeVar("_Result")

_PATIENCE = 0.25
"""Seconds that pass before progress is shown: what takes no longer would only flicker."""


def watch_work(work: Generator[_Result], count: int) -> list[_Result]:
    """All that the work yields, with progress while it takes long; `count` is how much that will be."""
    results: list[_Result] = []
    start = time.monotonic()
    place = st.empty()
    with place.container(), st.spinner("Reading", show_time=False), closing(work):
        bar = st.empty()
        for done, result in enumerate(work, 1):
            results.append(result)
            passed = time.monotonic() - start
            if passed > _PATIENCE and done < count:
                left = passed / done * (count - done)
                words = f"{done} of {count} pictures read · about {duration(max(left, 1))} left"
                bar.progress(done / count, words)
    place.empty()
    return results
