"""A Plotly figure on a page: our own look, no tool bar, a description for screen readers."""

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ParamSpec

import plotly.graph_objects as go
import streamlit as st

from dashboard.figures.style import enlarge
from dashboard.widgets.address import PROJECTOR
from dashboard.widgets.live_chart import show_live_chart

P = ParamSpec("P")


def drawn(make: Callable[P, go.Figure], *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
    """What a function of `dashboard.figures` draws of these values, as JSON has it; drawn once for all sessions.

    An object of Plotly's takes tens of milliseconds, in which no other session goes on. Nobody may change the figure.
    """
    values = pickle.dumps((make.__qualname__, args, kwargs))
    return _drawn(_Drawing(values, lambda: make(*args, **kwargs)))


@dataclass(frozen=True)
class _Drawing:
    values: bytes
    make: Callable[[], go.Figure] = field(compare=False)


@lru_cache(maxsize=64)
def _drawn(drawing: _Drawing) -> dict[str, Any]:
    figure: dict[str, Any] = json.loads(drawing.make().to_json())
    return figure


@lru_cache(maxsize=64)
def _checked(figure: str) -> go.Figure:
    """A figure that Plotly has looked through, for all sessions: `st.plotly_chart` has a dict looked through each time.

    Nobody may change it: what it gives is there once as well.
    """
    checked = go.Figure(json.loads(figure))
    content = checked.to_dict()
    checked.to_dict = lambda: content
    return checked


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
        if isinstance(figure, dict):
            figure = _checked(json.dumps(figure))
        st.plotly_chart(figure, theme=None, key=key, alt=alt, config=chart_config(zoom))


def chart_config(zoom: bool = False) -> dict[str, Any]:
    """Plotly's settings for a calm chart."""
    return {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset" if zoom else False}
