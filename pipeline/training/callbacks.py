"""What a training tells while it goes on, and what it gives back at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.training.train_step import Checkpoint


@dataclass(frozen=True)
class Progress:
    """What is known after some steps; at an epoch's end with the validation figures.

    Attributes:
        epoch: the epoch under way, from 1.
        step: steps done in this epoch.
        steps: steps in an epoch.
        loss: mean over the steps since the last report, or over the epoch at its end.
        accuracy: share of right answers in training, likewise.
        learning_rate: of the last step.
        images: training images seen since the training (or its continuation) began.
        seconds: time since then.
        val_loss: at an epoch's end, where there are validation images.
        val_accuracy: likewise.
        epoch_end: whether this closes the epoch.
        member: of an ensemble, the number of the network that learns, from 1; epochs are counted on over all.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float
    learning_rate: float
    images: int
    seconds: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    epoch_end: bool = False
    member: int | None = None


@dataclass
class Result:
    """A trained network and how it came to be.

    Attributes:
        model: `keras.Model`, (n, 28, 28, 1) float32 in [0, 1] -> (n, 10) probabilities.
        history: one entry a whole epoch.
        why: "finished", "stopped" (from outside), "early" (no better validation loss) or "diverged".
        epochs: whole epochs behind the model.
        validation: loss and accuracy of the model as it is, where there are validation images.
    """

    model: Any
    history: list[Progress] = field(default_factory=list)
    why: str = "finished"
    epochs: int = 0
    validation: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Watch:
    """Who looks on while a network learns. Each is called from the training's own thread.

    Attributes:
        on_progress: called a few times a second and at each epoch's end.
        should_stop: asked as often; once it says yes, the model as it stands comes back.
        on_checkpoint: called after each whole epoch with a function that collects the state to store.
    """

    on_progress: Callable[[Progress], None] = lambda _: None
    should_stop: Callable[[], bool] = lambda: False
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None] = lambda _: None
