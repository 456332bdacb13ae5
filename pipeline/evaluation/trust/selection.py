"""Which answers count and which are left to a person, so that few of those that count are wrong.

The *doubt* of an answer is the probability of all digits but the likeliest. For an allowed share of wrong answers, the
risk, the largest threshold of doubt is wanted below which it holds. Trying many thresholds on the same images and
keeping the best would break the 95 % of a bound, so they are tested in a sequence that is fixed beforehand, from the
strictest on, until the first that fails: "Learn then Test" (Angelopoulos, Bates, Candès, Jordan and Lei, 2021) with
fixed sequence testing (Bauer, 1991), and the exact binomial bound of Clopper and Pearson as the test. It is valid where
surer answers are not wrong more often than less sure ones. The sequence begins where half of the images are answered,
and at least so many that the risk could be shown: both are seen without looking at a label.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.trust.bounds import answers_needed, upper_bound, upper_bounds

THRESHOLDS: NDArray[np.float64] = 10.0 ** np.linspace(-8, 0, 801)
"""Of doubt, strictest first: a hundred for each power of ten, the same for every model."""

_LEAST_COVERAGE = 0.5


@dataclass(frozen=True)
class Selection:
    """What comes of leaving all that is more doubtful than a threshold to a person.

    Attributes:
        threshold: the largest doubt of an answer that counts, 0 to 1.
        count: images.
        answered: answers that count.
        wrong: the wrong ones among them.
        bound: of the share of wrong answers among those that count, 95 % upper bound.
    """

    threshold: float
    count: int
    answered: int
    wrong: int
    bound: float

    @property
    def coverage(self) -> float:
        """Share of the images whose answer counts."""
        return self.answered / self.count

    @property
    def left(self) -> int:
        """Images that are left to a person."""
        return self.count - self.answered


@dataclass(frozen=True)
class RiskCurve:
    """What each of `THRESHOLDS` comes to; arrays with one entry a threshold at which anything is answered.

    Attributes:
        coverage: float64, share of the images whose answer counts, rising.
        risk: float64, share of wrong ones among the answers that count.
        bound: float64, its 95 % upper bound, of each threshold by itself.
    """

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    bound: NDArray[np.float64]


def doubts_of(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The doubt of each answer.

    Added up from the other digits' probabilities and not taken from 1, where float32 has no small differences.

    Args:
        probabilities: (n, 10), rows summing to 1.
    """
    return np.asarray(np.sort(probabilities.astype(np.float64), 1)[:, :-1].sum(1), np.float64)


def select(doubts: NDArray[np.float64], wrong: NDArray[np.bool_], threshold: float) -> Selection:
    """What comes of a threshold that was not chosen by these answers.

    Args:
        doubts: float64 (n,), n > 0.
        wrong: bool (n,).
        threshold: 0 to 1.
    """
    counts = doubts <= threshold
    answered, missed = int(counts.sum()), int((wrong & counts).sum())
    return Selection(threshold, len(doubts), answered, missed, upper_bound(missed, answered))


def at_coverage(doubts: NDArray[np.float64], wrong: NDArray[np.bool_], coverage: float) -> Selection:
    """What comes of answering this share of the images, the surest; arguments as of `select`."""
    place = max(0, int(np.ceil(coverage * len(doubts) - 1e-9)) - 1)
    return select(doubts, wrong, float(np.sort(doubts)[place]))


def risk_curve(doubts: NDArray[np.float64], wrong: NDArray[np.bool_]) -> RiskCurve:
    """Coverage, risk and bound of every threshold; arguments as of `select`."""
    answered, missed = _counts(doubts, wrong)
    some = answered > 0
    answered, missed = answered[some], missed[some]
    return RiskCurve(answered / len(doubts), missed / answered, upper_bounds(missed, answered))


def choose_selection(doubts: NDArray[np.float64], wrong: NDArray[np.bool_], risk: float) -> Selection | None:
    """The selection that answers most with at most a share of `risk` wrong, at 95 % confidence.

    Args:
        doubts: float64 (n,), n > 0.
        wrong: bool (n,).
        risk: 0 to 1.

    Returns:
        None where these images can't show that the risk holds: too few of them, or too many sure answers are wrong.
    """
    answered, missed = _counts(doubts, wrong)
    least = max(_LEAST_COVERAGE * len(doubts), answers_needed(risk))
    first = int(np.searchsorted(answered, least))
    failing = upper_bounds(missed[first:], answered[first:]) > risk
    passed = int(failing.argmax()) if failing.any() else len(failing)
    return select(doubts, wrong, float(THRESHOLDS[first + passed - 1])) if passed else None


def _counts(
    doubts: NDArray[np.float64], wrong: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answers that count at each threshold, and the wrong ones among them."""
    order = np.argsort(doubts)
    answered = np.searchsorted(doubts[order], THRESHOLDS, side="right")
    missed = np.concatenate([[0], np.cumsum(wrong[order])])[answered]
    return answered.astype(np.int64), missed.astype(np.int64)
