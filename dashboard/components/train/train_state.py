"""What this session does on the Train page: its keys, behind typed getters and setters, as in `dashboard.state`."""

from typing import Any

import streamlit as st

from dashboard.widgets.address import PageAddress, Parameter, one_of, several
from models.architectures import CATALOGUE, DEFAULT_ARCHITECTURE
from pipeline.runs.waiting import list_runs

TAB = "train_tab"
"""Widget key: whether the page shows the settings or a run."""

ARCHITECTURE = "architecture"
"""Widget key: the architecture to train."""

TRAINING_SET = "training_set"
"""Widget key: file name of the data set to train on; empty for MNIST."""

RUN_NAME = "run_name"
"""Widget key: the name of the next run."""

RUN = "run"
"""Widget key: id of the run that is watched."""

EARLIER_RUNS = "earlier_runs"
"""Widget key: ids of the runs whose curves are compared with its own."""

TIME_AXIS = "time_axis"
"""Widget key: what the curves are drawn over."""

_NEXT_TAB = "_next_train_tab"
_NEXT_RUN = "_next_run"


def _run_id(text: str) -> str | None:
    return text if text in {run.path.name for run in list_runs()} else None


ADDRESS = PageAddress(
    {
        "arch": Parameter(ARCHITECTURE, one_of(CATALOGUE), default=DEFAULT_ARCHITECTURE),
        "show": Parameter(TAB, one_of(("settings", "watch"))),
        "run": Parameter(RUN, _run_id, noun="run"),
        "compare": Parameter(EARLIER_RUNS, several(_run_id), ",".join, []),
    }
)


def hyperparameter_key(architecture: str, name: str) -> str:
    """Widget key of a hyperparameter; each architecture keeps its own."""
    return f"hyperparameter_{architecture}_{name}"


def watched_run() -> str | None:
    """Id of the run this person watches, if one was chosen."""
    if _NEXT_RUN in st.session_state:
        st.session_state[RUN] = st.session_state.pop(_NEXT_RUN)
    value: Any = st.session_state.get(RUN)
    return value if isinstance(value, str) else None


def watch_run(run_id: str) -> None:
    """Has the Train page show this run from its next run on."""
    st.session_state[_NEXT_RUN] = run_id


def settle_tab(default: str) -> None:
    """Settles what the Train page shows, before its widget is drawn; `default` until the person chose."""
    if _NEXT_TAB in st.session_state:
        st.session_state[TAB] = st.session_state.pop(_NEXT_TAB)
    st.session_state[TAB] = st.session_state.get(TAB) or default


def open_tab(tab: str) -> None:
    """Has the Train page show "settings" or "watch" from its next run on."""
    st.session_state[_NEXT_TAB] = tab
