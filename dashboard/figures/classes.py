"""Precision and recall by digit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.figures.style import Palette, finish
from models.formatting import percent_if_known
from models.records import ClassReport


def precision_and_recall(classes: Sequence[ClassReport], palette: Palette, height: int = 400) -> go.Figure:
    """Precision and recall of each digit on one line, which is empty where there are no images of it.

    Args:
        classes: one report a digit.
        palette: of the page's theme.
        height: in pixels.
    """
    digits = [str(report.digit) for report in classes]
    figure = go.Figure()
    for report in classes:
        if report.precision is None or report.recall is None:
            continue
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
        shares: list[float | None] = [getattr(report, name) for report in classes]
        figure.add_trace(
            go.Scatter(
                x=[None if share is None else 100 * share for share in shares],
                y=digits,
                mode="markers",
                name=name.capitalize(),
                marker={"color": color, "size": 11, "symbol": symbol},
                hovertext=[
                    f"<b>{percent_if_known(share)}</b> " + meaning.format(digit)
                    for share, digit in zip(shares, digits, strict=True)
                ],
                hoverinfo="text",
            )
        )
    finish(figure, palette, "Precision and recall by digit", "Percent", height, hovermode="closest")
    known = [share for report in classes for share in (report.precision, report.recall) if share is not None]
    lowest = min(known, default=0)
    figure.update_xaxes(range=[max(0, 100 * lowest - (102 - 100 * lowest) * 0.08), 100.15], fixedrange=True)
    figure.update_yaxes(type="category", autorange="reversed", fixedrange=True, tickfont={"size": 14})
    return figure
