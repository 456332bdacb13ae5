"""A sweep: its configurations as lines through their hyperparameters, and which of these matter. As JSON has them.

The lines are ordinary ones: Plotly's own parallel coordinates need WebGL, which many school computers don't have.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import plotly.graph_objects as go

from dashboard.figures.style import Palette, as_text, finish, mix
from pipeline.runs.sweep.wording import value_in_words

Kind = Literal["best", "alike", "other", "given up"]
"""The best; what can't be told from it; all others; what was given up before its end."""

LABELS: dict[Kind, str] = {
    "best": "Best",
    "alike": "Can't be told from it",
    "other": "Other",
    "given up": "Given up early",
}

_MOST_VALUES = 8
"""Values of a hyperparameter that stand at even distances; of more, a scale has room for a few."""

_SHARES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.997, 0.998, 0.999)
_MOST_LINEAR = 50  # times the lowest value, up to which a scale is even
_MOST_LETTERS = 12  # of the first axis's labels that the margin has room for
_LEAST_GAP = 0.11  # of the height, between two labels of an axis


@dataclass(frozen=True)
class ConfigurationLine:
    """A configuration: what it is called, its values in the order of the axes, its accuracy, and how it is drawn."""

    label: str
    values: Sequence[Any]
    accuracy: float
    kind: Kind


@dataclass(frozen=True)
class _Axis:
    """Where values stand, 0 at the bottom to 1 at the top, and labels at some of these places."""

    places: list[float]
    ticks: list[tuple[float, str]]


def parallel_coordinates(
    names: Sequence[str], lines: Sequence[ConfigurationLine], palette: Palette, height: int = 420
) -> dict[str, Any]:
    """A line for each configuration through an axis for each hyperparameter, to its validation accuracy at the right.

    Args:
        names: of the hyperparameters.
        lines: at least one; the first lie on top.
        palette: of the page's theme.
        height: in pixels.
    """
    axes = [_axis_of([line.values[place] for line in lines]) for place in range(len(names))]
    axes.append(_accuracy_axis([line.accuracy for line in lines]))
    styles: dict[Kind, dict[str, Any]] = {
        "best": {"color": palette.answer, "width": 4},
        "alike": {"color": mix(palette.answer, palette.background, 0.35), "width": 2},
        "other": {"color": palette.quiet, "width": 1.5},
        "given up": {"color": palette.quiet, "width": 1.2, "dash": "dot"},
    }
    ranked = any(line.kind == "best" for line in lines)
    named: set[Kind] = set() if ranked else set(LABELS)
    traces = []
    for place in reversed(range(len(lines))):
        line = lines[place]
        style = styles[line.kind]
        if not ranked:  # the better, the stronger
            style = {**style, "color": mix(palette.quiet, palette.answer, axes[-1].places[place])}
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(len(axes))),
                "y": [axis.places[place] for axis in axes],
                "line": style,
                "marker": {"size": 5},
                "name": LABELS[line.kind],
                "legendgroup": line.kind,
                "legendrank": list(LABELS).index(line.kind),
                "showlegend": line.kind not in named,
                "text": f"{as_text(line.label)}: {100 * line.accuracy:.2f} %",
                "hoverinfo": "text",
                "cliponaxis": False,
            }
        )
        named.add(line.kind)
    titles = (*names, "Validation accuracy")
    annotations = [
        entry
        for place, (axis, title) in enumerate(zip(axes, titles, strict=True))
        for entry in _labels(place, axis, title, palette, last=place == len(names))
    ]
    first = max(len(text) for _, text in axes[0].ticks)
    layout = _layout(palette, len(axes), min(_MOST_LETTERS, first), height)
    return {"data": traces, "layout": {**layout, "annotations": annotations}}


def _axis_of(values: Sequence[Any]) -> _Axis:
    """An axis of a hyperparameter; a size that an architecture doesn't have stands at the bottom."""
    known = [value for value in values if value is not None]
    distinct = sorted(set(known), key=lambda value: value if isinstance(value, int | float) else str(value))
    if len(distinct) > _MOST_VALUES and all(isinstance(value, int | float) for value in known):
        return _scale(values, distinct[0], distinct[-1])
    steps: list[Any] = [None] * (len(known) < len(values)) + distinct
    top = max(1, len(steps) - 1)
    places = {repr(value): (place / top if len(steps) > 1 else 0.5) for place, value in enumerate(steps)}
    ticks = [(places[repr(value)], value_in_words(value)) for value in steps]
    return _Axis([places[repr(value)] for value in values], ticks)


def _scale(values: Sequence[Any], low: float, high: float) -> _Axis:
    """A scale for numbers, by their logarithm where they span several powers of ten."""
    logarithmic = low > 0 and high / low > _MOST_LINEAR
    at = math.log if logarithmic else float

    def place(value: Any) -> float:
        return -0.1 if value is None else (at(value) - at(low)) / (at(high) - at(low))

    between = [
        math.exp(at(low) + share * (at(high) - at(low))) if logarithmic else low + share * (high - low)
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    ticks = [(share / 4, f"{value:.2g}") for share, value in enumerate(between)]
    return _Axis([place(value) for value in values], ticks + [(-0.1, "-")] * (None in values))


def _accuracy_axis(accuracies: Sequence[float]) -> _Axis:
    """A scale on which half as many errors are always the same distance: most accuracies lie close below 1."""
    low, high = min(accuracies), max(accuracies)

    def at(accuracy: float) -> float:
        return -math.log(max(1e-6, 1 - accuracy))

    width = at(high) - at(low)
    if width <= 0:
        return _Axis([0.5] * len(accuracies), [(0.5, f"{100 * high:.2f} %")])
    ticks = [(0.0, f"{100 * low:.2f} %"), (1.0, f"{100 * high:.2f} %")]
    for share in _SHARES:
        place = (at(share) - at(low)) / width
        if 0 < place < 1 and all(abs(place - other) > _LEAST_GAP for other, _ in ticks):
            ticks.append((place, f"{100 * share:g} %"))
    return _Axis([(at(accuracy) - at(low)) / width for accuracy in accuracies], ticks)


def _labels(place: int, axis: _Axis, title: str, palette: Palette, last: bool) -> list[dict[str, Any]]:
    """An axis's title above it and the labels beside it."""
    outside = {"xanchor": "right", "xshift": -6} if place == 0 else {"xanchor": "left", "xshift": 6}
    ticks = [
        {
            "x": place,
            "y": position,
            "text": as_text(text),
            "showarrow": False,
            "font": {"size": 12, "color": palette.text},
            "bgcolor": palette.background,
            "borderpad": 1,
            "opacity": 0.9,
            **outside,
        }
        for position, text in axis.ticks
    ]
    head = {
        "x": place,
        "y": 1.06,
        "yanchor": "bottom",
        "xanchor": "center",
        "xshift": 14 if place == 0 else -4 if last else 0,
        "text": f"<b>{as_text(title).replace(' ', '<br>')}</b>",
        "showarrow": False,
        "font": {"size": 12, "color": palette.muted},
    }
    return [head, *ticks]


@lru_cache(maxsize=32)
def _layout(palette: Palette, axes: int, letters: int, height: int) -> dict[str, Any]:
    """The layout with its axes, without their labels; nobody may change it.

    Args:
        palette: of the page's theme.
        axes: how many.
        letters: that the labels of the first need beside it.
        height: in pixels.
    """
    figure = finish(go.Figure(), palette, "From hyperparameters to accuracy", "", height, hovermode="closest")
    figure.update_xaxes(range=[0, axes - 1], visible=False, fixedrange=True)
    figure.update_yaxes(range=[-0.14, 1.26], visible=False, fixedrange=True)
    line = {"color": mix(palette.grid, palette.muted, 0.5), "width": 1}
    for place in range(axes):
        figure.add_shape(type="line", x0=place, x1=place, y0=-0.04, y1=1.04, line=line, layer="below")
    figure.update_layout(legend={"y": -0.02}, margin={"l": 14 + 7 * letters, "r": 62, "t": 40})
    layout: dict[str, Any] = json.loads(figure.to_json())["layout"]
    return layout


def importance_bars(names: Sequence[str], shares: Sequence[float], palette: Palette) -> dict[str, Any]:
    """A bar for each hyperparameter, the most important on top.

    Args:
        names: of the hyperparameters.
        shares: of the differences that each has a part in, from 0.
        palette: of the page's theme.
    """
    percentages = [100 * share for share in shares]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(names),
        "x": percentages,
        "marker": {"color": palette.answer, "cornerradius": 4},
        "text": [f"{value:.0f} %" for value in percentages],
        "textposition": "outside",
        "textfont": {"size": 12, "color": palette.muted},
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:.0f} %<extra></extra>",
    }
    figure = finish(
        go.Figure(),
        palette,
        "What the differences come from",
        "Share of the differences in which each has a part, in percent",
        110 + 38 * len(names),
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True, tickfont={"size": 13})
    figure.update_xaxes(
        range=[0, 1.15 * max(100.0, *percentages)], fixedrange=True, showticklabels=False, showgrid=False
    )
    return {"data": [bars], "layout": json.loads(figure.to_json())["layout"]}
