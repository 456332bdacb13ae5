"""The moving average of the weights, against NumPy, TensorFlow and Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.training.averaging import WeightAverage

DECAY = 0.9


def test_the_average_follows_the_recursion_with_warm_up() -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(120, 4)).astype(np.float32)
    variable, count = keras.Variable(values[0]), tf.Variable(0.0)
    average = WeightAverage([variable], DECAY)
    tensorflows = tf.train.ExponentialMovingAverage(DECAY, num_updates=count)
    shadowed = tf.Variable(values[0])
    tensorflows.apply([shadowed])
    expected = values[0].astype(np.float64)
    for step, value in enumerate(values[1:], start=1):
        variable.assign(value)
        average.update(tf.constant(float(step)))
        keep = min(DECAY, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * value
        np.testing.assert_allclose(average.averages[0], expected, atol=1e-6)
        count.assign(float(step))
        shadowed.assign(value)
        tensorflows.apply([shadowed])
    np.testing.assert_allclose(average.averages[0], tensorflows.average(shadowed), atol=1e-6)


def test_after_the_warm_up_it_is_kerass_average() -> None:
    random = np.random.default_rng(0)
    variable = keras.Variable(random.normal(size=4).astype(np.float32))
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=DECAY)
    optimizer.build([variable])
    average = WeightAverage([variable], DECAY)
    for step in range(20):
        optimizer.apply([tf.constant(random.normal(size=4), tf.float32)], [variable])
        if step:
            average.update(tf.constant(100.0 + step))
        else:
            average.averages[0].assign(variable)  # Keras begins with the weights after the first step
    optimizer.finalize_variable_values([variable])
    np.testing.assert_allclose(variable, average.averages[0], atol=1e-6)


def test_average_and_raw_weights_are_exchanged_and_put_back() -> None:
    variable = keras.Variable(np.zeros(3, np.float32))
    average = WeightAverage([variable], DECAY)
    variable.assign(np.ones(3))
    average.update(tf.constant(1000.0))
    for _ in range(2):  # a second call changes nothing
        average.use_average()
        assert np.asarray(variable) == pytest.approx(0.1)
    for _ in range(2):
        average.use_raw()
        assert np.asarray(variable) == pytest.approx(1.0)
