"""Layers computed in NumPy: an answer without LiteRT or TensorFlow, for weights that were never exported.

What `models.layer_outputs` reads out of a LiteRT file, this computes by the definition of each layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import layer_shapes
from models.architectures import architecture
from models.digits import SIDE
from models.errors import ModelError
from models.layer_outputs import Layer
from models.train_config import TrainConfig

_EPSILON = 1e-3  # added to the variance by Keras's BatchNormalization, unless told otherwise


class WeightedNetwork:
    """A network of the catalogue with weights of its own; not an ensemble.

    Attributes:
        layers: from the first to the softmax, as `models.layer_outputs.LayerReader` has them: batch normalization is
            part of the convolution or dense layer that it stands directly behind, and so is the ReLU.
    """

    def __init__(self, config: TrainConfig, weights: Sequence[NDArray[Any]]) -> None:
        """`weights`: as `keras.Model.get_weights` gives them; `ModelError` where they don't fit the configuration."""
        entry = architecture(config.architecture)
        stack = entry.layers(layer_shapes, config.dropout, **entry.complete(config.parameters))
        try:
            self.layers = _assemble([*stack, layer_shapes.Dense(config.classes)], iter(weights))
            self.outputs(np.zeros((SIDE, SIDE), np.float32))
        except (StopIteration, ValueError, IndexError):
            raise ModelError("The weights don't fit the network, so it can't be shown.") from None

    def outputs(self, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What each of `layers` answers to an image: shapes as of `LayerReader.outputs`.

        Args:
            image: float32 (28, 28) in [0, 1], stroke bright.
        """
        given, told = image[..., None], []
        for layer in self.layers:
            given = compute(layer, given)
            told.append(given)
        return told


def compute(layer: Layer, given: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a layer answers to the answer of the one before it.

    Args:
        layer: any but its softmax and dense layers want float32 (height, width, channels); those take all values in
            the order of memory.
        given: of the layer before it, or the image as (28, 28, 1).
    """
    filters, bias = layer.filters, layer.bias
    if filters is None or bias is None:
        if layer.kind == "pooling":
            return np.asarray(patches(layer, given).max((2, 3)), np.float32)
        powers = np.exp(given - given.max())
        return np.asarray(powers / powers.sum(), np.float32)
    if layer.kind == "convolution":
        told = np.tensordot(patches(layer, given), filters, axes=((2, 3, 4), (1, 2, 3))) + bias
    elif layer.kind == "dense":
        told = filters @ given.ravel() + bias
    else:
        told = given * filters + bias
    return np.asarray(np.maximum(told, 0) if layer.rectified else told, np.float32)


def patches(layer: Layer, given: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a convolution or a pooling looks at for each place of its answer.

    Args:
        layer: the convolution or pooling.
        given: float32 (height, width, channels), the answer of the layer before it.

    Returns:
        A view, float32 (rows, columns, patch height, patch width, channels).
    """
    size = layer.stride if layer.filters is None else layer.filters.shape[1]
    if layer.padded:
        (above, below), (left, right) = (padding(side, size, layer.stride) for side in given.shape[:2])
        given = np.pad(given, ((above, below), (left, right), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(given, (size, size), axis=(0, 1))
    return windows[:: layer.stride, :: layer.stride].transpose(0, 1, 3, 4, 2)


def padding(side: int, size: int, stride: int) -> tuple[int, int]:
    """Zeros before and behind a side of a padded convolution, as TensorFlow's "SAME" has them."""
    missing = max((-(-side // stride) - 1) * stride + size - side, 0)
    return missing // 2, missing - missing // 2


def _assemble(stack: Sequence[Any], weights: Iterator[NDArray[Any]]) -> list[Layer]:
    """The layers of a stack of stand-ins (`models.layer_shapes`), with their weights in Keras's order and layout."""
    layers: list[Layer] = []
    for part in stack:
        match part:
            case layer_shapes.Conv2D():
                filters = _next(weights).transpose(3, 0, 1, 2)
                bias = _next(weights) if part.use_bias else np.zeros(part.filters, np.float32)
                padded = part.padding == "same"
                layers.append(
                    Layer("convolution", filters, bias, part.activation == "relu", part.strides, padded)
                )
            case layer_shapes.Dense():
                filters = _next(weights).T
                bias = _next(weights) if part.use_bias else np.zeros(part.units, np.float32)
                layers.append(Layer("dense", filters, bias, part.activation == "relu"))
            case layer_shapes.MaxPooling2D():
                layers.append(Layer("pooling", stride=part.pool))
            case layer_shapes.BatchNormalization():
                gamma, beta, mean, variance = (_next(weights) for _ in range(4))
                factor = gamma / np.sqrt(variance + np.float32(_EPSILON))
                layers = _normalize(layers, factor, beta - mean * factor)
            case layer_shapes.ReLU():
                layers[-1] = replace(layers[-1], rectified=True)
    return [*layers, Layer("softmax")]


def _next(weights: Iterator[NDArray[Any]]) -> NDArray[np.float32]:
    return np.asarray(next(weights), np.float32)


def _normalize(layers: list[Layer], factor: NDArray[np.float32], shift: NDArray[np.float32]) -> list[Layer]:
    """The layers with a normalization at their end: part of the last one where that is a weighted sum."""
    last = layers[-1]
    if last.filters is None or last.bias is None or last.rectified:
        return [*layers, Layer("normalization", factor, shift)]
    filters = last.filters * factor.reshape(-1, *[1] * (last.filters.ndim - 1))
    return [*layers[:-1], replace(last, filters=filters, bias=last.bias * factor + shift)]
