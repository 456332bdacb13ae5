"""What answering more, or less, of the images costs in wrong answers. Figures as JSON has them."""

import json
import math
from functools import lru_cache
from typing import Any

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish
from pipeline.evaluation.trust.selection import RiskCurve, Selection


def risk_coverage(
    curve: RiskCurve, allowed: float, chosen: Selection | None, palette: Palette, height: int = 400
) -> dict[str, Any]:
    """Wrong answers among those that count, and their bound, against the share of images that is answered.

    Args:
        curve: of a model on a test set.
        allowed: share of wrong answers, a horizontal line.
        chosen: what can be answered at that, marked; None where nothing can.
        palette: of the page's theme.
        height: in pixels.
    """
    low = _lowest(chosen)
    shown = curve.coverage >= low
    coverage = (100 * curve.coverage[shown]).round(3).tolist()
    lines = [
        _line(coverage, (100 * curve.bound[shown]).tolist(), palette.muted, "dash", "95 % upper bound"),
        _line(coverage, (100 * curve.risk[shown]).tolist(), palette.answer, "solid", "Wrong"),
        _line([100 * low, 100], [100 * allowed] * 2, palette.doubt, "dot", "Allowed"),
    ]
    if chosen:
        lines.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Chosen",
                "x": [100 * chosen.coverage],
                "y": [100 * chosen.bound],
                "marker": {"color": palette.answer, "size": 12},
                "hovertemplate": "%{x:.1f} % answered, at most %{y:.3f} % wrong<extra></extra>",
            }
        )
    return {"data": lines, "layout": _layout(palette, low, height)}


def _lowest(chosen: Selection | None) -> float:
    """The coverage at which the figure begins: a tenth or two below what is chosen, half without it."""
    return max(0.5, math.floor(10 * chosen.coverage - 0.5) / 10) if chosen else 0.5


def _line(x: list[float], y: list[float], color: str, dash: str, name: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": color, "width": 2, "dash": dash},
        "hovertemplate": f"%{{x:.1f}} % answered<br>{name}: %{{y:.3f}} %<extra></extra>",
    }


@lru_cache(maxsize=32)
def _layout(palette: Palette, low: float, height: int) -> dict[str, Any]:
    """The layout as it is sent to the browser; nobody may change it."""
    figure = finish(
        go.Figure(),
        palette,
        "Risk and coverage",
        "Surest answers first; the more is answered, the more is wrong",
        height,
    )
    figure.update_xaxes(
        title_text="Images answered, percent",
        range=[100 * low, 100.5],
        fixedrange=True,
        showgrid=False,
    )
    figure.update_yaxes(title_text="Wrong among them, percent", fixedrange=True, rangemode="tozero")
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout
