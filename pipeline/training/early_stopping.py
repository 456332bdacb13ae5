"""Early stopping on the validation loss, as `keras.callbacks.EarlyStopping(restore_best_weights=True)`."""

import math
from typing import Any

import numpy as np

from pipeline.training.callbacks import Checkpoint, Weights


class EarlyStopping:
    """Remembers the epoch (from 0) with the lowest validation loss, and the weights it ended with.

    Without patience it never stops a training and remembers nothing.
    """

    def __init__(self, patience: int, first_epoch: int, state: Checkpoint | None = None) -> None:
        """`patience`: epochs without a lower loss; `state`: a checkpoint to go on from.

        Where patience had run out by that checkpoint, it begins anew: more epochs were asked for.
        """
        self._patience = patience
        self._epoch, self._loss = first_epoch, math.inf
        self._weights: Weights | None = None
        if state is not None and "best_epoch" in state:
            self._epoch, self._loss = int(state["best_epoch"]), float(state["best_loss"])
            count = sum(name.startswith("best ") for name in state)
            self._weights = [state[f"best {number}"] for number in range(count)]
            last = int(state["epochs"]) - 1
            if last - self._epoch >= patience:
                self._epoch = last

    def update(self, epoch: int, loss: float | None, model: Any) -> None:
        """Takes in an epoch's validation loss, None without validation images, and the model it was measured with."""
        if self._patience and loss is not None and loss < self._loss:
            self._epoch, self._loss, self._weights = epoch, loss, model.get_weights()

    def out_of_patience(self, epoch: int) -> bool:
        """Whether the loss has not fallen for too many epochs."""
        return bool(self._patience) and epoch - self._epoch >= self._patience

    def restore_best(self, model: Any) -> None:
        """Puts the best epoch's weights into the model, where there was one."""
        if self._weights is not None:
            model.set_weights(self._weights)

    def state(self) -> Checkpoint:
        """What a checkpoint needs of it."""
        if self._weights is None:
            return {}
        weights = {f"best {number}": value for number, value in enumerate(self._weights)}
        return {"best_epoch": np.array(self._epoch), "best_loss": np.array(self._loss), **weights}
