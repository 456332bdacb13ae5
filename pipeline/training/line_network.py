"""The network that looks at single lines: its layers, and how it becomes a LiteRT file.

Convolutions take a level strip's height away step by step; what is left, a row of places, is looked at with ever
wider gaps, as in Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions" (2016), so that each place
knows of some four digits' heights to its left and right.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from pipeline.imaging.strips import STRIP_HEIGHT
from pipeline.pages.characters import CHARACTERS

WIDTHS = (16, 32, 48, 64, 96)
"""Filters at 1/2, 1/4, 1/8 and 1/16 of the strip's height, and of the row of places."""

_DILATIONS = (1, 2, 4, 8)
_GEOMETRY = 4
_OUTPUTS = 1 + len(CHARACTERS) + _GEOMETRY + 1
_FINER = 2  # places said of each place of the maps
_MOMENTUM = 0.98
_FIRST_LOGIT = -2.5  # few places are middles: the network begins by saying so

_Size = int | tuple[int, int]


def _normed(maps: Any) -> Any:
    return layers.BatchNormalization(momentum=_MOMENTUM)(maps)


def _convolved(maps: Any, filters: int, size: _Size = 3, **options: Any) -> Any:
    options = {"padding": "same", **options}
    return layers.ReLU()(_normed(layers.Conv2D(filters, size, use_bias=False, **options)(maps)))


def _residual(maps: Any, filters: int, size: _Size = 3, dilation: int = 1) -> Any:
    inner = _convolved(maps, filters, size, dilation_rate=dilation)
    inner = _normed(layers.Conv2D(filters, size, padding="same", use_bias=False)(inner))
    return layers.ReLU()(layers.Add()([maps, inner]))


def build_line_network() -> keras.Model:
    """The network: contrast (n, 48, w, 1), w a multiple of 4 -> logits (n, w / 2, 30).

    The 30 are: middle, the characters, and the geometry and whether things stand apart of
    `pipeline.pages.lines.LineTargets`.
    """
    strip = layers.Input((STRIP_HEIGHT, None, 1))
    maps = _convolved(strip, WIDTHS[0], 5, strides=2)
    maps = _residual(_convolved(maps, WIDTHS[1], strides=2), WIDTHS[1])
    maps = _residual(_convolved(maps, WIDTHS[2], strides=(2, 1)), WIDTHS[2])
    maps = _residual(_convolved(maps, WIDTHS[3], strides=(2, 1)), WIDTHS[3])
    maps = _convolved(layers.ZeroPadding2D(((0, 0), (1, 1)))(maps), WIDTHS[4], padding="valid")
    for dilation in _DILATIONS:
        maps = _residual(maps, WIDTHS[4], (1, 3), dilation)
    bias = np.zeros(_FINER * _OUTPUTS, np.float32)
    bias[::_OUTPUTS] = _FIRST_LOGIT
    head = layers.Conv2D(len(bias), 1, bias_initializer=lambda *_, **__: tf.constant(bias), dtype="float32")
    return keras.Model(strip, layers.Reshape((-1, _OUTPUTS), dtype="float32")(head(maps)))


@keras.saving.register_keras_serializable(package="digitlab")
class _Answers(layers.Layer):  # type: ignore[misc]
    """Logits to probabilities."""

    def call(self, logits: Any) -> Any:
        """(n, w, 30) -> the same, the middle and the characters as probabilities."""
        first, last = 1, 1 + len(CHARACTERS)
        middle, characters = tf.sigmoid(logits[..., :first]), tf.nn.softmax(logits[..., first:last])
        return tf.concat([middle, characters, logits[..., last:]], -1)


def write_litert(network: keras.Model, file: Path) -> None:
    """Writes the network for `pipeline.reading.line_network`, its weights in half precision."""
    answering = keras.Model(network.inputs, _Answers()(network.output))
    converter = tf.lite.TFLiteConverter.from_keras_model(answering)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    file.write_bytes(converter.convert())
