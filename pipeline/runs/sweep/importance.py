"""Which hyperparameters the differences between a sweep's configurations come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.trust.best import log_odds

LEAST_CONFIGURATIONS = 8
"""Fewer say nothing about what would happen between and beyond them."""

_LEAST_DIFFERENCE = 1e-9  # of log-odds; less is what adding up floats makes
_FOLDS = 10
_TREES = 100
_REPEATS = 30


@dataclass(frozen=True)
class Importance:
    """What a forest learned of a sweep.

    Attributes:
        names: the hyperparameters, the most important first.
        shares: of each, the share of the variance of the accuracies' log-odds in which it has a part, alone or together
            with others, which is why they may sum to more than 1; at least 0.
        explained: share of the variance that the forest predicts of configurations that it has not seen, at most 1;
            0 or less where it predicts nothing.
        configurations: how many it was fitted to.
    """

    names: tuple[str, ...]
    shares: tuple[float, ...]
    explained: float
    configurations: int


def measure_importance(
    values: Sequence[dict[str, Any]], accuracies: Sequence[Sequence[float]]
) -> Importance | None:
    """Permutation importance (Breiman, "Random Forests", Machine Learning 45, 2001) on configurations held out.

    A forest (of extremely randomized trees: Geurts, Ernst and Wehenkel, Machine Learning 63, 2006) learns to predict
    the log-odds of a configuration's accuracy from nine tenths of the configurations, and is judged on the others, ten
    times by turns, so that each is predicted by a forest that hasn't seen it. Importance on what a forest has seen
    would make something of pure noise.

    Shuffling a hyperparameter's values makes the mean squared error grow by twice the variance that it has a part in
    (its total effect; Gregorutti, Michel and Saint-Pierre, Statistics and Computing 27, 2017).

    Args:
        values: of each configuration's hyperparameters; all have the same names.
        accuracies: of each configuration, one a seed, the same number of all.

    Returns:
        None where there are too few configurations, nothing varies, or all have the same accuracy.
    """
    means = log_odds(np.array(accuracies)).mean(1) if len(accuracies) else np.array([])
    names = list(values[0]) if values else []
    if len(values) < LEAST_CONFIGURATIONS or not names or np.ptp(means) < _LEAST_DIFFERENCE:
        return None
    columns = [encode([row[name] for row in values]) for name in names]
    errors, shuffled = _held_out_errors(columns, means)
    variance = float(means.var())
    shares = [max(0.0, float(error - errors) / variance / 2) for error in shuffled]
    order = sorted(range(len(names)), key=lambda place: -shares[place])
    return Importance(
        tuple(names[place] for place in order),
        tuple(shares[place] for place in order),
        1 - errors / variance,
        len(values),
    )


def encode(values: Sequence[Any]) -> NDArray[np.float64]:
    """A hyperparameter's values as columns, (n, k): numbers by their rank, else one column a value.

    A forest splits by order alone, so ranks do for any scale; a size that an architecture doesn't have is -1.
    """
    known = [value for value in values if value is not None]
    if all(isinstance(value, int | float) for value in known):
        ordered = sorted(set(known))
        return np.array([[-1.0 if value is None else ordered.index(value)] for value in values])
    kinds = sorted(set(map(str, values)))
    return np.array([[float(str(value) == kind) for kind in kinds] for value in values])


def _held_out_errors(
    columns: Sequence[NDArray[np.float64]], means: NDArray[np.float64]
) -> tuple[float, list[float]]:
    """Mean squared error of the predictions, and with each hyperparameter's values shuffled."""
    from sklearn.ensemble import ExtraTreesRegressor

    random = np.random.default_rng(0)
    inputs = np.hstack(columns)
    ends = np.cumsum([part.shape[1] for part in columns])
    folds = np.array_split(random.permutation(len(means)), _FOLDS)
    plain = 0.0
    shuffled = np.zeros(len(columns))
    for held_out in folds:
        seen = np.setdiff1d(np.arange(len(means)), held_out)
        forest = ExtraTreesRegressor(_TREES, random_state=0).fit(inputs[seen], means[seen])
        plain += float(((forest.predict(inputs[held_out]) - means[held_out]) ** 2).sum())
        for place, (part, end) in enumerate(zip(columns, ends, strict=True)):
            # values of all configurations, since a few held out have few values to shuffle
            changed = np.tile(inputs[held_out], (_REPEATS, 1))
            changed[:, end - part.shape[1] : end] = part[random.integers(len(means), size=len(changed))]
            wrong = forest.predict(changed) - np.tile(means[held_out], _REPEATS)
            shuffled[place] += float((wrong**2).sum()) / _REPEATS
    return plain / len(means), [float(error) / len(means) for error in shuffled]
