"""Whether a model is right as often as it says."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.style import Palette, finish, mix
from models.records import CalibrationBin
from pipeline.evaluation.trust.bounds import interval

_FEW = 10  # answers; a share of fewer says little


def reliability_diagram(bins: Sequence[CalibrationBin], palette: Palette, height: int = 400) -> go.Figure:
    """Share of right answers against confidence, and how many answers there are of each confidence.

    Args:
        bins: those that are not empty, of equal width.
        palette: of the page's theme.
        height: in pixels.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.72, 0.28], vertical_spacing=0.07)
    strong, faint = (mix(palette.answer, palette.background, share) for share in (0.3, 0.7))
    colors = [faint if part.count < _FEW else strong for part in bins]
    accuracy = _bars(bins, [100 * part.accuracy for part in bins], colors)
    accuracy.error_y = _whiskers(bins, palette)
    figure.add_trace(accuracy, row=1, col=1)
    figure.add_trace(_bars(bins, [part.count for part in bins], palette.quiet), row=2, col=1)
    figure.add_trace(
        go.Scatter(
            x=[0, 100],
            y=[0, 100],
            mode="lines",
            line={"color": palette.muted, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        ),
        row=1,
        col=1,
    )
    finish(
        figure,
        palette,
        "Reliability diagram",
        "Dotted: perfect. Whiskers: 95 % interval. Pale: fewer than ten",
        height,
        showlegend=False,
        bargap=0.12,
    )
    figure.update_xaxes(range=[0, 100], fixedrange=True, tickvals=[0, 20, 40, 60, 80, 100], showgrid=False)
    figure.update_xaxes(title_text="Confidence in percent", row=2, col=1)
    figure.update_yaxes(range=[0, 104], fixedrange=True, title_text="Accuracy, percent", row=1, col=1)
    figure.update_yaxes(
        type="log", dtick=2, fixedrange=True, title_text="Answers", row=2, col=1, rangemode="tozero"
    )
    return figure


def _whiskers(bins: Sequence[CalibrationBin], palette: Palette) -> dict[str, Any]:
    """The Clopper-Pearson interval of each bin's accuracy."""
    intervals = [interval(round(part.accuracy * part.count), part.count) for part in bins]
    pairs = list(zip(bins, intervals, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (high - part.accuracy) for part, (_, high) in pairs],
        "arrayminus": [100 * (part.accuracy - low) for part, (low, _) in pairs],
        "color": palette.muted,
        "thickness": 1.2,
        "width": 4,
    }


def _bars(bins: Sequence[CalibrationBin], heights: Sequence[float], color: str | list[str]) -> go.Bar:
    """A bar over each bin's part of the confidence axis; all say the same of their bin."""
    return go.Bar(
        x=[50 * (part.low + part.high) for part in bins],
        y=heights,
        width=[90 * (part.high - part.low) for part in bins],  # a little air between them
        marker={"color": color, "cornerradius": 3},
        hovertext=[
            f"<b>{100 * part.accuracy:.1f} % accuracy</b>, {100 * part.confidence:.1f} % mean confidence<br>"
            f"{part.count:,} predictions with {100 * part.low:.0f} to {100 * part.high:.0f} % confidence"
            for part in bins
        ],
        hoverinfo="text",
    )
