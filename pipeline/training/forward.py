"""The forward pass of a training step, with batch norm in one operation."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from pipeline.training.averaging import ema_warmup


def training_logits(layers: Sequence[Any], images: Any, steps: Any) -> Any:
    """The output of a stack of Keras layers in training mode, with batch norm fused.

    Args:
        layers: all but the softmax.
        images: float32 tensor (n, 28, 28, 1) in [0, 1].
        steps: steps done before, float32 tensor ().

    Returns:
        Logits, float32 tensor (n, classes).
    """
    values = images
    for layer in layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            values = batch_norm(layer, values, steps)
        else:
            values = layer(values, training=True)
    return values


def batch_norm(layer: Any, values: Any, steps: Any) -> Any:
    """Batch normalization in training mode (Ioffe and Szegedy, ICML 2015), as Keras's layer computes it, but faster.

    Keras composes it of a dozen operations that each pass over the whole map, which takes twice as long; the fused
    one does the same and gives back the batch's mean and variance. Two things differ in the moving averages that
    inference uses: the variance taken in is the unbiased one, n / (n - 1) times Keras's, where n counts the values
    of a channel, and young averages follow as `ema_warmup` allows.

    Args:
        layer: `keras.layers.BatchNormalization` over the last axis; its moving averages are updated.
        values: float32 tensor (n, height, width, channels) or (n, channels).
        steps: steps done before, float32 tensor ().
    """
    shape = tf.shape(values)
    maps = values if len(values.shape) == 4 else values[:, None, None, :]
    maps, mean, variance = tf.compat.v1.nn.fused_batch_norm(
        maps, layer.gamma.value, layer.beta.value, epsilon=layer.epsilon, is_training=True
    )
    values = tf.reshape(maps, shape)
    for moving, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        share = 1 - tf.minimum(layer.momentum, ema_warmup(steps))
        moving.assign_sub((moving.value - batch) * share)
    return values
