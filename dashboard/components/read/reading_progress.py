"""Reading the uploaded pages, with progress and the time left."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.components.read.readings import read_uploads, reading_key
from dashboard.components.read.review_state import review_of
from dashboard.uploads import Upload
from dashboard.widgets.work_progress import watch_work
from models.store import StoredModel
from pipeline.reading.constraints import Constraint
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import FailedReading
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage

Keyed = tuple[str, AnyPage]
"""The key of a reading, and the page."""


def read_pages(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[Keyed]:
    """Reads all pages, or recalls them; each with what was corrected in it."""
    pages: list[Keyed] = []
    results = watch_work(read_uploads(uploads, model, constraints), len(uploads))
    for upload, result in zip(uploads, results, strict=True):
        key = reading_key(upload, model, constraints)
        pages.append((key, with_review(key, _page(upload, result, constraints))))
    return pages


def with_review(key: str, page: AnyPage) -> AnyPage:
    """The page with the user's corrections."""
    if isinstance(page, FailedPage):
        return page
    review = review_of(key)
    return replace(page, corrections=review.corrections, checked=frozenset(review.checked))


def _page(
    upload: Upload, result: PageWithCrops | FailedReading, constraints: Sequence[Constraint]
) -> AnyPage:
    if isinstance(result, FailedReading):
        return FailedPage(upload.name, result.reason, upload.page)
    return ReviewedPage(upload.name, result, constraints=tuple(constraints), part=upload.page)
