"""What was found about an answer, in sentences."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from models.formatting import percent, show_confidence
from models.recognizer import Prediction
from pipeline.evaluation.explanation.changes import Change, Kind, Search
from pipeline.evaluation.explanation.occlusion import ZONES

NO_DIGIT = "no digit"

_LEAST = 0.4
"""Log-odds that are worth a word: the odds change by half."""

_NOTHING: dict[Kind, str] = {
    "turn": "No turn up to {clockwise:g} degrees",
    "stroke": "No thickening by up to {thicker:g} pixels on every side, or thinning by up to {thinner:g},",
    "move": "No move by up to {up:g} pixels",
    "erase": "No erased spot with up to half of the ink",
}


def answer_in_words(prediction: Prediction) -> str:
    """What the model says: "9", or "no digit" where it refuses."""
    return NO_DIGIT if prediction.refused else str(prediction.digit)


def answer_and_confidence(prediction: Prediction) -> str:
    """The answer with its confidence: "9 (97.1 %)"; of a refusal, the chance that it is no digit."""
    if prediction.digit_score is None or not prediction.refused:
        return f"{prediction.digit} ({show_confidence(prediction.confidence, 1)})"
    return f"{NO_DIGIT} ({show_confidence(float(1 - prediction.digit_score), 1)})"


def change_in_words(kind: Kind, change: Change) -> str:
    """The change alone: "turned 23 degrees clockwise"."""
    amount, direction = change.amount, change.direction
    if kind == "turn":
        return f"turned {amount:g} {_plural('degree', amount)} {direction}"
    if kind == "stroke":
        return f"with strokes {amount:g} {_plural('pixel', amount)} {direction} on every side"
    if kind == "move":
        return f"moved {amount:g} {_plural('pixel', amount)} {direction}"
    where = "in the middle" if direction == "middle" else f"at the {direction}"
    return f"without {percent(amount, 1)} of its ink, {where}"


def search_in_sentence(search: Search) -> str:
    """What came of a search: "Turned 23 degrees clockwise, it says 9.", and what makes it no digit before that."""
    said = [
        f"{change_in_words(search.kind, change)}, it says {_quoted(change.prediction)}"
        for change in (search.refusal, search.digit)
        if change is not None
    ]
    nothing = _NOTHING[search.kind].format(**search.limits)
    if not said:
        return f"{nothing} changes the answer."
    if search.digit is None:
        said.append(f"{nothing[0].lower()}{nothing[1:]} makes it another digit")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def strongest_zones(effects: NDArray[np.float64], most: int = 3) -> tuple[list[str], list[str]]:
    """Where the ink speaks for an answer, and where against it, strongest first, in words.

    Args:
        effects: (3, 3), log-odds that are lost without the ink of each zone (`Evidence.zones`).
        most: how many on each side.
    """
    named = sorted(
        (
            (float(effects[row, column]), name)
            for row, names in enumerate(ZONES)
            for column, name in enumerate(names)
        ),
        key=lambda entry: -abs(entry[0]),
    )
    speaking = [entry for entry in named if abs(entry[0]) >= _LEAST]
    return (
        [f"{name} (odds {_odds(lost)} without it)" for lost, name in speaking if lost > 0][:most],
        [f"{name} (odds {_odds(lost)} without it)" for lost, name in speaking if lost < 0][:most],
    )


def times(log_odds: float) -> str:
    """By how many times the odds differ, in two digits: 1.2 -> "3.3", -4.8 -> "120"."""
    factor = exp(abs(log_odds))
    return f"{factor:.1f}" if factor < 10 else f"{float(f'{factor:.2g}'):,.0f}"


def _odds(lost: float) -> str:
    """How the odds change when they lose so much: "3.2 times lower"."""
    return f"{times(lost)} times {'lower' if lost > 0 else 'higher'}"


def _quoted(prediction: Prediction) -> str:
    return f'"{NO_DIGIT}"' if prediction.refused else str(prediction.digit)


def _plural(unit: str, amount: float) -> str:
    return unit if amount == 1 else f"{unit}s"
