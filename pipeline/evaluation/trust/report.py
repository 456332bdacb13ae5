"""What a model's answers to a test set say about trusting it, in one record: for the page and the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.data.dataset import hold_out
from pipeline.evaluation.trust.bounds import answers_needed, one_in
from pipeline.evaluation.trust.conformal import SetReport, report_sets
from pipeline.evaluation.trust.selection import Selection, at_coverage, choose_selection, doubts_of

USUAL_COVERAGE = 0.99
"""At which the risk of every model is told."""

_SETS = ((0.99, 1), (0.999, 1), (0.95, 4), (0.95, 8))
"""Shares that are promised, and digits of a number."""

_SEED = 15  # of the choice of the half that calibrates


@dataclass(frozen=True)
class TrustReport:
    """How far a model's answers can be trusted.

    Attributes:
        risk: share of wrong answers that was allowed.
        chosen: what can be answered at that risk; None where the images can't show that it holds.
        usual: what comes of answering 99 % of the images.
        sets: candidates calibrated on half of the images, counted on the other.
    """

    risk: float
    chosen: Selection | None
    usual: Selection
    sets: Sequence[SetReport]


def report_trust(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.uint8], risk: float
) -> TrustReport:
    """Judges answers to a test set.

    Args:
        probabilities: (n, 10), n > 0, rows summing to 1.
        labels: uint8 (n,).
        risk: allowed share of wrong answers, 0 to 1.
    """
    doubts, wrong = doubts_of(probabilities), probabilities.argmax(1) != labels
    given = probabilities[np.arange(len(labels)), labels]
    calibrating = hold_out(labels, 0.5, _SEED)
    rest = np.random.default_rng(_SEED).permutation(np.flatnonzero(~calibrating))
    sets = [
        report_sets(given[calibrating], probabilities[rest], labels[rest], promised, length)
        for promised, length in _SETS
        if len(rest) >= length
    ]
    return TrustReport(
        risk,
        choose_selection(doubts, wrong, risk),
        at_coverage(doubts, wrong, USUAL_COVERAGE),
        sets,
    )


def in_words(report: TrustReport, count: int) -> str:
    """The promise in one sentence, without the model's name: "answers 97.7 % of the test digits, ...".

    Args:
        report: on the answers.
        count: of the test images.
    """
    promise = f"at most {one_in(report.risk)} wrong with 95 % confidence"
    if report.chosen is None:
        needed = answers_needed(report.risk)
        if count < needed:
            return f"can't promise {promise}: that takes at least {needed:,} test digits, and there are {count:,}"
        return (
            f"can't promise {promise}: too many of its surest answers to the {count:,} test digits are wrong"
        )
    share = f"{100 * report.chosen.coverage:.1f} %"
    if not report.chosen.left:
        return f"answers all test digits, {promise}"
    return f"answers {share} of test digits, {promise}; the rest are left to you"
