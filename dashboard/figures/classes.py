"""Precision and recall by digit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish
from models.records import ClassReport


def precision_and_recall(classes: Sequence[ClassReport], palette: Palette, height: int = 400) -> go.Figure:
    """Precision and recall of each digit on one line.

    Args:
        classes: one report a digit.
        palette: of the page's theme.
        height: in pixels.
    """
    digits = [str(report.digit) for report in classes]
    figure = go.Figure()
    for report in classes:
        figure.add_trace(
            go.Scatter(
                x=[100 * report.precision, 100 * report.recall],
                y=[str(report.digit)] * 2,
                mode="lines",
                line={"color": palette.quiet, "width": 2},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    recall_color, precision_color = palette.series[6], palette.series[1]
    for name, color, symbol, meaning in (
        ("recall", recall_color, "circle", "of all {0}s are read as {0}"),
        ("precision", precision_color, "diamond", "of what is read as {0} is a {0}"),
    ):
        shares = [100 * getattr(report, name) for report in classes]
        figure.add_trace(
            go.Scatter(
                x=shares,
                y=digits,
                mode="markers",
                name=name.capitalize(),
                marker={"color": color, "size": 11, "symbol": symbol},
                hovertext=[
                    f"<b>{share:.2f} %</b> " + meaning.format(digit)
                    for share, digit in zip(shares, digits, strict=True)
                ],
                hoverinfo="text",
            )
        )
    finish(figure, palette, "Precision and recall by digit", "Percent", height, hovermode="closest")
    lowest = min((min(report.precision, report.recall) for report in classes), default=0)
    figure.update_xaxes(range=[max(0, 100 * lowest - (102 - 100 * lowest) * 0.08), 100.15], fixedrange=True)
    figure.update_yaxes(type="category", autorange="reversed", fixedrange=True, tickfont={"size": 14})
    return figure
