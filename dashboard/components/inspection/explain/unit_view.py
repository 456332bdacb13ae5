"""The arithmetic of one unit as HTML: this patch times this filter, plus bias, is this value."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from dashboard.components.inspection.explain.layer_words import as_number, name_answer
from dashboard.components.inspection.explain.mosaics import make_mosaic, tone
from dashboard.figures.style import Palette, readable_on
from dashboard.widgets.digit_image import digit_uri
from models.digits import SIDE
from models.layer_outputs import Layer
from models.unit_arithmetic import Unit, UnitSum, follow_unit, seen_of_picture

_MOST_TERMS = 6
_MOST_CHANNELS = 3
_TIMES = "\u00d7"


@dataclass(frozen=True)
class Look:
    """A network that has looked at a picture.

    Attributes:
        layers: of the network.
        outputs: what each answered, as of `LayerReader.outputs`.
        image: float32 (28, 28) in [0, 1].
        by_litert: whether LiteRT computed the answers; else NumPy did, from the weights of an epoch.
    """

    layers: Sequence[Layer]
    outputs: Sequence[NDArray[np.float32]]
    image: NDArray[np.float32]
    by_litert: bool


def unit_html(look: Look, unit: Unit, told: float, palette: Palette) -> str:
    """How a unit comes by its value.

    Args:
        look: the network and the picture.
        unit: one that the network has.
        told: what the network answered there.
        palette: of the page's theme.
    """
    layer = look.layers[unit.layer]
    found = follow_unit(look.layers, look.outputs, look.image, unit)
    match layer.kind:
        case "convolution":
            parts = _channels(found, unit.layer == 0, palette)
        case "pooling":
            parts = f'<div class="times">{_grid(found.inputs, palette, "What it sees")}</div>'
        case "dense":
            parts = _terms(look, unit, found, palette)
        case _:
            parts = ""
    words = f"<b>{escape(name_unit(look, unit))}</b><br>{_equation(layer, found, told, look)}"
    return f'<div class="head">{_field(look, unit, palette)}<p>{words}</p></div>{parts}'


def name_unit(look: Look, unit: Unit) -> str:
    """A unit in words, counted from 1."""
    if look.outputs[unit.layer].ndim == 3:
        return f"Map {unit.channel + 1}, row {unit.row + 1}, column {unit.column + 1}"
    if unit.layer >= len(look.layers) - 2:
        return f"Answer {name_answer(unit.channel)}"
    return f"Unit {unit.channel + 1}"


def _equation(layer: Layer, found: UnitSum, told: float, look: Look) -> str:
    total, bias = as_number(found.total), as_number(found.bias)
    match layer.kind:
        case "pooling":
            text = f"The largest of {found.inputs.size} values: {total}."
        case "softmax":
            share = as_number(100 * found.total)
            text = f"Of the powers of e of all {found.inputs.size} logits, its own has a share of {share} %."
        case "normalization":
            weight = 0.0 if found.weights is None else float(found.weights[0])
            text = f"{as_number(float(found.inputs[0]))} {_TIMES} {as_number(weight)} + {bias} = {total}."
        case _:
            text = f"Sum of the products {as_number(found.total - found.bias)} + bias {bias} = {total}."
    if layer.rectified:
        text += " The ReLU lets it through." if found.total > 0 else " It is below 0, so the ReLU answers 0."
    answer = f"{as_number(100 * told)} %" if layer.kind == "softmax" else as_number(told)
    return f"{text} {'LiteRT' if look.by_litert else 'The network'} answered <strong>{answer}</strong>."


def _field(look: Look, unit: Unit, palette: Palette) -> str:
    """The picture with a frame around what the unit sees of it."""
    top, bottom, left, right = seen_of_picture(look.layers, look.outputs, unit)
    place = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
    style = ";".join(f"{name}:{100 * pixels / SIDE:.2f}%" for name, pixels in place.items())
    alt = f"What decides it: rows {top + 1} to {bottom + 1}, columns {left + 1} to {right + 1} of the picture"
    return f'<div class="field"><img src="{digit_uri(look.image, palette)}" alt="{alt}"><i style="{style}"></i></div>'


def _channels(found: UnitSum, first: bool, palette: Palette) -> str:
    """Patch times filter, for the picture or for the maps that decide most."""
    if found.weights is None:
        return ""
    products = found.inputs.astype(float) * found.weights
    sums = products.sum((0, 1))
    shown = np.argsort(-np.abs(sums))[:_MOST_CHANNELS]
    rows = []
    for channel in shown:
        what = "The picture there" if first else f"Map {channel + 1} there"
        patch, weights = (values[..., channel] for values in (found.inputs, found.weights))
        rows.append(
            f'<div class="times">{_grid(patch, palette, what)}<span>{_TIMES}</span>{_grid(weights, palette, "Filter")}'
            f"<span>= {as_number(float(sums[channel]))}</span></div>"
        )
    rest = len(sums) - len(shown)
    if rest:
        others = float(sums.sum() - sums[shown].sum())
        rows.append(f"<p>The other {rest} maps add {as_number(others)}.</p>")
    return "".join(rows)


def _grid(values: NDArray[np.float32], palette: Palette, caption: str) -> str:
    """Numbers in a square, each on its color."""
    bound = float(np.abs(values).max())
    cells = []
    for value in values.ravel().tolist():
        background = tone(value, bound, palette)
        cells.append(
            f'<span style="background:{background};color:{readable_on(background)}">{as_number(value)}</span>'
        )
    return (
        f'<figure><figcaption>{escape(caption)}</figcaption><div class="numbers" style="--columns:{values.shape[1]}">'
        f"{''.join(cells)}</div></figure>"
    )


def _terms(look: Look, unit: Unit, found: UnitSum, palette: Palette) -> str:
    """The largest products of a dense layer's sum; of one that looks at the picture, all of them as a picture."""
    if found.weights is None:
        return ""
    products = found.inputs.astype(float) * found.weights
    largest = np.argsort(-np.abs(products))[:_MOST_TERMS]
    given = look.outputs[unit.layer - 1].shape if unit.layer else look.image.shape
    rows = "".join(
        f"<tr><th>{_name_input(int(place), given)}</th><td>{as_number(float(found.inputs[place]))}</td>"
        f"<td>{_TIMES} {as_number(float(found.weights[place]))}</td><td>= {as_number(float(products[place]))}</td></tr>"
        for place in largest
    )
    rest = len(products) - len(largest)
    others = as_number(float(products.sum() - products[largest].sum()))
    table = f"<table>{rows}<tr><th>The other {rest:,} together</th><td></td><td></td><td>= {others}</td></tr></table>"
    if unit.layer:
        return table
    pictures = "".join(
        f'<figure><figcaption>{caption}</figcaption><img class="map" alt="" '
        f'src="{make_mosaic(values.reshape(SIDE, SIDE, 1).astype(np.float32), palette).uri}"></figure>'
        for caption, values in (("Its weights", found.weights), (f"Picture {_TIMES} weights", products))
    )
    return f'<div class="times">{pictures}</div>{table}'


def _name_input(place: int, shape: Sequence[int]) -> str:
    """One of a dense layer's inputs, by its place in the answer of the layer before it."""
    if len(shape) == 1:
        return f"Unit {place + 1}"
    row, column, *channel = (int(number) + 1 for number in np.unravel_index(place, shape))
    return f"{f'Map {channel[0]}, ' if channel else 'Pixel in '}row {row}, column {column}"
