"""What a training tells while it goes on, and what it gives back at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.records import Progress
from pipeline.training.train_step import Checkpoint


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
