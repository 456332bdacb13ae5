"""A Plotly figure on a page: our own look, no tool bar, a description for screen readers."""

import json
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.proto.PlotlyChart_pb2 import PlotlyChart


def show_chart(figure: go.Figure, key: str, alt: str, zoom: bool = False) -> None:
    """Shows a figure that answers no clicks.

    `st.plotly_chart` makes a chart's identity from all of its data, so one that grows is taken down and put up
    again in the browser, and loses what a person zoomed to. Here the key alone is the identity: the browser keeps
    the chart and Plotly moves the curves, as `uirevision` tells it.

    Args:
        figure: from `dashboard.figures`, already styled, with its height.
        key: unique on the page; keeps the chart in place from one run of the page to the next.
        alt: what the chart says, in words.
        zoom: whether it may be zoomed by dragging and reset by a double click.
    """
    chart = PlotlyChart(
        id=f"digitlab-chart-{key}",
        theme="",
        spec=figure.to_json(validate=False),
        config=json.dumps(chart_config(zoom)),
        alt=alt,
    )
    height = int(figure.layout.height or 450)
    with st.container(key=f"chart-{key}"):
        st._main._enqueue("plotly_chart", chart, layout_config=LayoutConfig("stretch", height))


def chart_config(zoom: bool = False) -> dict[str, Any]:
    """Plotly's settings for a calm chart."""
    return {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset" if zoom else False}
