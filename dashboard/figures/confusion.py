"""Which digits a model takes for which."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.style import Palette, finish, mix

_DIGITS = [str(digit) for digit in range(10)]


def confusion_matrix(
    confusion: Sequence[Sequence[int]],
    palette: Palette,
    shares: bool = False,
    errors_only: bool = False,
    chosen: tuple[int, int] | None = None,
    height: int = 520,
) -> go.Figure:
    """The confusion matrix; right answers in one color, mistakes in another, each with a scale of its own.

    A heatmap answers no clicks, so an invisible square lies over each cell; its `customdata` is
    `[true, predicted]`.

    Args:
        confusion: confusion[true][predicted], counts.
        palette: of the page's theme.
        shares: whether to show percent of the true digit's images rather than counts.
        errors_only: whether to leave the diagonal blank.
        chosen: the cell to mark, (true, predicted).
        height: in pixels.
    """
    counts = np.asarray(confusion, float)
    totals = np.maximum(counts.sum(1, keepdims=True), 1)
    values = 100 * counts / totals if shares else counts
    diagonal = np.eye(10, dtype=bool)
    figure = go.Figure()
    for part, color in ((diagonal, palette.right), (~diagonal, palette.wrong)):
        if errors_only and part is diagonal:
            continue
        figure.add_trace(_layer(np.where(part, values, np.nan), color, palette))
    figure.add_trace(_squares(counts, values, palette, shares, errors_only))
    if chosen is not None:
        true, predicted = chosen
        figure.add_shape(
            type="rect",
            x0=predicted - 0.5,
            x1=predicted + 0.5,
            y0=true - 0.5,
            y1=true + 0.5,
            line={"color": palette.answer, "width": 3},
        )
    unit = "Percent of the true digit's images" if shares else "Test images"
    finish(
        figure,
        palette,
        "Mistakes by digit" if errors_only else "Answers by digit",
        f"{unit}; choose a cell to see them",
        height,
        clickmode="event+select",
        hovermode="closest",
        showlegend=False,
    )
    axis = {"tickvals": list(range(10)), "ticktext": _DIGITS, "showgrid": False, "fixedrange": True}
    figure.update_xaxes(**axis, title_text="Read as", range=[-0.5, 9.5], tickfont={"size": 14})
    figure.update_yaxes(**axis, title_text="True digit", range=[9.5, -0.5], tickfont={"size": 14})
    return figure


def _layer(values: NDArray[np.float64], color: str, palette: Palette) -> go.Heatmap:
    # the square root keeps a single mistake visible beside a common one
    return go.Heatmap(
        z=np.sqrt(values),
        zmin=0,
        zmax=float(np.sqrt(np.nanmax(values))) or 1,
        colorscale=[[0, palette.surface], [1, mix(color, palette.background, 0.15)]],
        showscale=False,
        hoverinfo="skip",
        xgap=2,
        ygap=2,
    )


def _squares(
    counts: NDArray[np.float64],
    values: NDArray[np.float64],
    palette: Palette,
    shares: bool,
    errors_only: bool,
) -> go.Scatter:
    cells = [(i, j) for i in range(10) for j in range(10) if not (errors_only and i == j)]
    top = {
        same: max((values[i, j] for i, j in cells if (i == j) is same), default=1) for same in (True, False)
    }
    texts, colors, hovers = [], [], []
    for i, j in cells:
        count, value = int(counts[i, j]), values[i, j]
        deep = (value / (top[i == j] or 1)) ** 0.5 > 0.72
        texts.append("" if not count else f"{value:.3g}" if shares else f"{count}")
        colors.append(palette.background if deep else palette.text)
        share = 100 * count / max(counts[i].sum(), 1)
        word = "read right" if i == j else f"read as {j}"
        images = "image" if count == 1 else "images"
        hovers.append(f"<b>{i} {word}</b><br>{count:,} {images}, {share:.2f} % of all {i}s")
    alike = {"marker": {"opacity": 1}}
    return go.Scatter(
        x=[j for _, j in cells],
        y=[i for i, _ in cells],
        mode="markers+text",
        text=texts,
        textfont={"size": 12, "color": colors},
        customdata=[list(cell) for cell in cells],
        hovertext=hovers,
        hoverinfo="text",
        marker={"symbol": "square", "size": 30, "color": "rgba(0,0,0,0)", "line": {"width": 0}},
        selected=alike,
        unselected=alike,
    )
