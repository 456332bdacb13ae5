"""Probabilities and labels -> what they are worth.

The statistics are scikit-learn's, to the last figure; importing it takes as long as a small training's epochs.
"""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.records import CalibrationBin, ClassReport, ConfusedPair, Evaluation

_BINS = 15


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share.

    As `scipy.stats.binomtest(right, count).proportion_ci(0.95, method="wilson")`, whose room takes seconds to import.
    """
    share, z_squared = right / count, NormalDist().inv_cdf(0.975) ** 2
    middle = (right + z_squared / 2) / (count + z_squared)
    half = sqrt(z_squared * (count * share * (1 - share) + z_squared / 4)) / (count + z_squared)
    return (middle - half if right else 0.0), (middle + half if right < count else 1.0)


def evaluate(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.uint8],
    seen_by_people: NDArray[np.int16] | None = None,
) -> Evaluation:
    """Judges the answers of a model.

    Args:
        probabilities: float32 (n, 10), rows summing to 1.
        labels: uint8 (n,), the true digits.
        seen_by_people: int16 (n,), the digits as people see them, negative for no digit; None where nobody asked.
    """
    predicted = probabilities.argmax(1)
    right = predicted == labels
    confusion = np.zeros((DIGITS, DIGITS), np.int64)
    np.add.at(confusion, (labels, predicted), 1)
    clipped = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    clipped /= clipped.sum(1, keepdims=True)
    likeliest = np.argsort(clipped, axis=1, kind="stable")[:, -2:]
    bins, calibration_error = _calibrate(probabilities.max(1), right)
    pairs = [
        ConfusedPair(true=i, predicted=j, count=int(confusion[i, j]))
        for i in range(DIGITS)
        for j in range(DIGITS)
        if i != j and confusion[i, j]
    ]
    return Evaluation(
        count=len(labels),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(labels)),
        error_count=int((~right).sum()),
        loss=float(-np.log(clipped[np.arange(len(labels)), labels]).mean()),
        top2_accuracy=float((likeliest == labels[:, None]).any(1).mean()),
        calibration_error=calibration_error,
        confusion=confusion.tolist(),
        classes=[_report(digit, confusion) for digit in range(DIGITS)],
        confused_pairs=sorted(pairs, key=lambda pair: -pair.count)[:20],
        calibration=bins,
        **_against_people(predicted, seen_by_people),
    )


def _report(digit: int, confusion: NDArray[np.int64]) -> ClassReport:
    """Precision, recall and F1 of a digit; what there is nothing of has no share."""
    right, support, answered = (
        int(part.sum()) for part in (confusion[digit, digit], confusion[digit], confusion[:, digit])
    )
    return ClassReport(
        digit=digit,
        precision=right / answered if answered else None,
        recall=right / support if support else None,
        f1=2 * right / (support + answered) if support else None,
        support=support,
    )


def _against_people(predicted: NDArray[np.int64], seen: NDArray[np.int16] | None) -> dict[str, Any]:
    if seen is None:
        return {}
    counted = seen >= 0
    wrong = int((predicted != seen)[counted].sum())
    return {"human_accuracy": 1 - wrong / int(counted.sum()), "human_error_count": wrong}


def _calibrate(
    confidence: NDArray[np.float32], right: NDArray[np.bool_]
) -> tuple[list[CalibrationBin], float]:
    number = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    bins, error = [], 0.0
    for index in range(_BINS):
        inside = number == index
        if not inside.any():
            continue
        sure, accurate = float(confidence[inside].mean()), float(right[inside].mean())
        error += inside.mean() * abs(sure - accurate)
        bins.append(
            CalibrationBin(
                low=index / _BINS,
                high=(index + 1) / _BINS,
                count=int(inside.sum()),
                confidence=sure,
                accuracy=accurate,
            )
        )
    return bins, float(error)
