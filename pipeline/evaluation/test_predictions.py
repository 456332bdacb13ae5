"""What a model said of each test digit: pick out the mistakes, filter, sort, take them along.

Knows the stored probabilities, not the model; nothing is computed anew.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import ModelError

Order = Literal["surest", "unsurest", "loss", "index"]
ORDERS: tuple[Order, ...] = get_args(Order)

_LEAST = 2.0**-24
"""The smallest probability that predictions.npz of earlier models can hold (float16); a loss is at most -ln of it."""


@dataclass(frozen=True)
class TestPredictions:
    """Answers to test digits, one entry a digit, all arrays of the same length.

    Attributes:
        index: int64, position in the test set.
        true: uint8, the label.
        predicted: uint8, the likeliest digit.
        confidence: float32, its probability.
        loss: float32, cross-entropy in nats.
    """

    index: NDArray[np.int64]
    true: NDArray[np.uint8]
    predicted: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    loss: NDArray[np.float32]

    __test__ = False  # pytest would take the name for one of its own

    def __len__(self) -> int:
        return len(self.index)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_] | slice) -> "TestPredictions":
        """Some of the answers: by position, mask or slice."""
        return TestPredictions(
            self.index[places],
            self.true[places],
            self.predicted[places],
            self.confidence[places],
            self.loss[places],
        )

    def mistakes(self) -> "TestPredictions":
        """The wrong ones."""
        return self.take(self.true != self.predicted)

    def select(self, true: int | None = None, predicted: int | None = None) -> "TestPredictions":
        """Those with this label and this answer; None stands for any."""
        chosen = np.ones(len(self), bool)
        if true is not None:
            chosen &= self.true == true
        if predicted is not None:
            chosen &= self.predicted == predicted
        return self.take(chosen)

    def sort(self, order: Order) -> "TestPredictions":
        """Surest or least sure first, costliest first, or as in the test set; equal ones as in the test set."""
        keys: dict[Order, NDArray[np.float32] | NDArray[np.int64]] = {
            "surest": -self.confidence,
            "unsurest": self.confidence,
            "loss": -self.loss,
            "index": self.index,
        }
        return self.take(np.asarray(np.lexsort((self.index, keys[order])), np.int64))

    def page(self, number: int, size: int) -> "TestPredictions":
        """Page `number`, counted from 1; empty behind the last."""
        return self.take(slice((number - 1) * size, number * size))

    def place_of(self, index: int) -> int | None:
        """Where the digit with this position in the test set stands here, if it does."""
        places = np.flatnonzero(self.index == index)
        return int(places[0]) if len(places) else None


def score_predictions(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> TestPredictions:
    """Sets a model's answers against the labels.

    Args:
        probabilities: float32 (n, 10), rows summing to 1.
        labels: uint8 (n,).

    Raises:
        ModelError: they are not of the same test set.
    """
    if len(probabilities) != len(labels):
        raise ModelError(
            f"The model's stored predictions cover {len(probabilities):,} images, but the test set has "
            f"{len(labels):,}; evaluate the model again."
        )
    rows = np.arange(len(labels))
    predicted = probabilities.argmax(1).astype(np.uint8)
    given = np.maximum(probabilities[rows, labels].astype(np.float32), np.float32(_LEAST))
    return TestPredictions(rows, labels, predicted, probabilities[rows, predicted], -np.log(given))


def to_csv(predictions: TestPredictions, probabilities: NDArray[np.float32]) -> str:
    """The answers as CSV, one a line, with all ten probabilities.

    Args:
        predictions: what to write, in this order.
        probabilities: float32 (n, 10) of the whole test set.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["index", "true", "predicted", "confidence", "loss", *(f"p{digit}" for digit in range(10))]
    )
    for row in range(len(predictions)):
        index = int(predictions.index[row])
        numbers = (predictions.confidence[row], predictions.loss[row], *probabilities[index])
        writer.writerow(
            [
                index,
                int(predictions.true[row]),
                int(predictions.predicted[row]),
                *(f"{number:.6g}" for number in numbers),
            ]
        )
    return text.getvalue()


def to_zip(
    predictions: TestPredictions, probabilities: NDArray[np.float32], images: NDArray[np.uint8]
) -> bytes:
    """The digits as 28x28 PNG files, named by label and answer, with the CSV, in a .zip file.

    Args:
        predictions: what to pack.
        probabilities: float32 (n, 10) of the whole test set.
        images: uint8 (n, 28, 28) of the whole test set, the stroke bright.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("answers.csv", to_csv(predictions, probabilities))
        for index, true, predicted in zip(
            predictions.index, predictions.true, predictions.predicted, strict=True
        ):
            file = io.BytesIO()
            Image.fromarray(images[index]).save(file, "PNG")
            archive.writestr(f"{index:05d}-true-{true}-read-{predicted}.png", file.getvalue())
    return content.getvalue()


def most_common(labels: Sequence[int]) -> tuple[int, int]:
    """The label that occurs most often, and how often; the smaller one of equals."""
    counts = np.bincount(np.asarray(labels, np.int64), minlength=10)
    return int(counts.argmax()), int(counts.max())
