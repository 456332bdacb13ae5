"""The text of a page, to be edited beside the picture."""

import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.review_state import PageReview
from pipeline.reading.corrections import correct_text
from pipeline.reading.page_reading import SIGN_NAMES
from pipeline.reading.review import ReviewedPage

_SIGNS = " ".join(SIGN_NAMES)


def show_reading_text(key: str, page: ReviewedPage) -> None:
    """The text area, and which lines disagree with what is known of them."""
    widget = "read_text"
    lines = page.lines
    st.session_state[widget] = page.text
    st.text_area(
        "Text, line by line",
        key=widget,
        height=min(max(len(lines), 3), 12) * 30 + 54,
        on_change=_take_over,
        args=(widget, key, page),
        disabled=bool(review_state.refused()),
        help=f"Digits and the signs {_SIGNS} only. Press Ctrl+Enter or leave the field to apply changes.",
    )
    misfits = [f"{number} ({lines[number - 1]})" for number in page.disagreeing]
    if misfits:
        several = len(misfits) > 1
        why = "." if page.corrections else "; no plausible reading satisfies them."
        st.warning(
            f"Line{'s' if several else ''} {', '.join(misfits)} {'disagree' if several else 'disagrees'} with the "
            f"line rules{why}",
            icon=":material/rule:",
        )
    edits = len(page.edits)
    if page.corrections:
        words = f"{edits} character{'s' if edits != 1 else ''} edited" if edits else "Line breaks edited"
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="read_changes"):
            st.button(
                "Discard edits",
                icon=":material/undo:",
                disabled=bool(review_state.refused()),
                on_click=_undo_all,
                args=(key,),
                key="read_undo",
            )
            st.caption(words)


def _take_over(widget: str, key: str, page: ReviewedPage) -> None:
    seen = PageReview(dict(page.corrections), tuple(page.checked))
    corrections = correct_text(page.reading, seen.corrections, str(st.session_state[widget]))
    review_state.save_review(key, PageReview(corrections, seen.checked), seen)


def _undo_all(key: str) -> None:
    review_state.save_review(key, PageReview())
