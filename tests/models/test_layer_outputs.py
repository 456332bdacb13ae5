"""What LiteRT's layers answer, against SciPy and sums by hand; the same layers in NumPy; one unit's arithmetic."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import correlate
from scipy.special import softmax

from models.errors import ModelError
from models.forward_pass import WeightedNetwork, compute
from models.layer_outputs import LayerReader
from models.locations import PRETRAINED
from models.recognizer import Recognizer
from models.train_config import make_config
from pipeline.data.dataset import load_dataset

MODELS = ("dense", "cnn", "cnn-fast", "cnn-deep")


@pytest.fixture(scope="module")
def seven() -> NDArray[np.float32]:
    return load_dataset().test[0][0].astype(np.float32) / 255


@pytest.fixture(scope="module")
def readers() -> dict[str, LayerReader]:
    return {name: LayerReader(PRETRAINED / name / "model.tflite", 1) for name in MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_the_last_layer_is_the_answer(
    readers: dict[str, LayerReader], seven: NDArray[np.float32], name: str
) -> None:
    outputs = readers[name].outputs(seven)
    assert np.allclose(
        outputs[-1], Recognizer(PRETRAINED / name / "model.tflite", 1).scores(seven[None])[0], atol=1e-6
    )
    assert np.allclose(outputs[-1], softmax(outputs[-2].astype(float)), atol=1e-6)


@pytest.mark.parametrize(("name", "place"), [("cnn", 0), ("cnn", 2), ("cnn-fast", 1), ("cnn-deep", 4)])
def test_a_convolution_is_what_scipy_correlates(
    readers: dict[str, LayerReader], seven: NDArray[np.float32], name: str, place: int
) -> None:
    layer, outputs = readers[name].layers[place], [seven[..., None], *readers[name].outputs(seven)]
    assert layer.kind == "convolution"
    assert layer.filters is not None
    assert layer.bias is not None
    for number in (0, len(layer.filters) - 1):
        mode = "same" if layer.padded else "valid"
        channels = range(layer.filters.shape[3])
        maps = [
            correlate(outputs[place][..., c], layer.filters[number][..., c], mode, "direct") for c in channels
        ]
        expected = np.maximum(np.sum(maps, axis=0) + layer.bias[number], 0)[:: layer.stride, :: layer.stride]
        assert np.allclose(outputs[place + 1][..., number], expected, atol=1e-4)


def test_a_pooling_is_the_largest_of_four_by_hand(
    readers: dict[str, LayerReader], seven: NDArray[np.float32]
) -> None:
    given, told = readers["cnn"].outputs(seven)[2:4]
    assert told.shape == (5, 5, 64)
    assert told[3, 4, 9] == max(given[row, column, 9] for row in (6, 7) for column in (8, 9))


@pytest.mark.parametrize("name", MODELS)
def test_numpy_computes_the_layers_that_litert_answers(
    readers: dict[str, LayerReader], seven: NDArray[np.float32], name: str
) -> None:
    given = seven[..., None]
    for layer, told in zip(readers[name].layers, readers[name].outputs(seven), strict=True):
        assert np.allclose(compute(layer, given), told, atol=2e-4), layer.kind
        given = told


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ModelError, match="don't fit"):
        WeightedNetwork(make_config("dense"), [np.zeros((784, 128)), np.zeros(128), np.zeros((3, 3))])
