"""Where test digits lie for a model: what it takes for alike lies together."""

import base64
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.style import Palette, finish, mix
from models.digits import DIGITS
from pipeline.evaluation.test_predictions import TestPredictions

Coloring = Literal["digit", "verdict"]

_COLORS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colors that stay apart for people who are color-blind (Petroff 2021, "Accessible Color Sequences")."""

_SMALL, _LARGE, _RING = 4, 9, 11  # pixels


def feature_map(
    places: NDArray[np.float32],
    answers: TestPredictions,
    chosen: NDArray[np.int64],
    palette: Palette,
    title: str,
    coloring: Coloring,
    drag: bool = True,
) -> dict[str, Any]:
    """A cloud of points in which points can be chosen; as JSON has it.

    Args:
        places: float32 (m, 2).
        answers: what the model says of these digits, m of them.
        chosen: int64, those of `answers.index` to ring.
        palette: of the page's theme.
        title: whose map it is.
        coloring: by label, each digit's number in its middle; or by right and wrong, the wrong ones large and on top.
        drag: whether dragging chooses; else it scrolls the page, until somebody asks for it in the tool bar.
    """
    traces = (_by_digit if coloring == "digit" else _by_verdict)(places, answers, palette)
    ringed = np.isin(answers.index, chosen)
    if ringed.any():
        ring = {"symbol": "circle-open", "size": _RING, "color": palette.text, "line": {"width": 1.5}}
        traces.append({**_points(places, answers, ringed, "chosen", ring), "showlegend": False})
    figure = finish(go.Figure(), palette, title, height=470).to_plotly_json()["layout"]
    axis = {"visible": False, "zeroline": False, "showgrid": False}
    layout = {
        **figure,
        "xaxis": axis,
        "yaxis": {**axis, "scaleanchor": "x"},
        "dragmode": "lasso" if drag else False,
        "legend": {**figure["legend"], "y": -0.02, "itemsizing": "constant"},
        "annotations": _numbers(places, answers, palette) if coloring == "digit" else [],
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette.muted, "activecolor": palette.answer},
        "newselection": {"line": {"color": palette.text, "width": 1.5}},
        "uirevision": f"{title} {coloring}",
    }
    return {"data": traces, "layout": layout}


def _by_digit(
    places: NDArray[np.float32], answers: TestPredictions, palette: Palette
) -> list[dict[str, Any]]:
    return [
        _points(places, answers, answers.true == digit, str(digit), _dot(digit, palette))
        for digit in range(DIGITS)
        if (answers.true == digit).any()
    ]


def _dot(digit: int, palette: Palette) -> dict[str, Any]:
    """A digit's marker; dark colors are brighter on a dark ground, bright ones darker on a bright one."""
    color = mix(_COLORS[digit], "#ffffff", 0.2) if palette.dark else mix(_COLORS[digit], "#000000", 0.1)
    return {"size": _SMALL, "color": color}


def _by_verdict(
    places: NDArray[np.float32], answers: TestPredictions, palette: Palette
) -> list[dict[str, Any]]:
    wrong = answers.true != answers.predicted
    looks = {
        f"Right ({int((~wrong).sum()):,})": (~wrong, {"size": _SMALL, "color": palette.quiet}),
        f"Wrong ({int(wrong.sum()):,})": (
            wrong,
            {"size": _LARGE, "color": palette.wrong, "symbol": "diamond"},
        ),
    }
    return [_points(places, answers, which, name, marker) for name, (which, marker) in looks.items()]


def _points(
    places: NDArray[np.float32],
    answers: TestPredictions,
    which: NDArray[np.bool_],
    name: str,
    marker: dict[str, Any],
) -> dict[str, Any]:
    told = np.stack([answers.index[which], answers.true[which], answers.predicted[which]], 1)
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "x": _packed(places[which, 0].astype("<f4"), "f4"),
        "y": _packed(places[which, 1].astype("<f4"), "f4"),
        "customdata": _packed(told.astype("<i4"), "i4"),
        "marker": marker,
        "hovertemplate": "Test digit %{customdata[0]}: a %{customdata[1]} read as %{customdata[2]}<extra></extra>",
    }


def _packed(values: NDArray[Any], kind: str) -> dict[str, Any]:
    """An array as Plotly reads it in a third of the time and size that numbers in JSON take."""
    packed = {"dtype": kind, "bdata": base64.b64encode(values.tobytes()).decode()}
    return packed if values.ndim == 1 else {**packed, "shape": ", ".join(map(str, values.shape))}


def _numbers(
    places: NDArray[np.float32], answers: TestPredictions, palette: Palette
) -> Sequence[dict[str, Any]]:
    """Each digit's number in the middle of its points, so that colors needn't be told apart."""
    middles = {digit: places[answers.true == digit] for digit in range(DIGITS)}
    return [
        {
            "x": float(np.median(found[:, 0])),
            "y": float(np.median(found[:, 1])),
            "text": f"<b>{digit}</b>",
            "showarrow": False,
            "font": {"size": 15, "color": palette.text},
            "bgcolor": palette.surface,
            "opacity": 0.88,
            "borderpad": 2,
        }
        for digit, found in middles.items()
        if len(found)
    ]
