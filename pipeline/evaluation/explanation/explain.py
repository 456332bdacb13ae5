"""One image and one model -> all that is found about the answer, but for the training digits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.recognizer import Prediction, Recognizer
from pipeline.evaluation.explanation.changes import WAYS, Kind, Search, find_smallest
from pipeline.evaluation.explanation.erasure import find_erasure
from pipeline.evaluation.explanation.occlusion import Evidence, find_evidence

KINDS: tuple[Kind, ...] = ("erase", *WAYS)
"""What is changed, in the order in which people are told."""


@dataclass(frozen=True)
class Explanation:
    """Why a model answers as it does.

    Attributes:
        image: float32 (28, 28) in [0, 1], which is explained.
        prediction: the answer to this image alone, which everything here is about.
        steady: the answer from several views, as `Recognizer.predict_picture` gives it.
        evidence: what the ink says of each digit.
        searches: for the smallest changes of the answer: erased ink, turn, strokes, move.
    """

    image: NDArray[np.float32]
    prediction: Prediction
    steady: Prediction
    evidence: Evidence
    searches: tuple[Search, ...]


def explain_image(image: NDArray[np.float32], recognizer: Recognizer) -> Explanation:
    """Explains an answer, by asking the model some 500 times.

    Args:
        image: float32 (28, 28) in [0, 1], stroke bright.
        recognizer: the model.
    """
    prediction = recognizer.predict(image[None])[0]
    steady = recognizer.predict_picture(image)
    evidence = find_evidence(image, recognizer)
    searches = tuple(search_change(kind, image, recognizer, prediction) for kind in KINDS)
    return Explanation(image, prediction, steady, evidence, searches)


def search_change(
    kind: Kind, image: NDArray[np.float32], recognizer: Recognizer, prediction: Prediction
) -> Search:
    """The search for the smallest change of this kind that changes the model's answer to the image."""
    if kind == "erase":
        return find_erasure(image, recognizer, prediction)
    return find_smallest(kind, image, recognizer, prediction)


def row_of(prediction: Prediction) -> int:
    """The row of `Evidence` that is about this answer."""
    return DIGITS if prediction.refused else prediction.digit
