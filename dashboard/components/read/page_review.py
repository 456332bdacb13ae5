"""Pages that were read: the picture with its boxes, one digit to check, the text, all pages in a table."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.batch_store import KeepingError
from dashboard.components.read import review_state
from dashboard.components.read.caution import (
    offer_confirmation,
    show_caution,
    show_line_doubts,
    weigh_pages,
)
from dashboard.components.read.digit_review import digit_to_check, show_digit_review
from dashboard.components.read.page_boxes import pick_from_page
from dashboard.components.read.reading_progress import Keyed, with_review
from dashboard.components.read.reading_table import show_reading_export, show_reading_table
from dashboard.components.read.reading_text import show_reading_text
from dashboard.components.read.review_state import PageReview
from dashboard.figures.style import Palette
from dashboard.widgets.caution import chosen_risk
from dashboard.widgets.message import show_empty, show_error
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage


@st.fragment
def show_page_review(pages: Sequence[Keyed], palette: Palette) -> None:
    """Shows what was read, open for corrections.

    Args:
        pages: as they were read.
        palette: of the page's theme.
    """
    if not pages:
        return
    reviews = _reviews()
    pages, caution = weigh_pages([with_review(page, reviews) for page in pages])
    failed = [page for _, page in pages if isinstance(page, FailedPage)]
    for page in failed[:3]:
        show_error(f"{page.name}: {page.reason}")
    if len(failed) > 3:
        st.caption(f"{len(failed) - 3} more could not be read; see the table below for the reasons.")
    if len(failed) == len(pages):
        show_empty(
            "nothing-read",
            "search_off",
            "No digits found",
            "Try a sharper picture, taken closer and in even light.",
        )
        return
    number = _pick_page(pages)
    key, shown = pages[number]
    if caution:
        show_caution(caution)
    if isinstance(shown, ReviewedPage):
        _show_page(pages, number, key, shown, palette)
    st.header("All pictures" if len(pages) > 1 else "Export", divider="gray", anchor=False)
    if len(pages) > 1:
        show_reading_table(pages)
    show_reading_export([page for _, page in pages])


def _reviews() -> Mapping[str, PageReview]:
    """What was decided about the pages; what can't be kept or read is told."""
    problem = review_state.take_problem()
    if problem:
        show_error(problem)
    try:
        return review_state.reviews()
    except KeepingError as error:
        show_error(error)
        return review_state.reviews(kept=False)


def _show_page(pages: Sequence[Keyed], number: int, key: str, page: ReviewedPage, palette: Palette) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = pick_from_page(page, digit_to_check(key, page), palette, key="page_boxes")
        if picked is not None:
            review_state.choose_digit(key, picked)
            st.rerun(scope="fragment")
        st.html(_legend(palette, bool(page.reading.left_out)))
    with right:
        show_digit_review(pages, number, key, page, palette)
        show_reading_text(key, page)
        if chosen_risk():
            show_line_doubts(page)
            offer_confirmation(key, page)


def _pick_page(pages: Sequence[Keyed]) -> int:
    """The picker of the page to show, where there are several; the first that could be read at first."""
    default = next(number for number, (_, page) in enumerate(pages) if isinstance(page, ReviewedPage))
    number = review_state.begin_pages(len(pages), default)
    if len(pages) == 1:
        return number
    # phones call every picture alike, so a name that comes twice has its place in the list behind it
    often = Counter(page.name for _, page in pages)
    names = [
        f"{_in_short(page)} · picture {place}" if often[page.name] > 1 else _in_short(page)
        for place, (_, page) in enumerate(pages, 1)
    ]
    return int(
        st.selectbox(
            "Picture",
            range(len(pages)),
            format_func=lambda number: names[number] if number < len(names) else "",
            key=review_state.OPEN,
            width=480,
        )
    )


def _in_short(page: AnyPage) -> str:
    if isinstance(page, FailedPage):
        return f"{page.name} · can't be read"
    doubtful = len(page.doubtful)
    count = page.digit_count
    return f"{page.name} · {count} digit{'s' if count != 1 else ''}" + (
        f", {doubtful} doubtful" if doubtful else ""
    )


def _legend(palette: Palette, left_out: bool) -> str:
    entries = (
        ("Read", palette.answer),
        ("Doubtful", palette.doubt),
        ("Reviewed by you", palette.right),
        *((("Skipped: words, print", palette.muted),) if left_out else ()),
    )
    marks = "".join(f'<span><i style="background:{color}"></i>{name}</span>' for name, color in entries)
    return f'<div class="box-legend">{marks}</div>'
