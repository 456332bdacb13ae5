"""One model on two test sets -> where it is worse. Knows evaluations, not models."""

from dataclasses import dataclass

from models.digits import DIGITS
from models.records import Evaluation
from pipeline.evaluation.metrics import wilson_interval


@dataclass(frozen=True)
class Difference:
    """How well a model reads a digit, or all of them, in two test sets.

    Attributes:
        digit: 0 to 9, or None for all.
        shares: of right answers in the one and in the other; None where there is no image.
        counts: images in the one and in the other.
        clear: whether the 95 % intervals of the two shares don't overlap.
    """

    digit: int | None
    shares: tuple[float | None, float | None]
    counts: tuple[int, int]
    clear: bool

    @property
    def change(self) -> float | None:
        """The other share less the one; None where one is not known."""
        first, second = self.shares
        return None if first is None or second is None else second - first


def compare(first: Evaluation, second: Evaluation) -> list[Difference]:
    """All digits together, then each of them."""
    every = _difference(
        None,
        (first.count - first.error_count, second.count - second.error_count),
        (first.count, second.count),
    )
    digits = [
        _difference(
            digit,
            (first.confusion[digit][digit], second.confusion[digit][digit]),
            (sum(first.confusion[digit]), sum(second.confusion[digit])),
        )
        for digit in range(DIGITS)
    ]
    return [every, *digits]


def _difference(digit: int | None, right: tuple[int, int], counts: tuple[int, int]) -> Difference:
    shares = tuple(hits / count if count else None for hits, count in zip(right, counts, strict=True))
    if None in shares:
        return Difference(digit, (shares[0], shares[1]), counts, clear=False)
    (low, high), (other_low, other_high) = (
        wilson_interval(*pair) for pair in zip(right, counts, strict=True)
    )
    return Difference(digit, (shares[0], shares[1]), counts, clear=high < other_low or other_high < low)
