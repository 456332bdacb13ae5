"""What the curves of a training say, in plain words. Rules on numbers; knows nothing of pages or files."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.formatting import percent
from models.records import Progress

Kind = Literal["waiting", "diverged", "stuck", "early", "overfitting", "improving", "level"]

GUESSING = math.log(10)
"""Loss of a network that gives each of the ten digits the same probability."""

_CLEARLY = 0.02
"""Share by which a loss must change before anything is made of it: less is noise of one epoch."""


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
    best = min(range(len(values)), key=values.__getitem__)
    last = len(values) - 1
    if judged == "validation" and last - best >= 2 and values[last] > (1 + 2 * _CLEARLY) * values[best]:
        if losses[last] < losses[best]:
            return Diagnosis(
                "overfitting",
                f"Overfitting since epoch {numbers[best]}: the validation loss rose from {values[best]:.3f} to "
                f"{values[last]:.3f} while the training loss still falls. "
                "Augmentation, dropout or fewer epochs help.",
            )
        return Diagnosis(
            "level",
            f"Unsteady: the validation loss was lowest in epoch {numbers[best]} ({values[best]:.3f}) and is "
            f"{values[last]:.3f} now. A lower or falling learning rate would steady it.",
        )
    before = min(values[: max(1, last - 1)]) if last > 1 else values[0]
    gain = 1 - min(values[max(0, last - 1) :]) / before if before > 0 else 0.0
    if best >= last - 1 and gain > _CLEARLY:
        span = "the last epoch" if last == 1 else "the last two epochs"
        return Diagnosis(
            "improving",
            f"Still improving: the {judged} loss fell by {percent(gain, 0)} in {span}; more epochs should help.",
        )
    return Diagnosis(
        "level",
        f"Leveled off: the {judged} loss has stayed near {values[best]:.3f} since epoch {numbers[best]}; "
        "more epochs will change little.",
    )
