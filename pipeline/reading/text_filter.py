"""Tells writing that is no number from digits, by what the recognizer thought of it. Leaves the latter alone.

A letter may pass for a digit, a word hardly: some of its letters look like none. So whole groups are judged, and
only on a page whose other groups are read with confidence: where nothing is sure, everything is kept and doubtful.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from pipeline.reading.segmentation import Box, DigitBox

_SURE = 0.97
"""Mean evidence from which a group is plainly a number."""

_POOR_GROUP, _POOR_DIGIT = 0.9, 0.6
"""Below the first as the mean of a group, and below the second for two of its digits or more, it is no number."""

_SURELY_NONE = 0.3
"""Digit score below which a mark that stands alone on its line is no digit."""


def without_words(lines: Sequence[Sequence[DigitBox]]) -> tuple[list[list[DigitBox]], list[Box]]:
    """The lines without groups that are words, scribbles or marks.

    Args:
        lines: as `pipeline.reading.segmentation.segment` gives them.

    Returns:
        The lines that are left and a box (x, y, width, height) around each group left out.
    """
    if not any(_evidence(group) >= _SURE for line in lines for group in _groups(line)):
        return [list(line) for line in lines], []
    kept, left_out = [], []
    for line in lines:
        rest: list[DigitBox] = []
        for group in _groups(line):
            if _is_word(group) or (len(line) == 1 and group[0].digit_score < _SURELY_NONE):
                left_out.append(_around(group))
            else:
                rest += group
        if rest:
            kept.append(rest)
    return kept, left_out


def _groups(line: Sequence[DigitBox]) -> Iterator[list[DigitBox]]:
    """A line's digits between gaps as wide as a digit is high."""
    if not line:
        return
    gap = 0.9 * float(np.median([box.box[3] for box in line]))
    group = [line[0]]
    for before, box in pairwise(line):
        if box.box[0] - before.box[0] - before.box[2] > gap:
            yield group
            group = []
        group.append(box)
    yield group


def _evidence(group: Sequence[DigitBox]) -> float:
    """How plainly these are digits, 0 to 1."""
    return float(np.mean([box.digit_score * box.confidence for box in group]))


def _is_word(group: Sequence[DigitBox]) -> bool:
    poor = sum(box.digit_score * box.confidence < _POOR_DIGIT for box in group)
    return len(group) >= 3 and poor >= 2 and _evidence(group) < _POOR_GROUP


def _around(group: Sequence[DigitBox]) -> Box:
    left, top = min(box.box[0] for box in group), min(box.box[1] for box in group)
    right = max(box.box[0] + box.box[2] for box in group)
    bottom = max(box.box[1] + box.box[3] for box in group)
    return left, top, right - left, bottom - top
