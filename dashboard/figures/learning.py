"""How a network's answer to one picture changed while it learned."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.style import Palette, finish


def answers_by_epoch(
    epochs: Sequence[int],
    probabilities: NDArray[np.float32],
    digits: Sequence[int],
    palette: Palette,
    chosen: int | None = None,
) -> dict[str, Any]:
    """A line a digit over the epochs, as JSON has it.

    Args:
        epochs: those that are known, in rising order; 0 is before the training.
        probabilities: float32 (epochs, digits) in [0, 1].
        digits: whose probabilities they are; the first is the answer.
        palette: of the page's theme.
        chosen: the epoch that is looked at, if any.
    """
    colors = [palette.answer, palette.series[1], palette.series[2]]
    lines = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": str(digit),
            "x": list(epochs),
            "y": [100 * float(value) for value in probabilities[:, place]],
            "line": {"color": color, "width": 2.5 if place == 0 else 1.5},
            "marker": {"size": 5},
            "hovertemplate": f"{digit} after epoch %{{x}}: %{{y:.1f}} %<extra></extra>",
        }
        for place, (digit, color) in enumerate(zip(digits, colors, strict=False))
    ]
    layout = dict(_layout(palette, epochs[-1]))
    if chosen is not None:
        mark = {"type": "line", "xref": "x", "yref": "paper", "x0": chosen, "x1": chosen, "y0": 0, "y1": 1}
        layout["shapes"] = [mark | {"line": {"color": palette.muted, "width": 1, "dash": "dot"}}]
    return {"data": lines, "layout": layout}


@lru_cache(maxsize=32)
def _layout(palette: Palette, last: int) -> dict[str, Any]:
    """The layout as it is sent to the browser; nobody may change it."""
    title = "How the network learned its answer to this picture"
    figure = finish(
        go.Figure(), palette, title, "Probability in percent; epoch 0 is before the training", 280
    )
    figure.update_yaxes(range=[-2, 102], tickvals=[0, 50, 100], fixedrange=True)
    figure.update_xaxes(fixedrange=True, showgrid=False, dtick=max(1, -(-last // 10)), rangemode="tozero")
    figure.update_layout(showlegend=True)
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout
