"""How one unit of a network comes by its value: the inputs, the weights and the sum, to follow by hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.forward_pass import padding, patches
from models.layer_outputs import Layer


@dataclass(frozen=True)
class Unit:
    """One value of a layer's answer, all counted from 0.

    Attributes:
        layer: its place in the network.
        channel: the map it is in, or its place among the units of a dense layer or the softmax.
        row, column: its place in the map; 0 where there is no map.
    """

    layer: int
    channel: int
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class UnitSum:
    """The arithmetic of one unit.

    Attributes:
        inputs: what it looks at: float32 (height, width, channels) of a convolution, (height, width) of a pooling,
            (1,) of a normalization, (n,), all values of the layer before it, of a dense layer and the softmax.
        weights: what each is multiplied by, in the same shape; None of a pooling and the softmax.
        bias: what is added.
        total: the sum of all products and the bias; the largest input of a pooling; of the softmax the share of this
            unit's power of e in those of all.
        value: what it answers: the total, or 0 where a ReLU ends the layer and the total is below 0.
    """

    inputs: NDArray[np.float32]
    weights: NDArray[np.float32] | None
    bias: float
    total: float
    value: float


def find_unit(outputs: Sequence[NDArray[np.float32]], unit: Unit) -> float | None:
    """What the network answered there; None where it has no such unit.

    Args:
        outputs: of all layers, as of `LayerReader.outputs`.
        unit: the one asked for.
    """
    if unit.layer >= len(outputs):
        return None
    told = outputs[unit.layer]
    place = (unit.row, unit.column, unit.channel) if told.ndim == 3 else (unit.channel,)
    if any(number >= size for number, size in zip(place, told.shape, strict=True)):
        return None
    return float(told[place])


def follow_unit(
    layers: Sequence[Layer], outputs: Sequence[NDArray[np.float32]], image: NDArray[np.float32], unit: Unit
) -> UnitSum:
    """The arithmetic of a unit, from what the layer before it answered.

    Args:
        layers: of the network.
        outputs: what they answered to the image.
        image: float32 (28, 28) in [0, 1].
        unit: one that `find_unit` finds.
    """
    layer = layers[unit.layer]
    given = outputs[unit.layer - 1] if unit.layer else image[..., None]
    inputs = _inputs(layer, given, unit)
    if layer.filters is None or layer.bias is None:
        total = float(inputs.max())
        if layer.kind == "softmax":
            powers = np.exp(inputs.astype(float) - total)
            total = float(powers[unit.channel] / powers.sum())
        return UnitSum(inputs, None, 0.0, total, total)
    weights = np.atleast_1d(layer.filters[unit.channel])
    bias = float(layer.bias[unit.channel])
    total = float((inputs.astype(float) * weights).sum()) + bias
    return UnitSum(inputs, weights, bias, total, max(total, 0.0) if layer.rectified else total)


def seen_of_picture(
    layers: Sequence[Layer], outputs: Sequence[NDArray[np.float32]], unit: Unit
) -> tuple[int, int, int, int]:
    """Which part of the picture decides what a unit answers: its receptive field.

    Returns:
        The first and last row, and the first and last column, of the 28.
    """
    spans = [(unit.row, unit.row), (unit.column, unit.column)]
    for number in range(unit.layer, -1, -1):
        layer = layers[number]
        if layer.kind in ("dense", "softmax"):
            return 0, SIDE - 1, 0, SIDE - 1
        if layer.kind == "normalization":
            continue
        size = layer.stride if layer.filters is None else layer.filters.shape[1]
        side = outputs[number - 1].shape[0] if number else SIDE
        before = padding(side, size, layer.stride)[0] if layer.padded else 0
        spans = [
            (first * layer.stride - before, last * layer.stride - before + size - 1) for first, last in spans
        ]
    (top, bottom), (left, right) = ((max(first, 0), min(last, SIDE - 1)) for first, last in spans)
    return top, bottom, left, right


def _inputs(layer: Layer, given: NDArray[np.float32], unit: Unit) -> NDArray[np.float32]:
    match layer.kind:
        case "convolution":
            return np.asarray(patches(layer, given)[unit.row, unit.column])
        case "pooling":
            return np.asarray(patches(layer, given)[unit.row, unit.column, ..., unit.channel])
        case "normalization":
            return given[unit.row, unit.column, unit.channel : unit.channel + 1]
        case _:
            return np.ravel(given)
