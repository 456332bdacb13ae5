"""Makes an int8 LiteRT file of a model and says what it loses: `python -m pipeline.training.quantization MODEL FILE`.

Weights and activations become 8-bit integers (Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", CVPR 2018), their ranges taken from training images; what goes in
and comes out stays float32. Needs TensorFlow, so `quantize` runs it in a process of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import DigitLabError, ModelError
from models.files import replacing
from models.locations import PROJECT
from models.store import StoredModel, find_model
from pipeline.data.dataset import load_recorded

LARGEST_LOSS = 0.0002
"""Share of the test images by which an int8 model may be worse; one that loses as much or more is not offered."""

_CALIBRATION_IMAGES = 1000


@dataclass(frozen=True)
class Quantized:
    """What came of it.

    Attributes:
        accuracy: of the int8 model, share of the test images.
        float_accuracy: of the model as it was.
        changed: test images that are answered otherwise than before.
        count: test images.
        size: of the int8 file in bytes.
        float_size: of the file as it was.
    """

    accuracy: float
    float_accuracy: float
    changed: int
    count: int
    size: int
    float_size: int

    @property
    def loss(self) -> float:
        """Accuracy lost, a share; below zero where it became better by chance."""
        return self.float_accuracy - self.accuracy

    def in_words(self) -> str:
        """The price and the gain, one sentence."""
        points = 100 * self.loss
        verdict = f"loses {points:.2f} points" if points > 0 else "loses nothing"
        answers = "answer" if self.changed == 1 else "answers"
        return (
            f"int8 {verdict} on {self.count:,} test images ({self.float_accuracy:.2%} before, "
            f"{self.accuracy:.2%} now, {self.changed} {answers} changed) and has {self.size / 1e6:.2f} MB "
            f"instead of {self.float_size / 1e6:.2f} MB"
        )


def quantize(model: StoredModel, file: Path) -> Quantized:
    """Writes `model` as int8 to `file`.

    Raises:
        ModelError: it would lose `LARGEST_LOSS` or more, or can't be converted; then nothing is written.
    """
    with replacing(file) as part:
        return _written(model, part)


def _written(model: StoredModel, file: Path) -> Quantized:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline.training.quantization",
            str(model.directory.path.resolve()),
            str(file.resolve()),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise ModelError(f"{model.name}: it can't be converted to int8.") from None
    if "error" in told:
        raise ModelError(told["error"])
    result = Quantized(**told)
    if result.loss > LARGEST_LOSS - 1e-9:  # shares of so many images, not exact as floats
        raise ModelError(f"{model.name}: it is not offered as int8, because {result.in_words()}.")
    return result


def _convert(reference: str, file: Path) -> Quantized:
    from models.networks import build
    from models.recognizer import Recognizer

    model = find_model(reference)
    data = load_recorded(model.record.dataset)
    network = build(model.record.config)
    network.load_weights(model.directory.keras_file)
    _write(network, file, data.train[0])
    images, labels = data.test
    before = Recognizer(model.directory.litert_file).probabilities(images).argmax(1)
    after = Recognizer(file).probabilities(images).argmax(1)
    return Quantized(
        float((after == labels).mean()),
        float((before == labels).mean()),
        int((after != before).sum()),
        len(labels),
        file.stat().st_size,
        model.directory.litert_file.stat().st_size,
    )


def _write(network: Any, file: Path, images: Any) -> None:
    import tensorflow as tf

    chosen = np.random.default_rng(0).choice(
        len(images), min(_CALIBRATION_IMAGES, len(images)), replace=False
    )

    def examples() -> Iterator[list[Any]]:
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
        told = asdict(_convert(reference, Path(file)))
    except DigitLabError as error:
        told = {"error": str(error)}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
