"""Muon, against a singular value decomposition, NumPy and Keras's own optimizers."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from models.train_config import make_config
from pipeline.training.optimizers import ConvolutionalMuon, make_optimizer, orthogonalize

RATE, DECAY = 0.01, 0.1


@pytest.mark.parametrize("shape", [(12, 12), (25, 8), (8, 25), (288, 32)])
def test_orthogonalizing_keeps_the_singular_vectors_and_brings_the_values_near_1(
    shape: tuple[int, int],
) -> None:
    matrix = np.random.default_rng(0).normal(size=shape)
    u, values, vt = np.linalg.svd(matrix, full_matrices=False)
    assert values.max() / values.min() > 1.5
    found = np.asarray(orthogonalize(tf.constant(matrix, tf.float32)), np.float64)
    in_the_basis = u.T @ found @ vt.T
    lifted = np.diag(in_the_basis)
    np.testing.assert_allclose(in_the_basis, np.diag(lifted), atol=1e-4)
    large = values > 0.01 * np.linalg.norm(matrix)
    assert large.sum() >= len(values) - 1
    assert lifted[large].min() > 0.65
    assert lifted.max() < 1.25
    # U V^T itself, but for how far the values are from 1
    assert np.linalg.norm(found - u @ vt, 2) < 0.4 or not large.all()


def newton_schulz(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Jordan's iteration in float64, on singular values instead of matrices."""
    u, values, vt = np.linalg.svd(matrix, full_matrices=False)
    values = values / np.linalg.norm(matrix)
    for _ in range(5):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    return np.asarray((u * values) @ vt)


def trained(optimizer: Any, start: NDArray[Any], gradients: list[NDArray[Any]], name: str) -> NDArray[Any]:
    variable = keras.Variable(start.astype(np.float32), name=name)
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, tf.float32)], [variable])
    return np.asarray(variable)


@pytest.mark.parametrize("shape", [(3, 3, 4, 8), (20, 6)])
def test_steps_of_muon_are_those_of_its_definition(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=shape), [random.normal(size=shape) for _ in range(3)]
    optimizer = make_optimizer(
        make_config("cnn", optimizer="muon", learning_rate=RATE, weight_decay=DECAY, schedule="constant")
    )
    assert isinstance(optimizer, ConvolutionalMuon)
    found = trained(optimizer, start, gradients, "kernel")

    weights, momentum = start.copy(), np.zeros(shape)
    for gradient in gradients:
        weights -= weights * DECAY * RATE
        momentum = 0.95 * momentum + gradient
        matrix = (gradient + 0.95 * momentum).reshape(-1, shape[-1])
        update = 0.2 * max(matrix.shape) ** 0.5 * newton_schulz(matrix)
        weights -= RATE * update.reshape(shape)
        assert np.sqrt((update**2).mean()) == pytest.approx(0.2, rel=0.25), "as large as one of AdamW"
    np.testing.assert_allclose(found, weights, atol=2e-6)


def test_a_plain_matrix_is_trained_as_by_kerass_muon() -> None:
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(20, 6)), [random.normal(size=(20, 6)) for _ in range(3)]
    ours, kerass = (
        trained(kind(RATE, weight_decay=DECAY), start, gradients, "kernel")
        for kind in (ConvolutionalMuon, keras.optimizers.Muon)
    )
    np.testing.assert_allclose(ours, kerass, atol=1e-6)


@pytest.mark.parametrize(("shape", "name"), [((20, 10), "logits_kernel"), ((20,), "gamma")])
def test_the_last_layer_and_vectors_are_trained_by_adamw(shape: tuple[int, ...], name: str) -> None:
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=shape), [random.normal(size=shape) for _ in range(3)]
    settings: dict[str, Any] = {"learning_rate": RATE, "weight_decay": DECAY}
    ours, kerass = (
        trained(make_optimizer(make_config("cnn", optimizer=kind, **settings)), start, gradients, name)
        for kind in ("muon", "adamw")
    )
    np.testing.assert_allclose(ours, kerass, atol=1e-6)
