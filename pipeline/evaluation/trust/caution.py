"""A chosen risk put to work: which answers of a model count, and between which digits a person is to choose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.recognizer import Prediction
from pipeline.evaluation.trust.conformal import candidates_of, least_probability
from pipeline.evaluation.trust.selection import Selection, choose_selection, doubts_of

LEVELS: Mapping[str, float] = {"relaxed": 0.01, "careful": 0.001, "strict": 0.0005}
"""Names of risks that can be chosen on pages."""

_PROMISED = 0.95
_FEWEST_DOUBTFUL = 100


@dataclass(frozen=True)
class Caution:
    """How careful a model is.

    Attributes:
        risk: allowed share of wrong answers among those that count.
        selection: what it comes to on the test images; None where they can't show that the risk holds, and then no
            answer counts.
        least: the probability from which on a digit is a candidate for an answer that doesn't count.
    """

    risk: float
    selection: Selection | None
    least: float

    def weigh(self, prediction: Prediction) -> Prediction:
        """The prediction, with its candidates where it is too doubtful to count; one that was refused as it is."""
        probabilities = np.array([prediction.probabilities])
        if prediction.refused or (self.selection and doubts_of(probabilities)[0] <= self.selection.threshold):
            return prediction
        digits = np.flatnonzero(candidates_of(probabilities, self.least)[0])
        likeliest_first = sorted(digits.tolist(), key=lambda digit: -prediction.probabilities[digit])
        return replace(prediction, candidates=tuple(likeliest_first))


def caution_for(probabilities: NDArray[np.floating[Any]], labels: NDArray[np.uint8], risk: float) -> Caution:
    """How careful a model has to be.

    The candidates hold the true digit for 95 % of test images as doubtful as those that are left to a person, or of
    the hundred most doubtful ones where fewer are left.

    Args:
        probabilities: (n, 10), the model's answers to a test set; n > 0.
        labels: uint8 (n,).
        risk: 0 to 1.
    """
    doubts = doubts_of(probabilities)
    selection = choose_selection(doubts, probabilities.argmax(1) != labels, risk)
    most_doubtful = np.sort(doubts)[-min(_FEWEST_DOUBTFUL, len(doubts))]
    left = doubts > selection.threshold if selection else doubts >= 0
    group = left | (doubts >= most_doubtful)
    given = probabilities[np.arange(len(labels)), labels][group]
    return Caution(risk, selection, least_probability(given, _PROMISED))


def between(prediction: Prediction) -> str:
    """What an answer that doesn't count may be, in words: "perhaps 4 or 9"."""
    *others, last = map(str, prediction.candidates)
    if len(others) + 1 == DIGITS:
        return f"perhaps {prediction.digit}, but it may be any digit"
    return f"perhaps {', '.join(others)} or {last}" if others else f"most likely {last}"
