"""A fine-tuning while it waits and runs: a fragment that looks again every second."""

from collections.abc import Callable

import streamlit as st

from dashboard.run_progress import progress_of
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from models.errors import ModelError
from models.ownership import refusal
from models.records import ENDED
from models.run_directory import RunDirectory
from pipeline.runs import queue
from pipeline.runs.heartbeat import describe_hang
from pipeline.runs.pace import measure_pace
from pipeline.runs.waiting import attend_queue, earlier_in_queue

_LOOK_AGAIN = 1.0  # seconds


def show_progress(run: RunDirectory) -> None:
    """How far it is, and a button that stops it."""
    body: Callable[[RunDirectory], None] = st.fragment(_show, run_every=_LOOK_AGAIN, key="adapt_progress")
    body(run)


def _show(run: RunDirectory) -> None:
    try:
        record = run.read()
    except ModelError:
        st.rerun()  # deleted meanwhile
    state = run.state(record)
    if state in ENDED:
        st.rerun()
    if state == "queued":
        attend_queue()
        before = len(earlier_in_queue(run))
        words = f"Waiting for {before} earlier run{'s' if before > 1 else ''}" if before else "Starting"
        st.progress(0.0, f":material/hourglass_top: {words}")
    else:
        pace = measure_pace(progress_of(run), record.planned_epochs)
        if pace.done >= 1:
            words = "Comparing before and after"
        else:
            words = "Fine-tuning" if pace.done else "Loading TensorFlow and what is rehearsed"
        st.progress(pace.done, f"{as_written(record.name)}: {words}")
        if hang := describe_hang(run):
            st.warning(hang, icon=":material/warning:")
    refused = refusal(record.owner, visitor())
    stopping = run.stop_file.exists()
    if st.button(
        "Stopping" if stopping else "Stop",
        icon=":material/stop:",
        key="adapt_stop",
        disabled=stopping or bool(refused),
        help=refused,
    ):
        with errors_shown():
            queue.stop(run, visitor())
            st.rerun()
