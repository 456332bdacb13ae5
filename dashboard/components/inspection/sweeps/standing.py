"""A sweep as it stands: one fragment that looks again while somebody carries it out."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.inspection.sweeps.best import show_best
from dashboard.components.inspection.sweeps.configurations import show_configurations
from dashboard.components.inspection.sweeps.importance import show_importance
from dashboard.components.inspection.sweeps.status import show_status
from dashboard.figures.style import Palette
from pipeline.runs.sweep.directory import Sweep
from pipeline.runs.sweep.results import read_standing

_LOOK_AGAIN, _LOOK_AROUND = 3.0, 10.0  # seconds, while it is carried out and while it isn't


def show_standing(sweep: Sweep, palette: Palette) -> None:
    """Status, best, configurations and importance, kept up to date for as long as the page is open."""
    state = read_standing(sweep).state
    wait = {"running": _LOOK_AGAIN, "interrupted": _LOOK_AROUND, "finished": None}[state]
    body: Callable[[Sweep, Palette, str], None] = st.fragment(
        _show_standing, run_every=wait, key="sweep_standing"
    )
    body(sweep, palette, state)


def _show_standing(sweep: Sweep, palette: Palette, state: str) -> None:
    standing = read_standing(sweep)
    if standing.state != state:
        st.rerun()  # to look more often, or no more
    show_status(standing)
    show_best(standing)
    show_configurations(standing, palette)
    show_importance(standing, palette)
