"""The runs there are, with their records and states, and which of them to watch."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.components.train import train_state
from dashboard.visitor import visitor
from dashboard.widgets.distinct_labels import distinct_labels
from models.errors import ModelError
from models.records import ENDED, RunRecord, State
from models.run_directory import RunDirectory
from pipeline.runs.waiting import attend_queue, list_runs


@dataclass(frozen=True)
class Run:
    """A run as it was a moment ago."""

    directory: RunDirectory
    record: RunRecord
    state: State

    @property
    def id(self) -> str:
        """The directory's name."""
        return self.record.id

    @property
    def mine(self) -> bool:
        """Whether it is the visitor's, as all are where nobody shares the server."""
        return visitor().name in ("", self.record.owner)

    @property
    def active(self) -> bool:
        """Whether it waits or trains."""
        return self.state not in ENDED


def read_runs() -> list[Run]:
    """All runs, newest first; damaged ones are passed over. Sees to it that those that wait are started."""
    runs = []
    for directory in reversed(list_runs()):
        try:
            record = directory.read()
            runs.append(Run(directory, record, directory.state(record)))
        except ModelError:
            continue
    if any(run.state == "queued" for run in runs):
        attend_queue()
    return runs


def default_run(runs: list[Run]) -> Run | None:
    """The run to see first, one's own if any: the one that trains, else the next to train, else the newest."""
    runs = [run for run in runs if run.mine] or runs
    for wanted in ("running", "queued"):
        for run in reversed(runs):
            if run.state == wanted:
                return run
    return runs[0] if runs else None


def pick_run(runs: list[Run]) -> Run:
    """The picker of the run that is watched; `runs` must not be empty."""
    by_id = {run.id: run for run in runs}
    default = default_run(runs)
    if train_state.watched_run() not in by_id and default:
        st.session_state[train_state.RUN] = default.id
    chosen = st.selectbox(
        "Run",
        list(by_id),
        format_func=name_runs(runs),
        key=train_state.RUN,
        persist_state="session",
        label_visibility="collapsed",
        width=380,
    )
    return by_id[chosen]


def pick_earlier_runs(runs: list[Run], shown: Run) -> list[Run]:
    """Which runs to lay under the curves; nothing is asked while there is no other."""
    others = {run.id: run for run in runs if run.id != shown.id and run.record.epochs_done}
    chosen_before = st.session_state.get(train_state.EARLIER_RUNS) or []
    st.session_state[train_state.EARLIER_RUNS] = [key for key in chosen_before if key in others]
    if not others:
        return []
    chosen = st.multiselect(
        "Runs to compare with",
        list(others),
        format_func=name_runs(runs),
        key=train_state.EARLIER_RUNS,
        persist_state="session",
        placeholder="Compare with earlier runs",
        max_selections=5,
        label_visibility="collapsed",
        width=380,
    )
    return [others[key] for key in chosen]


def name_runs(runs: list[Run]) -> Callable[[str], str]:
    """From a run's id to its name and owner, with the id behind them where several read alike.

    The state is left out: the browser would go on showing the one of the moment when a run was chosen.
    """
    return distinct_labels(
        {run.id: " · ".join(filter(None, (run.record.name, run.record.owner))) for run in runs}
    )
