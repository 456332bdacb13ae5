"""What each layer of a network does, in words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.layer_outputs import Layer

_TITLES = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "normalization": "Normalization",
    "dense": "Dense",
    "softmax": "Probabilities",
}


def title_of(layers: Sequence[Layer], number: int) -> str:
    """What a layer is called, with its place counted from 1; the dense layer before the softmax are the logits."""
    title = "Logits" if _is_logits(layers, number) else _TITLES[layers[number].kind]
    return f"{number + 1}. {title}"


def explain_layer(layers: Sequence[Layer], outputs: Sequence[NDArray[np.float32]], number: int) -> str:
    """What a layer does, and how high its answers are, in a sentence or two."""
    layer, told = layers[number], outputs[number]
    relu = " What is below 0 becomes 0 (ReLU)." if layer.rectified else ""
    highest = "" if layer.kind == "softmax" else f" Highest value: {as_number(float(told.max()))}."
    match layer.kind:
        case "convolution":
            size = 0 if layer.filters is None else layer.filters.shape[1]
            step = f", moved {layer.stride} pixels at a time" if layer.stride > 1 else ""
            over = "the picture" if number == 0 else "all maps before it"
            text = f"{told.shape[2]} filters of {size}x{size} over {over}{step}: a map each."
        case "pooling":
            text = f"Of each square of {layer.stride}x{layer.stride}, the largest value."
        case "normalization":
            text = "Each map is scaled and shifted as suits it."
        case "dense":
            count = 0 if layer.filters is None else layer.filters.shape[1]
            what = "answers" if _is_logits(layers, number) else "units"
            text = f"{len(told)} {what}, each a weighted sum of all {count:,} values before it."
        case _:
            text = "Powers of e of the logits, divided by their sum: what is left adds up to 100 %."
    return text + relu + highest


def name_answer(number: int) -> str:
    """What one of the last layer's answers stands for."""
    return str(number) if number < DIGITS else "none"


def as_number(value: float, digits: int = 2) -> str:
    """A number with a true minus sign, and none before 0."""
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "\u2212")


def _is_logits(layers: Sequence[Layer], number: int) -> bool:
    return layers[number].kind == "dense" and layers[number + 1].kind == "softmax"
