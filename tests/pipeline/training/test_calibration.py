"""Cross-entropy and temperature, against SciPy and scikit-learn."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss

from pipeline.training.calibration import cross_entropy, fit_scale


def logits_and_labels(temperature: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Logits whose labels are drawn with exactly their probabilities, then all divided by a temperature."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 10))
    labels = (softmax(logits, axis=1).cumsum(1) < random.random((4000, 1))).sum(1)
    return logits / temperature, labels.astype(np.uint8)


def test_cross_entropy_is_scipys_and_scikit_learns() -> None:
    logits, labels = logits_and_labels(1.0)
    found = cross_entropy(logits, labels)
    assert found == pytest.approx(
        -log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean(), rel=1e-12
    )
    assert found == pytest.approx(log_loss(labels, softmax(logits, axis=1), labels=range(10)), rel=1e-9)
    assert np.isfinite(cross_entropy(1e6 * logits, labels)), "no overflow"


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_is_the_one_that_another_minimizer_finds(temperature: float) -> None:
    logits, labels = logits_and_labels(temperature)
    picked = np.arange(len(labels)), labels

    def loss(scale: NDArray[Any]) -> float:
        return float(-log_softmax(logits * scale[0], axis=1)[picked].mean())

    found = fit_scale(logits, labels)
    best = minimize(loss, [1.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12})
    assert found == pytest.approx(best.x[0], rel=1e-3)
    assert found == pytest.approx(temperature, rel=0.05), "what was drawn is found again"
    assert cross_entropy(logits * found, labels) <= cross_entropy(logits, labels)
