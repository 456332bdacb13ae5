"""Reading what was handed in, with progress and the time left."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.components.read.readings import read_uploads, reading_key
from dashboard.components.read.review_state import work_on
from dashboard.uploads import Upload
from dashboard.widgets.work_progress import watch_work
from models.store import StoredModel
from pipeline.reading.constraints import Constraint
from pipeline.reading.crops import ReadPage
from pipeline.reading.export import Sheet

Keyed = tuple[str, Sheet]
"""The key of a reading, and what was handed in with it."""


def read_pages(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[Keyed]:
    """Reads all pages, or recalls them; each with what was corrected in it."""
    sheets: list[Keyed] = []
    found = watch_work(read_uploads(uploads, model, constraints), len(uploads))
    for upload, page in zip(uploads, found, strict=True):
        key = reading_key(upload, model, constraints)
        sheets.append(
            (key, with_work(key, Sheet(upload.name, *_as_page(page), constraints=tuple(constraints))))
        )
    return sheets


def with_work(key: str, sheet: Sheet) -> Sheet:
    """The sheet as a person left it."""
    work = work_on(key)
    return replace(sheet, corrections=work.corrections, checked=frozenset(work.checked))


def _as_page(found: ReadPage | str) -> tuple[ReadPage | None, str]:
    return (found, "") if isinstance(found, ReadPage) else (None, found)
