"""Makes an int8 LiteRT file of a model and tests it: `python -m pipeline.training.quantization MODEL FILE`.

Weights and activations become 8-bit integers (Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", CVPR 2018), their ranges taken from training images; what goes in
and comes out stays float32. Started by `pipeline.runs.quantize`, which needs no TensorFlow.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.errors import DigitLabError
from models.networks import build
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_recorded

_CALIBRATION_IMAGES = 1000


def convert(reference: str, file: Path) -> dict[str, Any]:
    """Writes the model as int8 to `file`; returns the fields of `pipeline.runs.quantize.Quantized`."""
    model = find_model(reference)
    dataset = load_recorded(model.record.dataset)
    network = build(model.record.config)
    network.load_weights(model.directory.keras_file)
    _export(network, file, dataset.train[0])
    images, labels = dataset.test
    float_digits = Recognizer(model.directory.litert_file).probabilities(images).argmax(1)
    digits = Recognizer(file).probabilities(images).argmax(1)
    return {
        "accuracy": float((digits == labels).mean()),
        "float_accuracy": float((float_digits == labels).mean()),
        "changed": int((digits != float_digits).sum()),
        "count": len(labels),
        "size": file.stat().st_size,
        "float_size": model.directory.litert_file.stat().st_size,
    }


def _export(network: Any, file: Path, images: NDArray[np.uint8]) -> None:
    """Writes the `keras.Model` as int8; some of the images, uint8 (n, 28, 28), give the ranges of activations."""
    chosen = np.random.default_rng(0).choice(
        len(images), min(_CALIBRATION_IMAGES, len(images)), replace=False
    )

    def examples() -> Iterator[list[NDArray[np.float32]]]:
        for index in chosen:
            yield [images[index][None, ..., None].astype(np.float32) / 255]

    network.export(
        file,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=examples,
    )


def main(reference: str, file: str) -> None:
    """Prints what came of it, or what went wrong, as one JSON object."""
    try:
        answer = convert(reference, Path(file))
    except DigitLabError as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
