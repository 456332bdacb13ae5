"""What a training reports while it runs, and what it returns at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.records import Progress

StopReason = Literal["finished", "stopped", "early", "diverged"]
"""All epochs done; stopped from outside; no lower validation loss for too long; the loss grew beyond all bounds."""

Weights = list[NDArray[np.float32]]
"""A network's weights, as `keras.Model.get_weights` gives them."""

Checkpoint = dict[str, NDArray[Any]]
"""Everything needed to resume after a whole epoch: weights, optimizer, averaged weights, random states."""


class Validation(NamedTuple):
    """Mean cross-entropy in nats and share of right answers on the validation images; None where there are none."""

    loss: float | None = None
    accuracy: float | None = None


@dataclass
class TrainResult:
    """A trained network and how its training went.

    Attributes:
        model: `keras.Model`, (n, 28, 28, 1) float32 in [0, 1] -> (n, 10 or 11) probabilities.
        history: one entry per whole epoch.
        stop_reason: why the training ended.
        epochs: whole epochs behind the model.
        validation: of the model as it is returned.
    """

    model: Any
    history: list[Progress] = field(default_factory=list)
    stop_reason: StopReason = "finished"
    epochs: int = 0
    validation: Validation = field(default_factory=Validation)


@dataclass(frozen=True)
class Callbacks:
    """What the caller hooks into a training. Each is called from the training's own thread.

    Attributes:
        on_progress: called a few times a second and at each epoch's end.
        should_stop: asked as often, and once an epoch is stored; once it says yes, the model as it stands is returned.
        on_checkpoint: called after each whole epoch with a function that collects the state to store.
        on_snapshot: called before the first epoch and after each with the number of whole epochs and a function that
            gives the weights as they would answer then, averaged where they are; not for ensembles.
    """

    on_progress: Callable[[Progress], None] = lambda _: None
    should_stop: Callable[[], bool] = lambda: False
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None] = lambda _: None
    on_snapshot: Callable[[int, Callable[[], Weights]], None] = lambda _, __: None
