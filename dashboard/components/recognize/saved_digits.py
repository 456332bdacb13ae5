"""The digits that were corrected and saved: look at them, export them, delete them."""

import streamlit as st

from dashboard.figures.style import Palette
from dashboard.visitor import visitor
from dashboard.widgets.digit_buttons import pick_digit
from dashboard.widgets.download import offer_download
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from models.formatting import show_confidence
from pipeline.data import saved_digits
from pipeline.data.saved_digits import SavedDigit

_CHOSEN = "chosen_saved_digit"


@st.fragment
def show_saved_digits(palette: Palette) -> None:
    """A section at the end of the page; nothing while there are none."""
    with errors_shown():
        _show_section(palette)


def _show_section(palette: Palette) -> None:
    digits = saved_digits.list_saved(visitor())
    if not digits:
        return
    st.header("Saved digits", divider="gray", anchor=False)
    labeled = saved_digits.labeled(digits)
    others = len(digits) - len(labeled)
    apart = f", {others} of them not a digit" if others else ""
    st.caption(f"{len(digits)} corrected so far{apart}. Select one for details.")
    by_id = {digit.id: digit for digit in digits}
    ids = list(by_id)
    chosen = st.session_state.get(_CHOSEN)
    picked = pick_digit(
        [digit.image for digit in digits],
        palette,
        [f"Saved as {digit.record.label_name}, read as {digit.record.predicted}" for digit in digits],
        [digit.record.label_name for digit in digits],
        key="saved_grid",
        chosen=ids.index(chosen) if chosen in by_id else None,
        side=60,
    )
    if picked is not None and picked < len(ids) and ids[picked] != chosen:
        st.session_state[_CHOSEN] = ids[picked]
        st.rerun()
    if chosen in by_id:
        _show_one(by_id[chosen])
    st.page_link(
        "views/data.py",
        label="Let a model learn from them",
        icon=":material/school:",
        query_params={"section": "mine"},
    )
    with st.container(horizontal=True):
        if labeled:
            offer_download(
                "Dataset (.npz)",
                lambda: saved_digits.export_npz(labeled),
                "my-digits.npz",
                "For `digitlab train --dataset` and `digitlab evaluate --dataset`; half of them form the test set.",
            )
        offer_download("Pictures (.zip)", lambda: saved_digits.export_zip(digits), "my-digits.zip")
        if st.button("Delete all", icon=":material/delete:", key="saved_delete_all"):
            _confirm_delete(digits)


def _show_one(digit: SavedDigit) -> None:
    record = digit.record
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="saved_one"):
        picture = digit.picture()
        if picture is not None:
            st.image(picture, width=120, alt=f"The picture saved as {record.label_name}")
        moment = record.moment
        by = f" by {as_written(record.owner)}" if record.owner else ""
        st.markdown(
            f"**{record.label_name}**, read as {record.predicted} ({show_confidence(record.confidence)} confidence) by "
            f"{as_written(record.model)}  \n:gray[Saved{by} on {moment.day} {moment:%B %Y, %H:%M} UTC]",
            width="content",
        )
        if st.button("Delete", icon=":material/delete:", key="saved_delete_one"):
            saved_digits.delete(digit, visitor())
            st.rerun()


@st.dialog("Delete all saved digits?", icon=":material/delete:")
def _confirm_delete(digits: list[SavedDigit]) -> None:
    count = len(digits)
    st.write(f"{count} picture{'s' if count > 1 else ''} and the correct labels will be permanently deleted.")
    with st.container(horizontal=True):
        if st.button("Delete", type="primary", icon=":material/delete:", key="saved_delete_confirmed"):
            with errors_shown():
                for digit in digits:
                    saved_digits.delete(digit, visitor())
                st.rerun()
        if st.button("Cancel", key="saved_delete_canceled"):
            st.rerun()
