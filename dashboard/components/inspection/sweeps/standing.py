"""A sweep as it stands: one fragment that looks again while somebody carries it out."""

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
    first = read_standing(sweep)
    unseen = [first]  # the fragment's own runs look again
    wait = {"running": _LOOK_AGAIN, "interrupted": _LOOK_AROUND, "finished": None}[first.state]

    def show() -> None:
        standing = unseen.pop() if unseen else read_standing(sweep)
        if standing.state != first.state:
            st.rerun()  # to look more often, or no more
        show_status(standing)
        show_best(standing)
        show_configurations(standing, palette)
        show_importance(standing, palette)

    st.fragment(show, run_every=wait, key="sweep_standing")()
