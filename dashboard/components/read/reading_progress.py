"""Reading what was handed in, with progress and the time left."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

import streamlit as st

from dashboard.components.read.readings import Upload, read_uploads, reading_key
from dashboard.components.read.review_state import work_on
from models.formatting import duration
from models.store import StoredModel
from pipeline.reading.constraints import Constraint
from pipeline.reading.crops import ReadPage
from pipeline.reading.export import Sheet

Keyed = tuple[str, Sheet]
"""The key of a reading, and what was handed in with it."""

_Found = TypeVar("_Found")

_PATIENCE = 0.25
"""Seconds that pass before progress is shown: what takes no longer would only flicker."""


def read_pages(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[Keyed]:
    """Reads all pages, or recalls them; each with what was corrected in it."""
    sheets: list[Keyed] = []
    found = watch_reading(read_uploads(uploads, model, constraints), len(uploads))
    for upload, page in zip(uploads, found, strict=True):
        key = reading_key(upload, model, constraints)
        sheets.append(
            (key, with_work(key, Sheet(upload.name, *_as_page(page), constraints=tuple(constraints))))
        )
    return sheets


def watch_reading(reading: Generator[_Found], count: int) -> list[_Found]:
    """Everything that is read, with progress while it takes long; `count` is how much that will be."""
    results: list[_Found] = []
    start = time.monotonic()
    place = st.empty()
    with place.container(), st.spinner("Reading", show_time=False), closing(reading):
        bar = st.empty()
        for done, found in enumerate(reading, 1):
            results.append(found)
            passed = time.monotonic() - start
            if passed > _PATIENCE and done < count:
                left = passed / done * (count - done)
                words = f"{done} of {count} pictures are read · about {duration(max(left, 1))} left"
                bar.progress(done / count, words)
    place.empty()
    return results


def with_work(key: str, sheet: Sheet) -> Sheet:
    """The sheet as a person left it."""
    work = work_on(key)
    return replace(sheet, corrections=work.corrections, checked=frozenset(work.checked))


def _as_page(found: ReadPage | str) -> tuple[ReadPage | None, str]:
    return (found, "") if isinstance(found, ReadPage) else (None, found)
