"""Tells writing that is no number from digits, by what the recognizer thought of it.

A letter may pass for a digit, a word hardly: some of its letters look like none. So whole groups are judged, and
only on a page whose other groups are read with confidence: where nothing is sure, everything stays and is doubtful.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.imaging.geometry import Box
from pipeline.reading.segmentation import DigitBox


@dataclass(frozen=True)
class TextThresholds:
    """When a group of marks is a number and when it is not; set by hand, no measurement is recorded.

    Attributes:
        gap: between two groups, in median heights of the line's digits.
        sure: mean evidence from which a group is plainly a number.
        poor_group, poor_digit: below the first as the mean of a group, and below the second for two of its digits or
            more, it is no number.
        surely_none: digit score below which a mark that stands alone on its line is no digit.
    """

    gap: float = 0.9
    sure: float = 0.97
    poor_group: float = 0.9
    poor_digit: float = 0.6
    surely_none: float = 0.3


_TEXT = TextThresholds()


def without_words(lines: Sequence[Sequence[DigitBox]]) -> tuple[list[list[DigitBox]], list[Box]]:
    """The lines without groups that are words, scribbles or marks.

    Args:
        lines: as `pipeline.reading.segmentation.segment` gives them.

    Returns:
        The lines that are left and a box around each group left out.
    """
    if not any(_evidence(group) >= _TEXT.sure for line in lines for group in _groups(line)):
        return [list(line) for line in lines], []
    remaining, left_out = [], []
    for line in lines:
        rest: list[DigitBox] = []
        for group in _groups(line):
            if _is_word(group) or (len(line) == 1 and group[0].digit_score < _TEXT.surely_none):
                left_out.append(Box.around(box.box for box in group))
            else:
                rest += group
        if rest:
            remaining.append(rest)
    return remaining, left_out


def _groups(line: Sequence[DigitBox]) -> Iterator[list[DigitBox]]:
    """A line's digits between gaps as wide as a digit is high."""
    if not line:
        return
    gap = _TEXT.gap * float(np.median([box.box.height for box in line]))
    group = [line[0]]
    for before, box in pairwise(line):
        if box.box.x - before.box.right > gap:
            yield group
            group = []
        group.append(box)
    yield group


def _evidence(group: Sequence[DigitBox]) -> float:
    """How plainly these are digits, 0 to 1."""
    return float(np.mean([box.digit_score * box.confidence for box in group]))


def _is_word(group: Sequence[DigitBox]) -> bool:
    poor = sum(box.digit_score * box.confidence < _TEXT.poor_digit for box in group)
    return len(group) >= 3 and poor >= 2 and _evidence(group) < _TEXT.poor_group
