"""Cross-entropy, and the temperature that makes a network as sure as it is right."""

import math

import numpy as np
from numpy.typing import NDArray


def cross_entropy(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Mean of -log softmax(logits)[label], in nats.

    Args:
        logits: float64 (n, classes).
        labels: (n,).
    """
    shifted = logits - logits.max(1, keepdims=True)
    log_likelihood = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(1))
    return float(-log_likelihood.mean())


def fit_scale(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """The factor for the logits with the least cross-entropy, from 1/20 to 20: 1 / temperature.

    Temperature scaling after Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    from scipy.optimize import minimize_scalar

    fit = minimize_scalar(
        lambda log_scale: cross_entropy(logits * math.exp(log_scale), labels),
        bounds=(-3, 3),
        method="bounded",
    )
    return math.exp(fit.x)
