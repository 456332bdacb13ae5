"""The smallest change of an image after which a model answers differently: found by search, checked by asking again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import cos, radians, sin
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.recognizer import Prediction, Recognizer
from pipeline.evaluation.explanation.variations import move, thicken, turn

Kind = Literal["turn", "stroke", "move", "erase"]

LEAST_INK = 0.2
"""Share of the ink that has to be left by a change of strokes: of what is hardly there, no answer means much."""

_PARTS = 10  # of a coarse step, in the second round


@dataclass(frozen=True)
class Change:
    """A changed image and what the model answers to it.

    Attributes:
        amount: how far it was changed, above 0: degrees of a turn, pixels of the 28x28 image on every side of a
            stroke, pixels of a move, the erased share of the ink.
        direction: clockwise, counterclockwise; thicker, thinner; right, down and right ...; where ink was erased.
        image: float32 (28, 28) in [0, 1].
        prediction: the answer to it.
    """

    amount: float
    direction: str
    image: NDArray[np.float32]
    prediction: Prediction


@dataclass(frozen=True)
class Search:
    """What came of a search for the smallest change of a kind.

    Attributes:
        kind: what was changed.
        limits: how far at most, by direction; a share of the ink for "erase".
        digit: the smallest change that makes the model say another digit; None where there is none.
        refusal: one smaller than that after which it takes the image for no digit; None where there is none.
    """

    kind: Kind
    limits: dict[str, float]
    digit: Change | None
    refusal: Change | None

    @property
    def smallest(self) -> Change | None:
        """The smallest change of the answer, of whichever kind."""
        return self.refusal or self.digit


@dataclass(frozen=True)
class Way:
    """One direction in which an image can be changed, up to `limit`, by `make(image, amount)`."""

    direction: str
    limit: float
    make: Callable[[NDArray[np.float32], float], NDArray[np.float32]]


_COMPASS = ("right", "down and right", "down", "down and left", "left", "up and left", "up", "up and right")


def _toward(angle: float) -> Callable[[NDArray[np.float32], float], NDArray[np.float32]]:
    return lambda image, pixels: move(image, pixels * cos(radians(angle)), pixels * sin(radians(angle)))


def _reversed(
    make: Callable[[NDArray[np.float32], float], NDArray[np.float32]],
    image: NDArray[np.float32],
    amount: float,
) -> NDArray[np.float32]:
    return make(image, -amount)


WAYS: dict[Kind, tuple[float, tuple[Way, ...]]] = {
    "turn": (1.0, (Way("clockwise", 45, turn), Way("counterclockwise", 45, partial(_reversed, turn)))),
    "stroke": (0.5, (Way("thicker", 3, thicken), Way("thinner", 1.5, partial(_reversed, thicken)))),
    "move": (1.0, tuple(Way(name, 8, _toward(45 * place)) for place, name in enumerate(_COMPASS))),
}
"""For each kind the first step of its search, in the unit of its amounts, and the directions."""


def find_smallest(
    kind: Kind, image: NDArray[np.float32], recognizer: Recognizer, before: Prediction | None = None
) -> Search:
    """Searches the smallest turn, change of strokes or move that changes the answer.

    First by steps of `WAYS` in all directions, in one batch; then by tenths of a step, between the last step that
    changes nothing and the first that does. A change that holds within less than one step is not found.

    Args:
        kind: not "erase" (`pipeline.evaluation.explanation.erasure`).
        image: float32 (28, 28) in [0, 1], stroke bright.
        recognizer: the model that is explained.
        before: its answer to the image, where that is known.
    """
    before = before or recognizer.predict(image[None])[0]
    step, ways = WAYS[kind]
    steps = [
        Change(count * step, way.direction, changed, before)
        for way in ways
        for count in range(1, round(way.limit / step) + 1)
        if (changed := way.make(image, count * step)).sum() >= LEAST_INK * image.sum()
    ]
    coarse = sorted(ask(steps, recognizer), key=lambda change: change.amount)
    makers = {way.direction: way.make for way in ways}

    def refine(found: Callable[[Change], bool]) -> Change | None:
        first = next(filter(found, coarse), None)
        if first is None:
            return None
        tenths = [
            Change(amount, change.direction, makers[change.direction](image, amount), before)
            for change in coarse
            if change.amount == first.amount and found(change)
            for part in range(1, _PARTS + 1)
            for amount in [round(first.amount - step + part * step / _PARTS, 6)]
        ]
        fine = sorted(ask(tenths, recognizer), key=lambda change: change.amount)
        return confirmed(filter(found, fine), found, recognizer)

    limits = {way.direction: way.limit for way in ways}
    return Search(kind, limits, *sooner(refine(another_digit(before)), refine(newly_refused(before))))


def another_digit(before: Prediction) -> Callable[[Change], bool]:
    """Whether the model says a digit, and not the one it said before (any, where it had refused)."""
    return lambda change: (
        not change.prediction.refused and (before.refused or change.prediction.digit != before.digit)
    )


def newly_refused(before: Prediction) -> Callable[[Change], bool]:
    """Whether the model takes the image for no digit, which it did not before."""
    return lambda change: change.prediction.refused and not before.refused


def sooner(digit: Change | None, refusal: Change | None) -> tuple[Change | None, Change | None]:
    """Both, the refusal only where it is the smaller change."""
    useless = refusal is None or (digit is not None and digit.amount <= refusal.amount)
    return digit, None if useless else refusal


def ask(changes: Sequence[Change], recognizer: Recognizer) -> list[Change]:
    """The changes with the model's answers, asked in one batch."""
    if not changes:
        return []
    answers = recognizer.predict(np.stack([change.image for change in changes]))
    return [
        Change(change.amount, change.direction, change.image, answer)
        for change, answer in zip(changes, answers, strict=True)
    ]


def confirmed(
    candidates: Iterable[Change], found: Callable[[Change], bool], recognizer: Recognizer
) -> Change | None:
    """The first change of which the model says the same when it is asked about that image alone.

    Where two answers are equally likely, the last digits of a float decide, which depend on the batch.
    """
    alone: Iterator[Change] = (ask([change], recognizer)[0] for change in candidates)
    return next(filter(found, alone), None)
