"""A cloud of points, some of which can be chosen by a click, a lasso or a box."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.style import enlarge
from dashboard.widgets.address import PROJECTOR
from dashboard.widgets.live_chart import Picks, pick_points

_CONFIG = {
    "displayModeBar": True,
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtons": [["lasso2d", "select2d", "zoom2d", "pan2d", "resetScale2d"]],
}


def show_points(figure: dict[str, Any], key: str, alt: str) -> Picks:
    """Shows a figure with a small tool bar.

    Args:
        figure: from `dashboard.figures`, as JSON has it; the custom data of each point begin with its number.
        key: unique on the page.
        alt: what the chart says, in words.

    Returns:
        What was just done in it, in that run of the page only.
    """
    shown: go.Figure | dict[str, Any] = figure
    if st.session_state.get(PROJECTOR):
        shown = enlarge(go.Figure(figure))
    return pick_points(shown, key, alt, _CONFIG)
