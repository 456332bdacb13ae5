"""The network that looks at whole pages: its layers, and how it becomes a LiteRT file.

A small encoder and decoder with one output for every 4x4 pixels, as in Zhou, Wang and Kraehenbuehl, "Objects as
Points" (2019): whether a character has its middle there, which one it is, how large it is and how its line runs.
A second output says of every pixel whether it is handwriting.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from pipeline.pages.characters import CELL, CHARACTERS, GEOMETRY

WIDTHS = (16, 32, 56, 80, 96)
"""Filters at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture's size."""

_TOP = 56
"""Filters of the last map, of 1/4."""

_FINE = 24  # maps that the ink is told from, beside the picture, and as many between
_MOMENTUM = 0.97
_FIRST_LOGIT = -4.0  # few places are middles: the network begins by saying so


@keras.saving.register_keras_serializable(package="digitlab")
class DepthToSpace(layers.Layer):  # type: ignore[misc]
    """Channels to places, twice or more as many in each direction; static shapes, so that LiteRT stays fast."""

    def __init__(self, factor: int, repeat: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.factor, self.repeat = factor, repeat

    def call(self, maps: Any) -> Any:
        """Maps (n, h, w, c), taken `repeat` times, to (n, factor h, factor w, ...)."""
        return tf.nn.depth_to_space(tf.concat([maps] * self.repeat, -1), self.factor)

    def compute_output_shape(self, shape: Any) -> Any:
        """Of what `call` gives."""
        return shape[0], None, None, shape[-1] * self.repeat // self.factor**2

    def get_config(self) -> dict[str, Any]:
        """The layer's settings."""
        return {**super().get_config(), "factor": self.factor, "repeat": self.repeat}


@keras.saving.register_keras_serializable(package="digitlab")
class Folded(layers.Layer):  # type: ignore[misc]
    """Places to channels: a picture (n, h, w, 1) to (n, h/4, w/4, 16)."""

    def call(self, picture: Any) -> Any:
        """The pixels of each of the maps' places."""
        return tf.nn.space_to_depth(picture, CELL)

    def compute_output_shape(self, shape: Any) -> Any:
        """Of what `call` gives."""
        return shape[0], None, None, shape[-1] * CELL**2


def _normed(maps: Any) -> Any:
    return layers.BatchNormalization(momentum=_MOMENTUM)(maps)


def _convolved(maps: Any, filters: int, size: int = 3, stride: int = 1) -> Any:
    maps = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False)(maps)
    return layers.ReLU()(_normed(maps))


def _residual(maps: Any, filters: int) -> Any:
    inner = _convolved(maps, filters)
    inner = _normed(layers.Conv2D(filters, 3, padding="same", use_bias=False)(inner))
    return layers.ReLU()(layers.Add()([maps, inner]))


def _joined(coarse: Any, fine: Any, filters: int) -> Any:
    """Coarse maps, doubled in size by repetition, added to finer ones."""
    coarse = layers.Conv2D(filters, 1, use_bias=False)(coarse)
    fine = layers.Conv2D(filters, 1, use_bias=False)(fine)
    return layers.ReLU()(_normed(layers.Add()([DepthToSpace(2, 4)(coarse), fine])))


def build_page_network() -> keras.Model:
    """The network: contrast (n, h, w, 1), sides multiples of 32 -> logits (n, h/4, w/4, 32) and of ink (n, h, w, 1).

    The 32 are: middle, the characters, and the geometry of `pipeline.pages.targets.Targets`.
    """
    picture = layers.Input((None, None, 1))
    maps = _convolved(_convolved(picture, WIDTHS[0], 5, 2), WIDTHS[1], 5, 2)
    quarter = _residual(maps, WIDTHS[1])
    eighth = _convolved(quarter, WIDTHS[2], 3, 2)
    eighth = _residual(_residual(eighth, WIDTHS[2]), WIDTHS[2])
    sixteenth = _convolved(eighth, WIDTHS[3], 3, 2)
    sixteenth = _residual(_residual(sixteenth, WIDTHS[3]), WIDTHS[3])
    coarse = _residual(_convolved(sixteenth, WIDTHS[4], 3, 2), WIDTHS[4])
    maps = _joined(coarse, sixteenth, WIDTHS[3])
    maps = _convolved(_joined(maps, eighth, WIDTHS[2]), WIDTHS[2])
    maps = _convolved(_joined(maps, quarter, _TOP), _TOP)
    bias = np.zeros(1 + len(CHARACTERS) + GEOMETRY, np.float32)
    bias[0] = _FIRST_LOGIT
    head = layers.Conv2D(len(bias), 1, bias_initializer=lambda *_, **__: tf.constant(bias))
    # layers of few channels and many places cost far more than their share: the ink is told where the maps are
    fine = layers.Concatenate()([layers.Conv2D(_FINE, 1)(maps), Folded()(picture)])
    fine = layers.Conv2D(_FINE, 3, padding="same", activation="relu")(fine)
    ink = DepthToSpace(CELL)(layers.Conv2D(CELL**2, 1)(fine))
    return keras.Model(picture, [head(maps), ink])


@keras.saving.register_keras_serializable(package="digitlab")
class _Answers(layers.Layer):  # type: ignore[misc]
    """Logits to probabilities: the four outputs of the file."""

    def call(self, logits: Any) -> Any:
        """(n, h, w, 32) -> middle, characters, geometry."""
        first, last = 1, 1 + len(CHARACTERS)
        return tf.sigmoid(logits[..., :first]), tf.nn.softmax(logits[..., first:last]), logits[..., last:]


def write_litert(network: keras.Model, file: Path) -> None:
    """Writes the network for `pipeline.reading.page_network`, its weights in half precision."""
    maps, ink = network.outputs
    middle, characters, geometry = _Answers()(maps)
    answering = keras.Model(network.inputs, [middle, characters, geometry, layers.Activation("sigmoid")(ink)])
    converter = tf.lite.TFLiteConverter.from_keras_model(answering)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    file.write_bytes(converter.convert())
