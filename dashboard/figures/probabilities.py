"""How sure a model is of each digit."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish


def probability_bars(
    probabilities: Sequence[float],
    palette: Palette,
    title: str = "Probability of each digit",
    height: int = 270,
    true: int | None = None,
) -> dict[str, Any]:
    """Ten bars, the likeliest in the color of answers, the true digit in that of right ones.

    A figure as JSON has it: an object of Plotly's takes a quarter of the time of an answer, and each stroke needs one.

    Args:
        probabilities: of the digits 0 to 9, summing to 1.
        palette: of the page's theme.
        title: what the chart shows.
        height: in pixels.
        true: the label, where it is known.
    """
    best = max(range(len(probabilities)), key=lambda digit: probabilities[digit])
    colors = {best: palette.answer} if true is None else {best: palette.answer, true: palette.right}
    shares = [100 * float(value) for value in probabilities]
    bars = {
        "type": "bar",
        "x": [str(digit) for digit in range(len(shares))],
        "y": shares,
        "marker": {
            "color": [colors.get(digit, palette.quiet) for digit in range(len(shares))],
            "cornerradius": 4,
        },
        "text": [f"{share:.0f}" if share >= 0.5 else "" for share in shares],
        "textposition": "outside",
        "textfont": {"size": 12, "color": palette.muted},
        "cliponaxis": False,
        "hovertemplate": "%{x}: %{y:.2f} %<extra></extra>",
    }
    return {"data": [bars], "layout": _layout(palette, title, height)}


@lru_cache(maxsize=32)
def _layout(palette: Palette, title: str, height: int) -> dict[str, Any]:
    """The layout as it is sent to the browser; nobody may change it."""
    figure = finish(go.Figure(), palette, title, "Probability in percent", height, bargap=0.32)
    figure.update_yaxes(range=[0, 112], tickvals=[0, 50, 100], fixedrange=True)
    figure.update_xaxes(type="category", showgrid=False, fixedrange=True, tickfont={"size": 14})
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout
