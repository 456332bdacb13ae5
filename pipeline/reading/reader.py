"""A page of digits -> text. Puts together imaging, segmentation and recognition; knows nothing of terminals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture, read_picture
from pipeline.reading.constraints import Constraint, choose
from pipeline.reading.edge_filter import without_edges
from pipeline.reading.line_readings import likeliest_readings
from pipeline.reading.segmentation import DigitBox, segment
from pipeline.reading.text_filter import without_words

DOUBTFUL = 0.9
"""Confidence below which a digit deserves a look."""

_REREAD_BELOW = 0.98
"""Confidence from which a digit is not looked at again."""


@dataclass(frozen=True)
class PageDigit:
    """One digit that was read.

    Attributes:
        digit: 0 to 9.
        confidence: its probability, 0 to 1; times the chance that it is a digit at all.
        box: in pixels of the picture.
        line: number of its line, from 0.
        image: float32 (28, 28) in [0, 1], what the model saw.
    """

    digit: int
    confidence: float
    box: Box
    line: int
    image: NDArray[np.float32] = field(repr=False)

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < DOUBTFUL


@dataclass(frozen=True)
class PageReading:
    """What was read from one picture.

    Attributes:
        digits: in reading order.
        disagreeing: numbers, from 1, of the lines for which no plausible reading satisfies the constraints.
        left_out: around what was taken for words, scribbles, marks or a sheet's edge, and not read.
    """

    digits: tuple[PageDigit, ...]
    disagreeing: tuple[int, ...] = ()
    left_out: tuple[Box, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The text of each line."""
        texts: dict[int, str] = {}
        for digit in self.digits:
            texts[digit.line] = texts.get(digit.line, "") + str(digit.digit)
        return [texts[line] for line in sorted(texts)]

    @property
    def text(self) -> str:
        """All lines, a line break between them."""
        return "\n".join(self.lines)


@dataclass(frozen=True)
class FailedReading:
    """A picture that can't be read, and one sentence on why not, without the picture's name."""

    reason: str

    @property
    def weight(self) -> int:
        """Bytes that it takes to keep, nearly."""
        return len(self.reason)


def read_page(
    source: str | Path | bytes | NDArray[np.uint8] | Picture,
    recognizer: Recognizer,
    constraints: Sequence[Constraint] = (),
) -> PageReading:
    """Reads all the digits of a picture.

    Args:
        source: as in `pipeline.imaging.picture.read_picture`, or what that gave.
        recognizer: the model that answers.
        constraints: rules for every line; the likeliest reading that satisfies all of them is taken.

    Raises:
        InputError: the picture can't be read or holds no digit; one sentence.
    """
    picture = source if isinstance(source, Picture) else read_picture(source)
    lines, edges = without_edges(segment(picture, recognizer.scores), picture)
    numbers, words = without_words(_reread_unsure(lines, recognizer))
    digits: list[PageDigit] = []
    disagreeing = []
    for number, boxes in enumerate(numbers):
        if constraints:
            chosen = _satisfying(boxes, constraints)
            if chosen is None:
                disagreeing.append(number + 1)
            else:
                boxes = chosen[0]
                digits += [_page_digit(box, number, d) for box, d in zip(boxes, chosen[1], strict=True)]
                continue
        digits += [_page_digit(box, number, box.digit) for box in boxes]
    if not digits:
        subject = source if isinstance(source, str | Path) else ""
        raise InputError(subject, "expected handwritten digits, but none was found in the picture.")
    return PageReading(tuple(digits), tuple(disagreeing), (*words, *edges))


def _reread_unsure(lines: Sequence[Sequence[DigitBox]], recognizer: Recognizer) -> list[list[DigitBox]]:
    """The same lines; unsure digits were looked at again, from several views."""
    unsure = [box for line in lines for box in line if box.digit_score * box.confidence < _REREAD_BELOW]
    if not unsure:
        return [list(line) for line in lines]
    again = recognizer.predict(np.stack([box.image for box in unsure]), steady=True)
    answers = {
        id(box): replace(
            box,
            probabilities=np.array(answer.probabilities, np.float32),
            digit_score=1.0 if answer.digit_score is None else answer.digit_score,
        )
        for box, answer in zip(unsure, again, strict=True)
    }
    return [[answers.get(id(box), box) for box in line] for line in lines]


def _page_digit(box: DigitBox, line: int, digit: int) -> PageDigit:
    sure = float(box.probabilities[digit]) * box.digit_score
    return PageDigit(digit, sure, box.box, line, box.image)


def _satisfying(
    boxes: Sequence[DigitBox], constraints: Sequence[Constraint]
) -> tuple[list[DigitBox], list[int]] | None:
    readings = {text: way for _, text, way in likeliest_readings(boxes)}
    text = choose(readings, constraints)
    return None if text is None else (list(readings[text]), [int(d) for d in text])
