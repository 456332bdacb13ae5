"""An ONNX file answers as LiteRT does: by ONNX Runtime, for every shipped architecture; else it is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from models.errors import ModelError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.runs.export_formats import find_format
from pipeline.runs.onnx_export import export_onnx


def answers_of(file: Path, images: NDArray[np.uint8]) -> Any:
    """What ONNX Runtime makes of uint8 (n, 28, 28)."""
    session = InferenceSession(file, providers=["CPUExecutionProvider"])
    (told,) = session.get_inputs()
    assert (told.name, told.shape[1:]) == ("image", [28, 28, 1])
    return session.run(["probabilities"], {"image": (images[..., None] / 255).astype(np.float32)})[0]


@pytest.mark.parametrize(
    ("name", "answers"), [("dense", 10), ("cnn", 10), ("cnn-fast", 10), ("cnn-deep", 11)]
)
def test_each_shipped_model_is_exported_and_answers_alike(
    home: Path, tmp_path: Path, name: str, answers: int
) -> None:
    """An ensemble is exported in tests/pipeline/training/test_ensemble.py, by the command."""
    file = tmp_path / f"{name}.onnx"
    find_format(file).write(find_model(name), file)
    images = load_dataset().test[0][5000:5500]  # others than the export compares
    expected = Recognizer(find_model(name).directory.litert_file).scores(images)
    assert expected.shape == (500, answers)
    assert np.allclose(answers_of(file, images), expected, atol=1e-5)
    assert np.allclose(answers_of(file, images[:1]), expected[:1], atol=1e-5), "any number of images"


def test_a_file_that_answers_otherwise_is_refused_and_not_written(home: Path, tmp_path: Path) -> None:
    """A bound of 0 is passed by nothing: two engines add in different orders."""
    with pytest.raises(ModelError, match=r"not exported, because .* differ by up to \S+e-0\d"):
        export_onnx(find_model("cnn"), tmp_path / "cnn.onnx", most=0)
    assert not list(tmp_path.glob("*.onnx"))
