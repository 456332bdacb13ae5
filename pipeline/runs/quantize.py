"""An int8 LiteRT file of a model, with what it loses. TensorFlow converts it in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.files import replacing
from models.formatting import percent
from models.locations import PROJECT
from models.store import StoredModel

LARGEST_LOSS = 0.0002
"""Share of the test images by which an int8 model may be worse; one that loses as much or more is not offered."""

_CONVERTER = "pipeline.training.quantization"


@dataclass(frozen=True)
class Quantized:
    """What an int8 file loses and saves.

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
        verdict = f"loses {points:.2f} points of accuracy" if points > 0 else "loses no accuracy"
        answers = "answer" if self.changed == 1 else "answers"
        return (
            f"int8 {verdict} on {self.count:,} test images ({percent(self.float_accuracy)} before, "
            f"{percent(self.accuracy)} now, {self.changed} {answers} changed) and takes {self.size / 1e6:.2f} MB "
            f"instead of {self.float_size / 1e6:.2f} MB"
        )


def quantize(model: StoredModel, file: Path) -> Quantized:
    """Writes `model` as int8 to `file`.

    Raises:
        ModelError: it would lose `LARGEST_LOSS` or more, or can't be converted; then nothing is written.
    """
    with replacing(file) as part:
        answer = _convert(model, part)
        if "error" in answer:
            raise ModelError(answer["error"])
        quantized = Quantized(**answer)
        if quantized.loss > LARGEST_LOSS - 1e-9:  # shares of so many images, not exact as floats
            raise ModelError(f"{model.name}: it is not offered as int8, because {quantized.in_words()}.")
        return quantized


def _convert(model: StoredModel, file: Path) -> dict[str, Any]:
    """Starts the conversion; returns what it prints: the fields of `Quantized`, or an error."""
    done = subprocess.run(
        [sys.executable, "-m", _CONVERTER, str(model.directory.path.resolve()), str(file.resolve())],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise ModelError(f"{model.name}: it can't be converted to int8.") from None
    return answer
