"""28x28 images -> probabilities, through LiteRT. Knows nothing of where an image came from."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.errors import ModelError
from models.pool import Pool
from models.test_time_augmentation import COUNT, views_of

_CHUNK = 128  # images an interpreter takes at once: large enough to keep it busy, small enough for the cache


SURELY_DIGIT = 0.7
"""Digit score below which a picture is refused; benchmarks/refusal.py measures what that costs and catches."""


@dataclass(frozen=True)
class Prediction:
    """The answer for one image.

    Attributes:
        digit: the likeliest digit, 0 to 9.
        confidence: its probability.
        probabilities: of the ten digits, summing to 1.
        digit_score: how sure the model is that this is a digit at all, 0 to 1; None where it can't tell.
        candidates: the digits between which a person is to choose, likeliest first, where a risk was chosen and the
            answer is too doubtful to count; empty where it counts.
    """

    digit: int
    confidence: float
    probabilities: tuple[float, ...]
    digit_score: float | None = None
    candidates: tuple[int, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the model takes the picture for something else than a digit."""
        return self.digit_score is not None and self.digit_score < SURELY_DIGIT

    def runner_up(self) -> tuple[int, float]:
        """The second likeliest digit and its probability."""
        second = sorted(range(DIGITS), key=lambda digit: -self.probabilities[digit])[1]
        return second, self.probabilities[second]


def among_digits(scores: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Probabilities of the ten digits, given that it is one: scores (n, 10 or 11) -> float32 (n, 10), sums of 1."""
    digits = scores[:, :DIGITS]
    return np.asarray(digits / np.maximum(digits.sum(1, keepdims=True), 1e-12), np.float32)


class Recognizer:
    """A trained model, ready to answer. One object may be shared by any number of threads.

    A LiteRT interpreter serves one caller at a time, so there are as many as cores; each call borrows one
    and a large batch is dealt out to all of them.
    """

    def __init__(self, litert_file: Path, workers: int | None = None) -> None:
        """Loads the model.

        Args:
            litert_file: a model.tflite.
            workers: interpreters to keep; as many as cores by default.

        Raises:
            ModelError: the file is missing or not such a model.
        """
        try:
            content = litert_file.read_bytes()
        except OSError as error:
            raise ModelError(f"{litert_file}: the model file can't be read ({error.strerror}).") from None
        self._workers = workers or os.cpu_count() or 1
        self._interpreters = Pool(lambda: _Interpreter(content), self._workers)
        try:
            with self._interpreters.borrow():
                pass  # a damaged model is told of now
        except (ValueError, RuntimeError):
            raise ModelError(f"{litert_file}: it is not a LiteRT model for 28x28 images.") from None

    def scores(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """What the network answers, unchanged.

        Args:
            images: (n, 28, 28) or (n, 28, 28, 1), stroke bright; uint8 in [0, 255] or float in [0, 1].

        Returns:
            float32 (n, 10), or (n, 11) from a model with a last column for "not a digit".
        """
        if images.shape[1:] not in ((SIDE, SIDE), (SIDE, SIDE, 1)):
            raise ValueError(f"expected images of shape (n, 28, 28), got {images.shape}")
        images = images.reshape(-1, SIDE, SIDE, 1)
        chunks = [images[start : start + _CHUNK] for start in range(0, len(images), _CHUNK)]
        if not chunks:
            return np.zeros((0, DIGITS), np.float32)
        if len(chunks) == 1:
            return self._answer(chunks[0])
        with ThreadPoolExecutor(self._workers) as pool:
            return np.concatenate(list(pool.map(self._answer, chunks)))

    def _answer(self, images: NDArray[Any]) -> NDArray[np.float32]:
        scale = np.float32(255) if images.dtype == np.uint8 else np.float32(1)
        with self._interpreters.borrow() as interpreter:
            return interpreter.answer(images.astype(np.float32) / scale)

    def probabilities(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Probabilities of the ten digits, given that it is one: float32 (n, 10). Images as in `scores`."""
        return among_digits(self.scores(images))

    def predict_picture(self, image: NDArray[np.float32]) -> Prediction:
        """The answer for one normalized picture, float32 (28, 28) in [0, 1], judged from several views."""
        return self.predict(image[None], steady=True)[0]

    def steady_scores(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `scores`, averaged over several views (`models.test_time_augmentation`): steadier, five times the work.

        Args:
            images: float32 (n, 28, 28) in [0, 1], stroke bright; at least one.
        """
        scores = self.scores(views_of(images))
        return np.asarray(scores.reshape(len(images), COUNT, -1).mean(1), np.float32)

    def predict(self, images: NDArray[Any], steady: bool = False) -> list[Prediction]:
        """The answer for each image.

        Args:
            images: as in `scores`, or as in `steady_scores`.
            steady: whether to average over several views of each image.
        """
        predictions = []
        for row in (self.steady_scores(images) if steady else self.scores(images)).astype(float):
            digits = row[:DIGITS] / max(row[:DIGITS].sum(), 1e-12)
            best = int(digits.argmax())
            score = 1 - row[DIGITS] if len(row) > DIGITS else None
            predictions.append(Prediction(best, float(digits[best]), tuple(digits.tolist()), score))
        return predictions


class _Interpreter:
    """One LiteRT interpreter and the batch size that it is set up for.

    It grows once, to the largest batch, when the first batch comes: to grow costs as much as fifteen images do each
    time, to shrink nothing.
    """

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter = interpreter = Interpreter(model_content=content, num_threads=1)
        self._input = interpreter.get_input_details()[0]["index"]
        self._output = interpreter.get_output_details()[0]["index"]
        self._size, self._room = 0, 1
        self._resize(1)
        if interpreter.get_output_details()[0]["shape"][-1] not in (DIGITS, DIGITS + 1):
            raise ValueError("expected 10 or 11 outputs")

    def _resize(self, size: int) -> None:
        if size != self._size:
            self._interpreter.resize_tensor_input(self._input, (size, SIDE, SIDE, 1))
            self._interpreter.allocate_tensors()
            self._size = size

    def answer(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(images) > self._room:
            self._resize(_CHUNK)
            self._room = _CHUNK
        self._resize(len(images))
        self._interpreter.set_tensor(self._input, images)
        self._interpreter.invoke()
        return np.asarray(self._interpreter.get_tensor(self._output), np.float32)
