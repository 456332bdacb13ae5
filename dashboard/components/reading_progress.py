"""Reading what was handed in, with progress and the time left."""

import time
from collections.abc import Sequence

import streamlit as st

from dashboard.reading_work import work_on
from dashboard.readings import Upload, read_uploads, reading_key
from models.store import StoredModel
from pipeline.constraints import Constraint
from pipeline.evidence import ReadPage
from pipeline.reading_export import Sheet
from pipeline.terminal import duration

Keyed = tuple[str, Sheet]
"""The key of a reading, and what was handed in with it."""

_PATIENCE = 0.25
"""Seconds that pass before progress is shown: what takes no longer would only flicker."""


def read_pages(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[Keyed]:
    """Reads all pages, or recalls them; each with what was corrected in it."""
    sheets: list[Keyed] = []
    start = time.monotonic()
    place = st.empty()
    with place.container(), st.spinner("Reading", show_time=False):
        bar = st.empty()
        for done, (upload, found) in enumerate(
            zip(uploads, read_uploads(uploads, model, constraints), strict=True), 1
        ):
            key = reading_key(upload, model, constraints)
            sheets.append((key, with_work(key, Sheet(upload.name, *_as_page(found)))))
            passed = time.monotonic() - start
            if passed > _PATIENCE and done < len(uploads):
                left = passed / done * (len(uploads) - done)
                words = f"{done} of {len(uploads)} pictures are read · about {duration(max(left, 1))} left"
                bar.progress(done / len(uploads), words)
    place.empty()
    return sheets


def with_work(key: str, sheet: Sheet) -> Sheet:
    """The sheet as a person left it."""
    work = work_on(key)
    return Sheet(sheet.name, sheet.page, sheet.error, work.corrections, frozenset(work.checked))


def _as_page(found: ReadPage | str) -> tuple[ReadPage | None, str]:
    return (found, "") if isinstance(found, ReadPage) else (None, found)
