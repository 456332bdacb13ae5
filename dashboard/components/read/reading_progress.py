"""Reading the uploaded pages, with progress, the time left, Cancel and Resume."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.readings import read_uploads, recall_uploads, review_key
from dashboard.components.read.review_state import PageReview
from dashboard.uploads import Upload
from dashboard.widgets.work_progress import watch_work
from models.store import StoredModel
from pipeline.reading.constraints import Constraint
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import FailedReading
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage

Keyed = tuple[str, AnyPage]
"""The key of what was read, as `review_key`, and the page."""


def read_pages(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[Keyed]:
    """Reads all pages, or recalls them; after Cancel, only those that were read by then, and a way to go on."""
    if review_state.is_canceled():
        found = recall_uploads(uploads, model, constraints)
        _offer_resume(len(found) - found.count(None), len(found))
    else:
        work = read_uploads(uploads, model, constraints)
        found = [*watch_work(work, len(uploads), review_state.cancel)]
    return [
        (review_key(upload, result), _page(upload, result, constraints))
        for upload, result in zip(uploads, found, strict=True)
        if result is not None
    ]


def with_review(page: Keyed, reviews: Mapping[str, PageReview]) -> Keyed:
    """The page with what people decided about it."""
    key, read = page
    if isinstance(read, FailedPage) or key not in reviews:
        return page
    review = reviews[key]
    return key, replace(read, corrections=review.corrections, checked=frozenset(review.checked))


def _offer_resume(done: int, count: int) -> None:
    if done == count:
        review_state.resume()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="read_canceled"):
        st.markdown(f":material/pause_circle: Canceled after {done} of {count} pages", width="content")
        st.button("Resume", icon=":material/play_arrow:", key="read_resume", on_click=review_state.resume)


def _page(
    upload: Upload, result: PageWithCrops | FailedReading, constraints: Sequence[Constraint]
) -> AnyPage:
    if isinstance(result, FailedReading):
        return FailedPage(upload.name, result.reason, upload.page)
    return ReviewedPage(upload.name, result, constraints=tuple(constraints), part=upload.page)
