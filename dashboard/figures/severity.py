"""How a model's accuracy falls while something happens to its images more and more."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish

Curve = tuple[str, Sequence[float], Sequence[tuple[float, float]]]
"""A model's name, its accuracies, 0 to 1, and their intervals."""


def accuracy_by_severity(
    labels: Sequence[str],
    curves: Sequence[Curve],
    level: int,
    title: str,
    measure: str,
    palette: Palette,
    height: int = 360,
) -> dict[str, Any]:
    """A curve for each model with its intervals, and a line at the severity that is looked at; as JSON has it.

    Args:
        labels: of the severities, from none to the strongest.
        curves: one a model, with an accuracy for each severity.
        level: which severity is looked at, from 0.
        title: what happens to the images.
        measure: what the severities are, with their unit.
        palette: of the page's theme.
        height: in pixels.
    """
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(labels),
            "y": [100 * share for share in shares],
            "line": {"color": color, "width": 2.5},
            "marker": {"size": 7},
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [100 * (high - share) for (_, high), share in zip(intervals, shares, strict=True)],
                "arrayminus": [
                    100 * (share - low) for (low, _), share in zip(intervals, shares, strict=True)
                ],
                "thickness": 1.2,
                "width": 3,
            },
            "hovertemplate": "%{x}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        }
        for (name, shares, intervals), color in zip(curves, palette.series, strict=False)
    ]
    mark = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": level,
        "x1": level,
        "y0": 0,
        "y1": 1,
        "line": {"color": palette.muted, "width": 1.2, "dash": "dot"},
    }
    layout = {**_layout(palette, title, measure, height, len(curves) > 1), "shapes": [mark]}
    return {"data": traces, "layout": layout}


@lru_cache(maxsize=64)
def _layout(palette: Palette, title: str, measure: str, height: int, legend: bool) -> dict[str, Any]:
    """The layout as it is sent to the browser; nobody may change it."""
    figure = finish(go.Figure(), palette, title, "Accuracy in percent", height, showlegend=legend)
    figure.update_yaxes(range=[0, 104], tickvals=[0, 25, 50, 75, 100], fixedrange=True)
    figure.update_xaxes(type="category", title_text=measure, fixedrange=True, showgrid=False)
    figure.update_layout(legend={"y": 1.0, "yanchor": "bottom", "x": 0}, margin={"t": 90 if legend else 66})
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout
