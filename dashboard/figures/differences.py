"""Differences with their intervals, one below the other, against the line of no difference."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.style import Palette, as_text, finish

_ROW = 52  # pixels
_LONGEST_LABEL = 44  # characters: what a phone has room for


@dataclass(frozen=True)
class Difference:
    """One line of the figure.

    Attributes:
        label: what is compared.
        value: the difference, in percentage points.
        low: the lower end of its interval.
        high: the upper end.
        real: whether it is more than noise.
    """

    label: str
    value: float
    low: float
    high: float
    real: bool


def difference_intervals(differences: Sequence[Difference], palette: Palette, title: str) -> dict[str, Any]:
    """A point with its interval for each difference, the first on top; what may be noise is gray. As JSON has it.

    Args:
        differences: at least one.
        palette: of the page's theme.
        title: what the chart shows.
    """
    colors = [palette.answer if entry.real else palette.muted for entry in differences]
    ranges = [
        {
            "type": "scatter",
            "x": [entry.low, entry.high],
            "y": [place, place],
            "mode": "lines",
            "line": {"color": color, "width": 5},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for place, (entry, color) in enumerate(zip(differences, colors, strict=True))
    ]
    points = {
        "type": "scatter",
        "x": [entry.value for entry in differences],
        "y": list(range(len(differences))),
        "mode": "markers",
        "marker": {"color": colors, "size": 13, "line": {"color": palette.background, "width": 2}},
        "hovertext": [
            f"{entry.label}: {entry.value:+.2f} points, {entry.low:+.2f} to {entry.high:+.2f}"
            for entry in differences
        ],
        "hoverinfo": "text",
        "showlegend": False,
    }
    labels = [
        {
            "text": _shorten(entry.label),
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": place,
            "yshift": 18,
            "showarrow": False,
            "bgcolor": palette.background,
            "font": {"size": 13, "color": palette.text},
        }
        for place, entry in enumerate(differences)
    ]
    layout = {**_layout(palette, title, len(differences)), "annotations": labels}
    return {"data": [*ranges, points], "layout": layout}


def _shorten(label: str) -> str:
    return as_text(label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…")


@lru_cache(maxsize=32)
def _layout(palette: Palette, title: str, rows: int) -> dict[str, Any]:
    """The layout without its labels; nobody may change it."""
    figure = finish(
        go.Figure(),
        palette,
        title,
        "Percentage points, 95 % intervals",
        108 + _ROW * rows,
        hovermode="closest",
    )
    figure.update_yaxes(range=[rows - 0.6, -0.8], showticklabels=False, showgrid=False, fixedrange=True)
    figure.update_xaxes(fixedrange=True, rangemode="tozero", tickformat=".2~f")
    figure.add_vline(0, line={"color": palette.muted, "width": 1.5, "dash": "dot"})
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout
