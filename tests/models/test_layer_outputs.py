"""What LiteRT's layers answer, against SciPy and sums by hand; the same layers in NumPy; one unit's arithmetic."""

from typing import Literal

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
from models.unit_arithmetic import Unit, find_unit, follow_unit, seen_of_picture
from pipeline.data.dataset import load_dataset

MODELS = ("dense", "cnn", "cnn-fast", "cnn-deep")


@pytest.fixture(scope="module")
def seven() -> NDArray[np.float32]:
    return np.asarray(load_dataset().test[0][0] / 255, np.float32)


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
        mode: Literal["same", "valid"] = "same" if layer.padded else "valid"
        maps = [
            correlate(outputs[place][..., channel].astype(float), layer.filters[number][..., channel], mode)
            for channel in range(layer.filters.shape[3])
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


@pytest.mark.parametrize("name", MODELS)
def test_the_sum_of_any_unit_is_what_litert_answered(
    readers: dict[str, LayerReader], seven: NDArray[np.float32], name: str
) -> None:
    layers, outputs, random = readers[name].layers, readers[name].outputs(seven), np.random.default_rng(0)
    for number, told in enumerate(outputs):
        for _ in range(5):
            *place, channel = (int(random.integers(size)) for size in told.shape)
            unit = Unit(number, channel, *place)
            found = follow_unit(layers, outputs, seven, unit)
            assert found.value == pytest.approx(find_unit(outputs, unit), abs=2e-4), (
                layers[number].kind,
                unit,
            )


def test_units_that_a_network_does_not_have_are_not_found(
    readers: dict[str, LayerReader], seven: NDArray[np.float32]
) -> None:
    outputs = readers["cnn-fast"].outputs(seven)
    for unit in (Unit(5, 0), Unit(0, 16), Unit(0, 0, 12), Unit(0, 0, 0, 12), Unit(4, 10)):
        assert find_unit(outputs, unit) is None


@pytest.mark.parametrize("name", ["cnn", "cnn-deep"])
def test_what_a_unit_sees_of_the_picture_and_nothing_else_decides_it(
    readers: dict[str, LayerReader], name: str
) -> None:
    """Noise is put everywhere else, and then on the outermost of what it sees."""
    layers, random = readers[name].layers, np.random.default_rng(0)
    image, noise = random.uniform(size=(2, 28, 28)).astype(np.float32)
    outputs = readers[name].outputs(image)
    channel = int(outputs[2][2, 3].argmax())
    unit = Unit(2, channel, 2, 3)
    value = find_unit(outputs, unit)
    top, bottom, left, right = seen_of_picture(layers, outputs, unit)
    assert 0 < top < bottom < 27
    for margin, same in ((0, True), (1, False)):
        seen = slice(top + margin, bottom + 1 - margin), slice(left + margin, right + 1 - margin)
        changed = noise.copy()
        changed[seen] = image[seen]
        assert (find_unit(readers[name].outputs(changed), unit) == pytest.approx(value, abs=1e-5)) is same
