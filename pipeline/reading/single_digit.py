"""The one way from a picture of one digit to an answer. Knows nothing of terminals or pages."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recognizer import Prediction, Recognizer
from pipeline.imaging.normalize import Normalized, normalize
from pipeline.imaging.picture import Picture, read_picture


@dataclass(frozen=True)
class DigitReading:
    """A picture's one digit as the recognizer saw it, and what it answered."""

    normalized: Normalized
    prediction: Prediction


def recognize_digit(
    source: str | Path | bytes | NDArray[np.uint8] | Picture, recognizer: Recognizer
) -> DigitReading:
    """Recognizes the one digit of a picture.

    Args:
        source: as in `pipeline.imaging.picture.read_picture`, or what that gave.
        recognizer: the model that answers, from several views.

    Raises:
        InputError: the picture can't be read or is empty.
    """
    picture = source if isinstance(source, Picture) else read_picture(source)
    normalized = normalize(picture)
    return DigitReading(normalized, recognizer.predict_picture(normalized.image))
