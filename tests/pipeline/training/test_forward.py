"""The fused batch norm of the training step, against the arithmetic of Keras's own layer."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.forward_pass import WeightedNetwork
from models.networks import build
from models.train_config import make_config
from pipeline.training.averaging import ema_warmup
from pipeline.training.forward import batch_norm, training_logits


def layer_of(shape: tuple[int, ...], momentum: float) -> Any:
    """A batch norm with weights and moving averages that are not their defaults; the same at each call."""
    random = np.random.default_rng(1)
    layer = keras.layers.BatchNormalization(momentum=momentum)
    layer.build((None, *shape[1:]))
    layer.set_weights([random.uniform(0.5, 2, shape[-1]) for _ in range(4)])
    return layer


@pytest.mark.parametrize("shape", [(16, 5, 4, 3), (32, 7)])
@pytest.mark.parametrize(("steps", "momentum"), [(3.0, 4 / 13), (5000.0, 0.99)])
def test_fused_batch_norm_is_kerass_in_training_mode(
    shape: tuple[int, ...], steps: float, momentum: float
) -> None:
    """`momentum` is what is in force after `steps`: first the warm-up's, later the layer's own 0.99."""
    random = np.random.default_rng(0)
    values = tf.constant(random.normal(2, 3, shape), tf.float32)
    weighting = tf.constant(random.normal(size=shape), tf.float32)
    fused, plain = layer_of(shape, 0.99), layer_of(shape, momentum)
    results = []
    calls: list[tuple[Any, Callable[[], Any]]] = [
        (fused, lambda: batch_norm(fused, values, tf.constant(steps))),
        (plain, lambda: plain(values, training=True)),
    ]
    for layer, call in calls:
        with tf.GradientTape() as tape:
            tape.watch(values)
            outputs = call()
            total = tf.reduce_sum(outputs * weighting)
        variables = [values, layer.gamma.value, layer.beta.value]
        results.append([outputs, *tape.gradient(total, variables), layer.moving_mean.value])
    for ours, kerass in zip(*results, strict=True):
        np.testing.assert_allclose(ours, kerass, rtol=1e-4, atol=1e-5)

    # the one difference: the variance that inference uses is the unbiased estimate here, the biased one in Keras
    axes = tuple(range(len(shape) - 1))
    before = layer_of(shape, 0.99).moving_variance.numpy()
    for layer, freedom in ((fused, 1), (plain, 0)):
        expected = momentum * before + (1 - momentum) * np.var(values.numpy(), axes, ddof=freedom)
        np.testing.assert_allclose(layer.moving_variance, expected, rtol=1e-5)


def test_the_training_pass_is_kerass_for_a_whole_network() -> None:
    network = build(make_config("cnn-fast", parameters={"filters_1": 4, "filters_2": 8, "units": 16}))
    images = np.random.default_rng(0).random((32, 28, 28, 1), np.float32)
    logits = training_logits(network.layers[:-1], tf.constant(images), tf.constant(0.0))
    np.testing.assert_allclose(tf.nn.softmax(logits), network(images, training=True), atol=1e-5)


def test_the_warm_up_is_that_of_tensorflows_moving_average() -> None:
    assert float(ema_warmup(tf.constant(0.0))) == pytest.approx(1 / 10)
    assert float(ema_warmup(tf.constant(90.0))) == pytest.approx(91 / 100)


@pytest.mark.parametrize("name", ["cnn", "cnn-fast", "cnn-deep"])
def test_the_pass_in_numpy_is_kerass_for_weights_of_any_kind(name: str) -> None:
    config, random = make_config(name), np.random.default_rng(3)
    network = build(config)
    network.set_weights(
        [value + random.uniform(0, 0.1, value.shape).astype(np.float32) for value in network.get_weights()]
    )
    image = random.uniform(size=(28, 28)).astype(np.float32)
    expected = keras.Model(network.inputs[0], network.layers[-1].input)(image[None, ..., None])
    logits = WeightedNetwork(config, network.get_weights()).outputs(image)[-2]
    np.testing.assert_allclose(logits, expected[0], rtol=1e-3, atol=1e-3)
