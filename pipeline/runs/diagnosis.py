"""What the curves of a training say, in plain words. Rules on numbers; knows nothing of pages or files."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.formatting import percent
from models.records import Progress

Kind = Literal["waiting", "diverged", "stuck", "early", "overfitting", "unsteady", "improving", "level"]

GUESSING = math.log(10)
"""Loss of a network that gives each of the ten digits the same probability."""


@dataclass(frozen=True)
class Diagnosis:
    """A judgment and the sentence that goes with it."""

    kind: Kind
    sentence: str


def diagnose(epochs: Sequence[Progress]) -> Diagnosis:
    """What the curves say.

    Args:
        epochs: the whole epochs, in order; losses in nats.
    """
    if not epochs:
        return Diagnosis("waiting", "The first epoch is still running; it is too early to see a trend.")
    losses = [epoch.loss for epoch in epochs]
    trouble = _trouble(losses, epochs[-1].accuracy)
    if trouble:
        return trouble
    validated = [epoch.val_loss for epoch in epochs if epoch.val_loss is not None]
    judged, values = ("validation", validated) if len(validated) == len(epochs) else ("training", losses)
    if len(epochs) == 1:
        share = epochs[0].val_accuracy if judged == "validation" else epochs[0].accuracy
        return Diagnosis(
            "early",
            f"One epoch, {percent(share or 0)} accuracy on the {judged} images; it takes two to see a trend.",
        )
    numbers = [epoch.epoch for epoch in epochs]
    return _trend(numbers, losses, values, judged)


def _trouble(losses: Sequence[float], accuracy: float) -> Diagnosis | None:
    lowest = min(losses)
    if not all(map(math.isfinite, losses)) or (losses[-1] > 2 * lowest and losses[-1] > lowest + 0.3):
        return Diagnosis(
            "diverged",
            f"Diverged: the training loss rose from {lowest:.2f} to {losses[-1]:.2f}. Lower the learning rate.",
        )
    if losses[-1] > 0.95 * GUESSING and accuracy < 0.2:
        return Diagnosis(
            "stuck",
            f"Not learning: a loss of {losses[-1]:.2f} is what guessing gives. "
            "Lower the learning rate if it is high, raise it if it is tiny.",
        )
    return None


def _trend(
    numbers: Sequence[int], losses: Sequence[float], values: Sequence[float], judged: str
) -> Diagnosis:
    last = len(values) - 1
    best = min(range(len(values)), key=values.__getitem__)
    clear = _clear_change(values[best])
    before = min(values[: max(1, last - 1)])
    gain = 1 - values[last] / before if before > 0 else 0.0
    if gain > clear:
        span = "the last epoch" if last == 1 else "the last two epochs"
        return Diagnosis(
            "improving",
            f"Still improving: the {judged} loss fell by {percent(gain, 0)} in {span}; more epochs should help.",
        )
    if last == 1:
        return Diagnosis(
            "early",
            f"Two epochs, the {judged} loss went from {values[0]:.2g} to {values[1]:.2g}; "
            "it takes another to see a trend.",
        )
    if values[last] > (1 + 2 * clear) * values[best]:
        return _rise(numbers, losses, values, judged, best)
    since = next(place for place, value in enumerate(values) if value <= (1 + clear) * values[best])
    return Diagnosis(
        "level",
        f"Leveled off: the {judged} loss was {values[since]:.2g} in epoch {numbers[since]} and has hardly fallen "
        "since; more epochs will change little.",
    )


def _clear_change(loss: float) -> float:
    """Share by which a loss must change before anything is made of it: 6 % at 0.03, 1 % at 1.

    Less than half the error of a mean cross-entropy over 5,000 images, which shrinks likewise with the root of the
    loss: all epochs are judged by the same images.
    """
    return min(0.1, 0.01 / math.sqrt(loss)) if loss > 0 else 0.1


def _rise(
    numbers: Sequence[int], losses: Sequence[float], values: Sequence[float], judged: str, best: int
) -> Diagnosis:
    """What to say of a loss that is clearly higher than it was in its best epoch."""
    span = f"from {values[best]:.2g} to {values[-1]:.2g}"
    since = values[best + 1 :]
    if len(since) == 1:
        return Diagnosis(
            "unsteady",
            f"Unsteady: the {judged} loss rose {span} in the last epoch; another will show whether it stays there.",
        )
    later = since[-max(2, len(since) // 2) :]
    stays = min(later) > (1 + _clear_change(values[best])) * values[best]
    if judged == "validation" and stays and losses[-1] < losses[best]:
        return Diagnosis(
            "overfitting",
            f"Overfitting since epoch {numbers[best]}: the validation loss rose {span} while the training loss "
            "still falls. Augmentation, dropout or fewer epochs help.",
        )
    return Diagnosis(
        "unsteady",
        f"Unsteady: the {judged} loss was lowest in epoch {numbers[best]} ({values[best]:.2g}) and is "
        f"{values[-1]:.2g} now. A lower or falling learning rate would steady it.",
    )
