"""Loss, accuracy and pace of one epoch under way, as lines of progress."""

import math
import time

import numpy as np
from numpy.typing import NDArray

from models.records import Progress
from pipeline.training.callbacks import Validation


class EpochMetrics:
    """Adds up what the steps of an epoch give.

    Attributes:
        step: steps done in this epoch.
    """

    def __init__(
        self,
        epoch: int,
        rates: NDArray[np.float32],
        size: int,
        batch_size: int,
        images_before: int,
        began: float,
    ) -> None:
        """Epoch `epoch` (from 0) of `size` images, with the learning rate of each of its steps.

        `images_before` have been trained on since the time `began`, by `time.perf_counter`.
        """
        self._epoch, self._rates, self._size, self._batch_size = epoch, rates, size, batch_size
        self._images_before, self._began = images_before, began
        self.step = 0
        self._images = self._correct = 0
        self._losses: list[float] = []

    def add(self, losses: list[float], correct: int) -> Progress:
        """Takes in some more steps: each one's loss, summed over its images, and the right answers; their means."""
        self.step += len(losses)
        images = min(self.step * self._batch_size, self._size) - self._images
        self._images += images
        self._correct += correct
        self._losses += losses
        return self._progress(math.fsum(losses) / images, correct / images)

    def end(self, validation: Validation) -> Progress:
        """The means over the whole epoch, with its validation figures."""
        # exact sums, so however the steps were grouped it is the same
        progress = self._progress(math.fsum(self._losses) / self._images, self._correct / self._images)
        return progress.model_copy(
            update={"val_loss": validation.loss, "val_accuracy": validation.accuracy, "epoch_end": True}
        )

    def _progress(self, loss: float, accuracy: float) -> Progress:
        return Progress(
            epoch=self._epoch + 1,
            step=self.step,
            steps=len(self._rates),
            loss=loss,
            accuracy=accuracy,
            learning_rate=float(self._rates[self.step - 1]),
            images=self._images_before + self._images,
            seconds=time.perf_counter() - self._began,
        )
