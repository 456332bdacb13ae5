"""The MNIST test labels that people dispute, and what the majority of them sees.

Source: Northcutt, Athalye, Mueller, "Pervasive Label Errors in Test Sets Destabilize Machine Learning
Benchmarks" (NeurIPS 2021): five people looked at each test image that an algorithm had flagged and chose the
given label, the flagged other one, or neither. Only flagged images were voted on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_MAJORITY_DIGIT = -1
"""Stands in place of a label where most people saw neither digit."""


@dataclass(frozen=True)
class Dispute:
    """The votes on one test image.

    Attributes:
        index: of the image in the test set.
        given: MNIST's label.
        other: the digit it might be instead; None where nobody chose one.
        votes: for the given label, for the other digit, for neither.
    """

    index: int
    given: int
    other: int | None
    votes: tuple[int, int, int]

    @property
    def majority(self) -> int:
        """The digit with most votes; the given one at a tie, `NO_MAJORITY_DIGIT` where neither leads alone."""
        for_given, for_other, for_neither = self.votes
        if for_neither > max(for_given, for_other):
            return NO_MAJORITY_DIGIT
        return self.other if self.other is not None and for_other > for_given else self.given


DISPUTES = (
    Dispute(947, 8, 9, (0, 5, 0)),
    Dispute(1621, 0, 6, (2, 3, 0)),
    Dispute(1901, 9, 4, (2, 3, 0)),
    Dispute(2130, 4, 9, (2, 2, 1)),
    Dispute(2462, 2, 0, (0, 4, 1)),
    Dispute(2597, 5, 3, (0, 4, 1)),
    Dispute(2654, 6, 1, (0, 2, 3)),
    Dispute(3520, 6, 4, (2, 0, 3)),
    Dispute(3558, 5, 0, (1, 4, 0)),
    Dispute(5937, 5, 3, (1, 3, 1)),
    Dispute(6651, 0, 6, (0, 5, 0)),
    Dispute(6783, 1, 6, (2, 3, 0)),
    Dispute(8527, 4, 9, (2, 2, 1)),
    Dispute(9679, 6, 3, (2, 0, 3)),
    Dispute(9729, 5, 6, (2, 3, 0)),
)


def human_labels(labels: NDArray[np.uint8]) -> NDArray[np.int16]:
    """MNIST's test labels with those in dispute as the majority of people sees them.

    Args:
        labels: uint8 (10000,), as MNIST gives them.

    Returns:
        int16 (10000,); `NO_MAJORITY_DIGIT` for the images that are no digit to most people.
    """
    seen = labels.astype(np.int16)
    for dispute in DISPUTES:
        seen[dispute.index] = dispute.majority
    return seen
