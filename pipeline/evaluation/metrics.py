"""Probabilities and labels -> what they are worth. The statistics are scikit-learn's."""

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    from sklearn.metrics import (
        confusion_matrix,
        log_loss,
        precision_recall_fscore_support,
        top_k_accuracy_score,
    )

    digits = np.arange(10)
    predicted = probabilities.argmax(1)
    right = predicted == labels
    confusion = confusion_matrix(labels, predicted, labels=digits)
    scores = precision_recall_fscore_support(labels, predicted, labels=digits, zero_division=0)
    clipped = np.clip(probabilities.astype(np.float64), 1e-12, 1)
    clipped /= clipped.sum(1, keepdims=True)
    bins, calibration_error = _calibrate(probabilities.max(1), right)
    pairs = [
        ConfusedPair(true=int(i), predicted=int(j), count=int(confusion[i, j]))
        for i in digits
        for j in digits
        if i != j and confusion[i, j]
    ]
    return Evaluation(
        count=len(labels),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(labels)),
        error_count=int((~right).sum()),
        loss=float(log_loss(labels, clipped, labels=digits)),
        top2_accuracy=float(top_k_accuracy_score(labels, clipped, k=2, labels=digits)),
        calibration_error=calibration_error,
        confusion=confusion.tolist(),
        classes=[
            ClassReport(digit=d, precision=p if answered else None, recall=r, f1=f, support=s)
            for d, answered, p, r, f, s in zip(
                digits.tolist(), confusion.any(0), *(part.tolist() for part in scores), strict=True
            )
        ],
        confused_pairs=sorted(pairs, key=lambda pair: -pair.count)[:20],
        calibration=bins,
        **_against_people(predicted, seen_by_people),
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
