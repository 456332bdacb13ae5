"""The curves of a training as it goes on, with earlier trainings laid under them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.style import Palette, finish, mix
from models.records import Progress

Axis = Literal["epochs", "seconds"]
_MOST_POINTS = 300


@dataclass(frozen=True)
class Curves:
    """A training's name and its lines of progress.jsonl, in order."""

    name: str
    lines: Sequence[Progress]

    def batches(self) -> list[Progress]:
        """The lines written within epochs."""
        return [line for line in self.lines if not line.epoch_end]

    def epochs(self) -> list[Progress]:
        """The lines written at the epochs' ends."""
        return [line for line in self.lines if line.epoch_end]


def training_curves(
    current: Curves | None,
    earlier: Sequence[Curves],
    palette: Palette,
    axis: Axis = "epochs",
    title: str = "Training curves",
    revision: str = "",
    zoom: bool = True,
    height: int = 620,
) -> go.Figure:
    """Loss above accuracy, over one time axis.

    Args:
        current: the training that is watched; None to compare others only.
        earlier: laid under it, in the colors of a series.
        palette: of the page's theme.
        axis: epochs, or seconds of training.
        title: what the chart shows.
        revision: while it stays the same, so does what a person zoomed to.
        zoom: whether dragging zooms.
        height: in pixels.
    """
    figure = make_subplots(
        2, 1, shared_xaxes=True, vertical_spacing=0.13, subplot_titles=("Loss", "Accuracy")
    )
    for index, curves in enumerate(earlier):
        # the chosen training has colors of its own, so the series begins where they can't be mistaken
        _add_earlier(figure, curves, palette, axis, palette.series[(index + 1) % len(palette.series)])
    if current is not None:
        _add_batches(figure, current, palette, axis)
        _add_epochs(figure, current, palette, axis)
    subtitle = "Loss (lower is better, logarithmic); accuracy in percent"
    finish(figure, palette, title, subtitle, height)
    figure.update_layout(
        uirevision=revision,
        dragmode="zoom" if zoom else False,
        hovermode="x unified",
        margin={"t": 104},
        legend={"y": -0.1, "x": 0},
    )
    figure.update_annotations(x=0, xanchor="left", font={"size": 14, "color": palette.muted}, yshift=4)
    # Plotly numbers whatever range is in view; the format writes 0.02 out, where it would put a small 2
    figure.update_yaxes(type="log", nticks=3, tickformat=".3~g", tickfont={"size": 11}, row=1)
    figure.update_yaxes(ticksuffix=" %", range=_accuracy_range(current, earlier), row=2)
    figure.update_yaxes(fixedrange=not zoom)
    figure.update_xaxes(rangemode="tozero", fixedrange=not zoom)
    figure.update_xaxes(title_text="Epochs" if axis == "epochs" else "Training time in seconds", row=2)
    return figure


def thin(values: Sequence[float], stride: int) -> list[float]:
    """Means over `stride` neighbors, so that a long curve has few points and keeps its course."""
    return [
        math.fsum(values[start : start + stride]) / len(values[start : start + stride])
        for start in range(0, len(values), stride)
    ]


def stride_for(count: int, most: int = _MOST_POINTS) -> int:
    """A power of two that brings `count` points below `most`; powers keep old points in place as more come."""
    return 1 if count <= most else 2 ** math.ceil(math.log2(count / most))


def _place(line: Progress, axis: Axis) -> float:
    if axis == "seconds":
        return line.seconds
    return line.epoch - 1 + line.step / line.steps


def _add_batches(figure: go.Figure, curves: Curves, palette: Palette, axis: Axis) -> None:
    lines = [line for line in curves.batches() if math.isfinite(line.loss)]
    stride = stride_for(len(lines))
    _add_loss_and_accuracy(
        figure,
        thin([_place(line, axis) for line in lines], stride),
        thin([line.loss for line in lines], stride),
        thin([100 * line.accuracy for line in lines], stride),
        "training, by batch",
        {"color": mix(palette.training, palette.background, 0.3), "width": 1.6},
    )


def _add_epochs(figure: go.Figure, curves: Curves, palette: Palette, axis: Axis) -> None:
    ends = curves.epochs()
    for prefix, name, color in (
        ("", "training, by epoch", palette.training),
        ("val_", "validation, by epoch", palette.validation),
    ):
        lines = [line for line in ends if getattr(line, f"{prefix}loss") is not None]
        if prefix and ends and not lines:
            continue
        points = _points(lines, prefix, axis)
        _add_loss_and_accuracy(figure, *points, name, {"color": color, "width": 2.2}, marker=7)


def _add_earlier(figure: go.Figure, curves: Curves, palette: Palette, axis: Axis, color: str) -> None:
    ends = curves.epochs()
    validated = all(line.val_loss is not None for line in ends)
    points = _points(ends, "val_" if validated else "", axis)
    name = f"{curves.name}, {'validation' if validated else 'training'}"
    line = {"color": mix(color, palette.background, 0.25), "width": 1.6, "dash": "dot"}
    _add_loss_and_accuracy(figure, *points, name, line, marker=5)


def _points(
    lines: Sequence[Progress], prefix: str, axis: Axis
) -> tuple[list[float], list[float], list[float]]:
    """Places on the time axis, losses, and accuracies in percent; those of validation with the prefix `val_`."""
    return (
        [_place(line, axis) for line in lines],
        [getattr(line, f"{prefix}loss") for line in lines],
        [100 * getattr(line, f"{prefix}accuracy") for line in lines],
    )


def _add_loss_and_accuracy(
    figure: go.Figure,
    places: Sequence[float],
    losses: Sequence[float],
    accuracies: Sequence[float],
    name: str,
    line: Mapping[str, Any],
    marker: int = 0,
) -> None:
    """One curve in each row, under one entry of the legend; `marker` is the points' size in pixels, 0 for none."""
    for row, (values, hover) in enumerate(((losses, "%{y:.4f}"), (accuracies, "%{y:.2f} %")), start=1):
        figure.add_trace(
            go.Scatter(
                x=places,
                y=values,
                mode="lines+markers" if marker else "lines",
                line=line,
                marker={"size": marker} if marker else None,
                cliponaxis=False,  # a point at 0 or 100 % is drawn whole
                name=name,
                legendgroup=name,
                showlegend=row == 1,
                hovertemplate=hover,
            ),
            row=row,
            col=1,
        )


def _accuracy_range(current: Curves | None, earlier: Sequence[Curves]) -> list[float]:
    """From a floor that leaves out the first groping steps up to a little above 100 %."""
    runs = [*([current] if current else []), *earlier]
    ends = [line for curves in runs for line in curves.epochs()]
    values = [share for line in ends for share in (line.accuracy, line.val_accuracy) if share is not None]
    if not values:
        return [0, 102]
    room = max(0.02, 1.5 * (1 - min(values)))
    steps = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    span = next((step for step in steps if step >= room), 1.0)
    return [100 * (1 - span), 100 + 2 * span]
