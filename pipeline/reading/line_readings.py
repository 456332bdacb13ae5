"""The likeliest texts of one line, over its digits and over the ways to cut them apart: a beam search.

Knows nothing of what a line may say; `pipeline.reading.constraints` does.
"""

import heapq
import math
from collections.abc import Sequence

import numpy as np

from pipeline.reading.segmentation import DigitBox

_READINGS = 2000
"""Width of the beam."""

_TRIED_DIGITS = 4
"""Digits tried for each box, the likeliest ones."""


def likeliest_readings(
    boxes: Sequence[DigitBox], count: int = _READINGS
) -> list[tuple[float, str, tuple[DigitBox, ...]]]:
    """The likeliest readings of one line, over digits and over ways to cut touching ones.

    Args:
        boxes: of the line, left to right, with their alternatives.
        count: at most so many.

    Returns:
        (log-probability, text, the boxes that it reads), likeliest first, no text twice.
    """
    Partial = tuple[float, str, tuple[DigitBox, ...]]  # noqa: N806
    beams: list[dict[str, Partial]] = [{} for _ in range(len(boxes) + 1)]
    beams[0][""] = (0.0, "", ())
    for position, box in enumerate(boxes):
        beam = heapq.nlargest(count, beams[position].values(), key=lambda partial: partial[0])
        ways: list[tuple[tuple[DigitBox, ...], int]] = [((box,), position + 1)]
        if position + box.stretch <= len(boxes):  # else a filter has dropped a part of the stretch
            ways += [(other, position + box.stretch) for other in box.alternatives]
        for way, end in ways:
            for chance, digits in _digit_choices(way):
                for score, text, before in beam:
                    partial = (score + chance, text + digits, (*before, *way))
                    if partial[0] > beams[end].get(partial[1], (-math.inf,))[0]:
                        beams[end][partial[1]] = partial
    return heapq.nlargest(count, beams[-1].values(), key=lambda partial: partial[0])


def _digit_choices(way: Sequence[DigitBox]) -> list[tuple[float, str]]:
    """The likeliest digits for some boxes together, with their log-probability."""
    choices = [(0.0, "")]
    for box in way:
        chances = np.log(np.maximum(box.probabilities * box.digit_score, 1e-9))
        best = np.argsort(-chances)[:_TRIED_DIGITS]
        choices = [(score + float(chances[d]), text + str(d)) for score, text in choices for d in best]
    return heapq.nlargest(16, choices)
