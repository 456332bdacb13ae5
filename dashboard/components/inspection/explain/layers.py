"""What every layer of the model answers to a picture, and how one chosen unit comes by its value."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.inspection.explain.epochs import pick_epoch, show_learning
from dashboard.components.inspection.explain.layer_words import (
    as_number,
    explain_layer,
    name_answer,
    title_of,
)
from dashboard.components.inspection.explain.mosaics import make_mosaic
from dashboard.components.inspection.explain.unit_view import Look, unit_html
from dashboard.figures.style import Palette
from dashboard.resources import layer_reader, networks_by_epoch
from dashboard.widgets import explain_link
from dashboard.widgets.component_assets import declare
from models.digits import DIGITS, SIDE
from models.formatting import percent, show_confidence
from models.layer_outputs import Layer
from models.recognizer import SURELY_DIGIT
from models.store import StoredModel
from models.unit_arithmetic import Unit, find_unit

_MAPS = "explain_maps"
_WIDTH = 640  # pixels that a layer's maps take where there is room
_LARGEST_CELL = 10  # pixels of one value


def show_layers(image: NDArray[np.float32], model: StoredModel, palette: Palette) -> None:
    """Shows the layers, from the picture to the answer.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        model: the one that answers.
        palette: of the page's theme.
    """
    epoch = pick_epoch(model)
    network = layer_reader(model) if epoch is None else networks_by_epoch(model)[epoch]
    look = Look(network.layers, network.outputs(image), image, by_litert=epoch is None)
    _show_verdict(look.outputs[-1], palette)
    learning = st.container()
    st.header("Look inside", anchor=False)
    members = " An ensemble is shown by its first network." if model.record.config.members > 1 else ""
    st.caption(
        "Each square is a map: where, and how strongly, one filter finds what it looks for. Another color is below 0. "
        f"Click a place in a map, or go there with the arrow keys, to follow its arithmetic. "
        f"This is one look at the picture; Recognize takes the mean of several.{members}"
    )
    unit = explain_link.current_view().unit
    told = find_unit(look.outputs, unit) if unit else None
    layers = [_describe(look, number, palette) for number in range(len(look.layers))]
    if unit and told is not None:
        layers[unit.layer] |= {
            "chosen": [unit.channel, unit.row, unit.column],
            "sum": unit_html(look, unit, told, palette),
        }
    declare("layer_maps")(data={"layers": layers}, key=_MAPS, on_picked_change=_open_picked)
    _show_filters(look.layers[0], palette)
    with learning:  # computed last, as it takes longest
        show_learning(image, model, int(look.outputs[-1][:DIGITS].argmax()), palette)


def _show_verdict(scores: NDArray[np.float32], palette: Palette) -> None:
    """What the network answers to this one look at the picture."""
    digits = scores[:DIGITS].astype(float) / max(float(scores[:DIGITS].sum()), 1e-12)
    digit, refused = int(digits.argmax()), len(scores) > DIGITS and 1 - scores[DIGITS] < SURELY_DIGIT
    words = f"{show_confidence(float(digits[digit]), 1)} confidence"
    if refused:
        words = f"Perhaps not a digit: {percent(float(scores[DIGITS]), 0)} for that"
    color = palette.doubt if refused else palette.answer
    st.html(
        f'<div class="answer small" role="status"><div class="answer-digit" data-testid="answer" '
        f'style="color:{color}">{digit}</div><div>{words}</div></div>'
    )


def _describe(look: Look, number: int, palette: Palette) -> dict[str, Any]:
    """A layer as `layer_maps.js` draws it."""
    told = look.outputs[number]
    title, note = title_of(look.layers, number), explain_layer(look.layers, look.outputs, number)
    entry = {"title": title, "note": note, "chosen": None, "sum": ""}
    if number >= len(look.layers) - 2:
        return entry | {"kind": "bars", "bars": _bars(told, softmax=look.layers[number].kind == "softmax")}
    mosaic = make_mosaic(told, palette)
    rows, wide = told.shape[:2] if told.ndim == 3 else (1, 1)
    what = f"{told.shape[-1]} maps of {rows} by {wide}" if told.ndim == 3 else f"{len(told)} units"
    return entry | {
        "kind": "maps",
        "label": f"{title}: {what}",
        "src": mosaic.uri,
        "size": [mosaic.width, mosaic.height],
        "columns": mosaic.columns,
        "count": told.shape[-1],
        "rows": rows,
        "wide": wide,
        "scale": min(_LARGEST_CELL, _WIDTH / mosaic.width),
    }


def _bars(told: NDArray[np.float32], *, softmax: bool) -> list[dict[str, Any]]:
    """The answers as bars from zero, their ends in percent of the track."""
    low, high = (0.0, 1.0) if softmax else (min(0.0, float(told.min())), max(0.0, float(told.max())))
    width = max(high - low, 1e-12)
    best = int(told.argmax())
    return [
        {
            "name": name_answer(place),
            "text": f"{as_number(100 * value)} %" if softmax else as_number(value),
            "from": 100 * (min(value, 0) - low) / width,
            "to": 100 * (max(value, 0) - low) / width,
            "best": place == best,
        }
        for place, value in enumerate(told.tolist())
    ]


def _show_filters(layer: Layer, palette: Palette) -> None:
    """The filters of the first layer, which look at the picture itself; those of later layers are too many."""
    if layer.filters is None:
        return
    count = len(layer.filters)
    side = SIDE if layer.kind == "dense" else layer.filters.shape[1]
    filters = layer.filters.reshape(count, side, side).transpose(1, 2, 0)
    mosaic = make_mosaic(filters, palette, columns=16)
    st.subheader("What the first layer looks for", anchor=False)
    with st.container(key="explain_filters"):
        st.image(
            mosaic.png,
            width=min(_WIDTH, mosaic.width * _LARGEST_CELL),
            alt=f"The {count} filters of the first layer, {side} by {side} each",
        )
    st.caption(
        "Its filters, in the order of the maps above: where a filter has the color of answers, ink there raises the "
        "value; where it has the other color, ink lowers it."
    )


def _open_picked() -> None:
    """Shows the unit that was chosen; what a browser sends in its place is left out."""
    match st.session_state[_MAPS].get("picked"):
        case [int(layer), int(channel), int(row), int(column)] if min(layer, channel, row, column) >= 0:
            explain_link.open_unit(Unit(layer, channel, row, column))
