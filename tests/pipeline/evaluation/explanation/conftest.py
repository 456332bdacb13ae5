import numpy as np
import pytest
from numpy.typing import NDArray

from models.locations import PRETRAINED
from models.recognizer import Recognizer
from pipeline.data.dataset import load_dataset


@pytest.fixture(scope="module")
def images() -> NDArray[np.float32]:
    """MNIST's first test digits, float32 (40, 28, 28) in [0, 1]."""
    return load_dataset().test[0][:40].astype(np.float32) / np.float32(255)


@pytest.fixture(scope="module")
def dense() -> Recognizer:
    return Recognizer(PRETRAINED / "dense" / "model.tflite")


@pytest.fixture(scope="module")
def deep() -> Recognizer:
    """A model that also says "no digit"."""
    return Recognizer(PRETRAINED / "cnn-deep" / "model.tflite")
