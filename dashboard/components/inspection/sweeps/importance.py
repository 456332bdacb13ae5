"""Which hyperparameters of a sweep matter."""

import streamlit as st

from dashboard.figures.style import Palette
from dashboard.figures.sweeps import importance_bars
from dashboard.resources import sweep_importance
from dashboard.widgets.chart import show_chart
from pipeline.runs.sweep.importance import LEAST_CONFIGURATIONS
from pipeline.runs.sweep.results import Standing
from pipeline.runs.sweep.wording import importance_in_words, name_of


def show_importance(standing: Standing, palette: Palette) -> None:
    """Shows a bar for each hyperparameter, where enough configurations were trained to their end to say anything."""
    st.header("Importance", anchor=False)
    ended = standing.ended
    if standing.state == "running":
        st.caption("Worked out once the sweep has finished.")
        return
    found = sweep_importance(standing) if len(ended) >= LEAST_CONFIGURATIONS else None
    st.caption(importance_in_words(found, len(ended)))
    if found is None or found.explained <= 0:
        return
    names = [name_of(name) for name in found.names]
    told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in zip(names, found.shares, strict=True))
    show_chart(
        importance_bars(names, found.shares, palette),
        key="sweep_importance",
        alt=f"Part of the differences that each hyperparameter has a part in: {told}.",
    )
