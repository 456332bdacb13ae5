"""Import of an exported model, which is verified first."""

import tempfile
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.quotas import check_quota
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from models.archive import LARGEST_ARCHIVE
from pipeline.evaluation.model_evaluation import import_and_evaluate


def show_import() -> None:
    """Takes a run.zip and says in one sentence what came of it."""
    with st.popover("Import a model", icon=":material/upload:"):
        with st.form("import", border=False, clear_on_submit=True):
            file = st.file_uploader(
                "A run.zip that Digit Lab exported",
                ["zip"],
                key="import_file",
                max_upload_size=LARGEST_ARCHIVE // 1024**2,
                help="The archive is checked in a separate process; nothing in it is ever executed.",
            )
            sent = st.form_submit_button("Check and import", type="primary", icon=":material/verified_user:")
        if sent and file is None:
            st.info("Choose a file first.", icon=":material/info:")
        elif sent and file is not None:
            _take(file.name, file.getvalue())


def _take(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "run.zip")
        with errors_shown(), st.spinner("Checking the model; this takes a few seconds"):
            check_quota(visitor(), runs=1, size=len(content))
            path.write_bytes(content)
            name = import_and_evaluate(path, visitor().name).read().name
            state.leave_notice(f"Imported {as_written(name)}.", "check_circle")
            st.rerun()
