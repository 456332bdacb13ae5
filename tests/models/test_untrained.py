"""The same layers with random weights: through LiteRT, compared with what Keras draws."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.layer_outputs import LayerReader
from models.store import find_model
from models.untrained import without_training


@pytest.mark.parametrize("name", ["dense", "cnn", "cnn-fast", "cnn-deep"])
def test_weights_are_within_glorots_bounds_and_biases_are_zero(name: str, tmp_path: Path) -> None:
    trained = find_model(f"shipped:{name}").directory.litert_file
    file = tmp_path / "untrained.tflite"
    file.write_bytes(without_training(trained, 7))
    assert file.read_bytes() == without_training(trained, 7) != without_training(trained, 8)
    before, after = LayerReader(file, 1), LayerReader(trained, 1)
    assert [layer.kind for layer in before.layers] == [layer.kind for layer in after.layers]
    image = np.random.default_rng(0).random((28, 28), np.float32)
    values = image
    for layer, output in zip(before.layers, before.outputs(image), strict=True):
        if layer.kind == "normalization":
            np.testing.assert_allclose(output, np.maximum(values, 0) / np.sqrt(1.001), rtol=1e-5)
        if layer.kind in ("convolution", "dense") and layer.filters is not None and layer.bias is not None:
            outputs, inputs, area = (
                layer.filters.shape[0],
                layer.filters.shape[-1],
                layer.filters[0, ..., 0].size,
            )
            bound = np.sqrt(6 / (area * (inputs + outputs)))
            assert 0.9 * bound < np.abs(layer.filters).max() <= bound
            assert layer.filters.std() == pytest.approx(bound / np.sqrt(3), rel=0.15), (
                "as of a uniform distribution"
            )
            assert not layer.bias.any()
        values = output


def test_what_is_no_model_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "noise.tflite").write_bytes(b"not a model" * 9)
    with pytest.raises(ModelError, match="it is not a LiteRT model"):
        without_training(tmp_path / "noise.tflite", 0)
    with pytest.raises(ModelError, match="can't be read"):
        without_training(tmp_path / "missing.tflite", 0)
