"""The end of a class, for the teacher: everything as one zip file, then the reset."""

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.class_archive import export_class, reset_class
from dashboard.components.classroom.queue_view import look_again
from dashboard.quotas import in_megabytes
from dashboard.visitor import visitor
from dashboard.widgets.download import offer_download
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.work_progress import progress_shown

WORDS = "reset the class"
"""What the teacher types before everything is deleted."""

_EXPORT = "_class_export"
_LARGEST_DOWNLOAD = 100 * 1024**2
"""Bytes; a download passes through the server's memory."""


def show_reset() -> None:
    """The export and, once there is one, what deletes the class."""
    st.header("End of the class", divider="gray", anchor=False)
    st.caption("Export everything as one zip file first; then the class can be reset.")
    with errors_shown():
        if st.button("Export everything (.zip)", icon=":material/folder_zip:", key="class_export"):
            with progress_shown("Exporting the class") as on_progress:
                st.session_state[_EXPORT] = str(export_class(visitor(), on_progress))
        export = Path(st.session_state.get(_EXPORT, ""))
        if export.is_file():
            _show_export(export)
            _ask_reset()


def _show_export(export: Path) -> None:
    size = export.stat().st_size
    st.markdown(
        f":material/check_circle: Exported to {as_written(str(export))} on the server ({in_megabytes(size)}). "
        "README.txt in it says how to open it again."
    )
    if size <= _LARGEST_DOWNLOAD:
        offer_download("Download the export", export.read_bytes, export.name, key="class_download")
    else:
        st.caption(
            f"It is too large to download here; files of up to {in_megabytes(_LARGEST_DOWNLOAD)} are offered."
        )


def _ask_reset() -> None:
    with st.form("class_reset"):
        st.write(
            "**Reset the class**: the names of all others and their runs, models, saved digits, data sets and pages "
            "are permanently deleted. A training is stopped first. Shipped models, what is yours and what is "
            "nobody's stay."
        )
        typed = st.text_input(f"Type “{WORDS}” to confirm", key="class_reset_words")
        if st.form_submit_button("Reset the class", icon=":material/delete_forever:", key="class_reset_sent"):
            if " ".join(typed.split()).casefold() != WORDS:
                st.info(f"Nothing was deleted: type “{WORDS}” first.", icon=":material/info:")
                return
            with st.spinner("Resetting the class"):
                reset_class(visitor())
            look_again()
            state.leave_notice("The class was reset.", "check_circle")
            st.rerun()
