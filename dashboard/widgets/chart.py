"""A Plotly figure on a page: our own look, no tool bar, a description for screen readers."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.style import enlarge
from dashboard.widgets.address import PROJECTOR
from dashboard.widgets.live_chart import show_live_chart


def show_chart(
    figure: go.Figure | dict[str, Any], key: str, alt: str, zoom: bool = False, live: bool = False
) -> None:
    """Shows a figure that answers no clicks.

    Args:
        figure: from `dashboard.figures`, already styled, with its height; also as JSON has it.
        key: unique on the page; keeps the chart in place from one run of the page to the next.
        alt: what the chart says, in words.
        zoom: whether it may be zoomed by dragging and reset by a double click.
        live: whether its data change while people look at it.
    """
    if st.session_state.get(PROJECTOR):
        figure = enlarge(go.Figure(figure))
    if live:
        show_live_chart(figure, key, alt, chart_config(zoom))
    else:
        st.plotly_chart(figure, theme=None, key=key, alt=alt, config=chart_config(zoom))


def chart_config(zoom: bool = False) -> dict[str, Any]:
    """Plotly's settings for a calm chart."""
    return {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset" if zoom else False}
