"""Projector mode: wide pages, large type, a large canvas. The address says it, so that a link opens pages that way."""

from pathlib import Path

import streamlit as st

from dashboard.widgets.address import PROJECTOR

_STYLE = Path(__file__).parent.parent / "assets" / "projector.css"


def show_projector_switch() -> None:
    """The switch, and the style where it is on; phones have neither."""
    st.session_state[PROJECTOR] = st.session_state.get(PROJECTOR, st.query_params.get(PROJECTOR) == "1")
    with st.container(key="projector_switch", width="content"):
        on = st.toggle(
            "Projector mode",
            key=PROJECTOR,
            persist_state="session",
            help="Large type and a large canvas, for a room to see.",
        )
    if on:
        st.html(_STYLE)
    if on != (st.query_params.get(PROJECTOR) == "1"):
        if on:
            st.query_params[PROJECTOR] = "1"
        else:
            st.query_params.pop(PROJECTOR)
