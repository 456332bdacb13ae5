"""One step of noise against a model: each pixel a little brighter or darker, whichever harms more.

The fast gradient sign method (Goodfellow, Shlens and Szegedy, "Explaining and Harnessing Adversarial Examples", 2015).
LiteRT has no gradients, so they are those of the shipped dense network, worked out here; other networks are fooled by
what fools that one (a transfer attack). An attack with a network's own gradients would fool it more.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.layer_outputs import Layer, LayerReader
from models.locations import PRETRAINED
from pipeline.data.corruptions.pixels import Images, bytes_of, shares

_ATTACKED = "dense"
"""The shipped model whose gradients are taken."""


def adversarial_noise(images: Images, amount: float) -> Images:
    """Each pixel changed by `amount`, a share of white, so that the dense network's answer becomes less likely."""
    pixels = shares(images)
    slope = loss_gradient(pixels.reshape(len(images), -1), _layers()).reshape(pixels.shape)
    return bytes_of(pixels + np.float32(amount) * np.sign(slope))


def loss_gradient(inputs: NDArray[np.float32], layers: tuple[Layer, ...]) -> NDArray[np.float32]:
    """How the cross-entropy of a dense network's own likeliest answer changes with each pixel.

    Its own answer stands for the label, so that the noise says nothing of the label (Kurakin, Goodfellow and Bengio,
    2017, section 4.2).

    Args:
        inputs: float32 (n, pixels).
        layers: dense ones, each but the last with a ReLU.

    Returns:
        float32 (n, pixels).
    """
    outputs = [inputs]
    for layer in layers:
        weights, bias = _weights_of(layer)
        sums = outputs[-1] @ weights.T + bias
        outputs.append(np.maximum(sums, 0) if layer.rectified else sums)
    logits = outputs.pop()
    slope = np.exp(logits - logits.max(1, keepdims=True))
    slope /= slope.sum(1, keepdims=True)
    slope[np.arange(len(slope)), logits.argmax(1)] -= 1
    for layer, given in zip(reversed(layers), reversed(outputs), strict=True):
        slope = slope @ _weights_of(layer)[0]
        if given is not inputs:
            slope = slope * (given > 0)
    return np.asarray(slope, np.float32)


def _weights_of(layer: Layer) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if layer.filters is None or layer.bias is None:
        raise ValueError(f"expected a dense layer, got {layer.kind}")
    return layer.filters, layer.bias


@lru_cache(maxsize=1)
def _layers() -> tuple[Layer, ...]:
    return tuple(
        layer
        for layer in LayerReader(PRETRAINED / _ATTACKED / "model.tflite").layers
        if layer.kind == "dense"
    )
