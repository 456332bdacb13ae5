"""What can be done with a run: stop, resume, train on, use its model."""

import streamlit as st

from dashboard import state
from dashboard.components.train.run_list import Run
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown
from models.ownership import refusal
from models.store import delete_run
from pipeline.runs import queue
from pipeline.runs.heartbeat import seconds_hung


def show_actions(run: Run) -> None:
    """The buttons that make sense in the run's state; disabled where the run is another's."""
    refused = refusal(run.record.owner, visitor())
    with st.container(horizontal=True, key="run_actions", vertical_alignment="bottom"):
        if run.active:
            # of a run that hangs, a second click ends the process
            stopping = run.directory.stop_file.exists() and not seconds_hung(run.directory)
            if st.button(
                "Stopping" if stopping else "Stop",
                icon=":material/stop:",
                disabled=stopping or bool(refused),
                key="run_stop",
                help=refused or "Stops training and keeps the current weights as a model.",
            ):
                with errors_shown():
                    queue.stop(run.directory, visitor())
                    st.rerun()
            return
        can_go_on = queue.can_go_on(run.directory, run.record)
        if (
            can_go_on
            and run.state != "finished"
            and st.button(
                "Resume",
                type="primary",
                icon=":material/resume:",
                disabled=bool(refused),
                key="run_resume",
                help=refused or "Continues from the last complete epoch.",
            )
        ):
            _go_on(run, 0)
        whole = bool(run.record.epochs_done) and run.state in ("finished", "stopped")
        if can_go_on and whole and run.record.members == 1:
            more = st.number_input(
                "More epochs", 1, 200, 2, key="more_epochs", width=130, label_visibility="collapsed"
            )
            if st.button(
                f"Train {more} more epoch{'s' if more > 1 else ''}",
                icon=":material/add:",
                disabled=bool(refused),
                key="run_more",
                help=refused,
            ):
                _go_on(run, int(more))
        if not run.directory.has_model() and st.button(
            "Delete",
            icon=":material/delete:",
            disabled=bool(refused),
            key="run_delete",
            help=refused or "Deletes this run and its curves; it has no model.",
        ):
            with errors_shown():
                delete_run(run.directory, visitor())
                st.rerun()
        if run.directory.has_model() and st.button("Use this model", icon=":material/draw:", key="run_use"):
            state.choose_model(run.id)
            st.switch_page("views/recognize.py")


def _go_on(run: Run, more_epochs: int) -> None:
    with errors_shown():
        with st.spinner("Starting training"):
            queue.resume(run.directory, more_epochs, visitor())
        st.rerun()
