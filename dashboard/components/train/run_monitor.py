"""A training while it goes on, and what to do with it: one fragment that looks again every second."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.train import train_state
from dashboard.components.train.run_actions import show_actions
from dashboard.components.train.run_list import Run, name_runs, pick_earlier_runs, pick_run, read_runs
from dashboard.components.train.run_settings import show_settings
from dashboard.components.train.run_status import show_state
from dashboard.figures.style import Palette
from dashboard.figures.training import Axis, Curves, training_curves
from dashboard.run_progress import progress_of
from dashboard.widgets.chart import show_chart
from dashboard.widgets.choice import choose
from dashboard.widgets.message import show_empty, show_error
from dashboard.widgets.page_title import name_tab
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.test_metrics import show_test_metrics
from dashboard.widgets.theme import on_phone
from models.formatting import duration
from models.records import Progress
from pipeline.runs.diagnosis import Diagnosis, diagnose
from pipeline.runs.heartbeat import describe_hang
from pipeline.runs.pace import measure_pace
from pipeline.runs.waiting import earlier_in_queue

_LOOK_AGAIN, _LOOK_AROUND = 1.0, 4.0  # seconds, while a run is active and while none is

AXES: dict[Axis, str] = {"epochs": "Epochs", "seconds": "Seconds"}

_ICONS = {
    "improving": "trending_up",
    "overfitting": "call_split",
    "diverged": "warning",
    "stuck": "warning",
    "unsteady": "ssid_chart",
    "level": "trending_flat",
    "early": "hourglass_top",
    "waiting": "hourglass_top",
}


def show_runs(palette: Palette) -> None:
    """The run that is watched, kept up to date for as long as the page is open."""
    active = any(run.active for run in read_runs())
    body: Callable[[Palette, bool], None] = st.fragment(
        _show_runs, run_every=_LOOK_AGAIN if active else _LOOK_AROUND, key="run_monitor"
    )
    body(palette, active)


def _show_runs(palette: Palette, was_active: bool) -> None:
    runs = read_runs()
    if any(run.active for run in runs) != was_active:
        st.rerun()  # to look more often, or less
    if not runs:
        show_empty(
            "runs",
            "timeline",
            "No training runs yet",
            "Start one under New training; its curves will appear here.",
        )
        return
    with st.container(horizontal=True, key="run_bar", vertical_alignment="center"):
        run = pick_run(runs)
        show_state(run.state)
    lines = progress_of(run.directory)
    # always the same boxes on the page, or the browser would put up the chart anew below them
    with st.container(key="run_standing"):
        _show_standing(run, lines)
        show_actions(run)
    with st.container(horizontal=True, key="curve_bar", vertical_alignment="center"):
        earlier = pick_earlier_runs(runs, run)
        axis = choose("Time axis", AXES, train_state.TIME_AXIS, default="epochs", quiet=True)
    train_state.ADDRESS.write()
    name_tab("Train", run.record.name)
    if not lines and not earlier:
        show_empty("curves", "timeline", "No curves", _why_no_curve(run))
        show_settings(run.record)
        return
    names = name_runs(runs)
    figure = training_curves(
        Curves(names(run.id), lines),
        [Curves(names(other.id), progress_of(other.directory)) for other in earlier],
        palette,
        axis,
        revision=f"{run.id} {axis}",
        zoom=not on_phone(),
    )
    # of an ensemble, the network that learns now, or the last one
    member = lines[-1].member if lines else None
    diagnosis = diagnose([line for line in lines if line.epoch_end and line.member == member])
    show_chart(
        figure,
        key="curves",
        alt=f"Loss and accuracy of {run.record.name}. {diagnosis.sentence}",
        zoom=True,
        live=True,
    )
    _show_diagnosis(diagnosis)
    show_settings(run.record)


def _show_standing(run: Run, lines: list[Progress]) -> None:
    """How far it is while it trains; what came of it afterwards."""
    epochs = run.record.planned_epochs
    if run.state == "queued":
        before = len(earlier_in_queue(run.directory))
        words = "Starting" if not before else f"Waiting for {before} earlier run{'s' if before > 1 else ''}"
        st.progress(0.0, f":material/hourglass_top: {words}")
        return
    if run.state == "running":
        pace = measure_pace(lines, epochs)
        if not lines:
            st.progress(0.0, "Loading TensorFlow and the data set")
        elif pace.done >= 1:
            st.progress(1.0, "All epochs done; exporting and evaluating the model")
        else:
            number = lines[-1].epoch
            member = lines[-1].member
            network = f"Network {member} of {run.record.members} · " if member else ""
            st.progress(pace.done, f"{network}Epoch {number} of {epochs} · {pace.in_words()}")
        if hang := describe_hang(run.directory):
            st.warning(hang, icon=":material/warning:")
        return
    results = run.record.results
    with st.container(horizontal=True, gap="medium", key="run_results"):
        if results is not None:
            show_test_metrics(results)
        st.metric("Epochs", f"{run.record.epochs_done} of {epochs}", width="content")
        seconds = run.record.seconds or (lines[-1].seconds if lines else 0.0)
        if seconds:
            st.metric("Time", duration(seconds), width="content")
    if run.state == "interrupted":
        st.warning(
            "Training was interrupted because its process ended. Resume to continue from the last complete epoch.",
            icon=":material/power_off:",
        )
    elif run.state == "failed":
        show_error(run.record.reason)
    elif run.record.reason:
        st.caption(as_written(run.record.reason))


def _why_no_curve(run: Run) -> str:
    if run.active:
        return "The curves start with the first batches."
    return "This run ended before its first batch, or was imported without curves."


def _show_diagnosis(diagnosis: Diagnosis) -> None:
    with st.container(border=True, key="curve_reading"):
        st.markdown(f":material/{_ICONS[diagnosis.kind]}: {diagnosis.sentence}")
