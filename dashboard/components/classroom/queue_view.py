"""Who trains what, and the queue; a fragment that looks again every few seconds."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.visitor import visitor
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import errors_shown, show_empty
from models.formatting import rough_duration
from models.ownership import may_change
from pipeline.runs import queue
from pipeline.runs.pace import Turn, list_turns
from pipeline.runs.waiting import attend_queue

_LOOK_AGAIN = 5.0  # seconds
_CHOSEN = "class_run"


@st.fragment(run_every=_LOOK_AGAIN)
def show_queue() -> None:
    """One row a run that trains or waits, and how to stop one's own."""
    turns = _turns()
    if any(turn.waits for turn in turns):
        attend_queue()
    if not turns:
        show_empty(
            "class_queue",
            "hourglass_empty",
            "Nothing trains now",
            "Runs that train or wait are listed here.",
            page="views/train.py",
            page_label="Train a model",
        )
        return
    st.html(_table(turns))
    who = visitor()
    own = [turn for turn in turns if may_change(turn.record.owner, who)]
    if own:
        _offer_stop(own)


def look_again() -> None:
    """Has the next look at the queue read every run anew, for what was just changed."""
    _turns.clear()


@st.cache_resource(ttl=_LOOK_AGAIN, show_spinner=False)
def _turns() -> list[Turn]:
    """As `list_turns`, which reads all runs: once every few seconds for all sessions together."""
    return list_turns()


def _table(turns: Sequence[Turn]) -> str:
    rows = "".join(_row(turn) for turn in turns)
    return (
        '<table class="layers"><caption class="unseen">Runs that train or wait</caption><thead><tr>'
        f'<th scope="col">Run</th><th scope="col">When</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(turn: Turn) -> str:
    record = turn.record
    epochs = f"{record.planned_epochs} epoch{'s' if record.planned_epochs != 1 else ''}"
    what = " · ".join(filter(None, (escape(record.owner), f"{record.config.architecture}, {epochs}")))
    return f"<tr><td><b>{escape(record.name)}</b> <span>{what}</span></td><td>{_when(turn)}</td></tr>"


def _when(turn: Turn) -> str:
    """What is known of a run's start or end, as HTML."""
    if turn.directory.stop_file.exists():
        return "stops"
    if not turn.waits:
        left = f"about {rough_duration(turn.seconds)} left" if turn.seconds else "time left not known yet"
        return f"trains, {turn.done:.0%} done <span>{left}</span>"
    if turn.seconds is None:
        return "waits <span>start not known yet</span>"
    return (
        f"waits <span>starts in about {rough_duration(turn.seconds)}</span>" if turn.seconds else "starts now"
    )


def _offer_stop(own: Sequence[Turn]) -> None:
    """Which of these runs to stop."""
    by_id = {turn.record.id: turn for turn in own}
    names = distinct_labels(
        {key: " · ".join(filter(None, (turn.record.name, turn.record.owner))) for key, turn in by_id.items()}
    )
    if st.session_state.get(_CHOSEN) not in by_id:
        st.session_state.pop(_CHOSEN, None)
    with st.container(horizontal=True, vertical_alignment="bottom", key="class_stop_bar"):
        chosen = st.selectbox("Run to stop", list(by_id), format_func=names, key=_CHOSEN, width=380)
        if st.button(
            "Stop",
            icon=":material/stop:",
            key="class_stop",
            help="Takes a waiting run out of the queue. Of one that trains, the current weights become a model.",
        ):
            with errors_shown():
                _stop(by_id[chosen])


def _stop(turn: Turn) -> None:
    queue.stop(turn.directory, visitor())
    look_again()
    st.rerun()
