"""Which sweep to look at, and what to do where there is none."""

from typing import NoReturn

import streamlit as st

from dashboard.widgets.address import PageAddress, Parameter
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import show_empty
from pipeline.runs.sweep.directory import Sweep, list_sweeps
from pipeline.runs.sweep.spec import EXAMPLE

_SWEEP = "sweep"


def _sweep_id(text: str) -> str | None:
    return text if text in {sweep.record.id for sweep in list_sweeps()} else None


ADDRESS = PageAddress({"sweep": Parameter(_SWEEP, _sweep_id, noun="sweep")})
"""What the address of the page says."""


def pick_sweep() -> Sweep:
    """The picker, and the sweep it stands at, the newest at first; ends the page with a friendly card without any."""
    sweeps = {sweep.record.id: sweep for sweep in list_sweeps()}
    if not sweeps:
        _stop_without_sweep()
    if st.session_state.get(_SWEEP) not in sweeps:
        st.session_state[_SWEEP] = next(iter(sweeps))
    chosen = st.selectbox(
        "Sweep",
        list(sweeps),
        format_func=distinct_labels({key: sweep.record.name for key, sweep in sweeps.items()}),
        key=_SWEEP,
        persist_state="session",
        width=330,
    )
    return sweeps[chosen]


def _stop_without_sweep() -> NoReturn:
    show_empty(
        "sweeps",
        "tune",
        "No sweeps yet",
        "Write what to try into a file and start it on the command line; its results appear here while it trains.",
    )
    show_example(expanded=True)
    st.stop()


def show_example(*, expanded: bool) -> None:
    """How to start a sweep, with a spec to begin with."""
    with st.expander("How to start a sweep", icon=":material/terminal:", expanded=expanded):
        st.code("digitlab sweep example > sweep.yaml\ndigitlab sweep sweep.yaml", language="bash")
        st.caption(
            "The first command writes this file, to be changed as you like; the second trains what it asks for."
        )
        st.code(EXAMPLE, language="yaml", wrap_lines=True)
