"""How much a test score flatters when it was also what something was chosen by.

Of several scores that chance moves up and down, the highest is likely one that chance has moved up: see Cawley and
Talbot, "On over-fitting in model selection and subsequent selection bias in performance evaluation", JMLR 11 (2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.records import Progress, RunRecord

_RESAMPLES = 1000
_AT_ONCE = 2_000_000  # numbers drawn at a time
_SIMULATIONS = 20_000  # of the scores of a few epochs; of more, fewer


@dataclass(frozen=True)
class Choice:
    """The best of several models by their scores on the same images.

    Attributes:
        best: its place among the models; of equals, the first.
        score: its share of right answers on all images, by which it was chosen.
        expected: the share to be expected of a model chosen in this way on images that had no part in the choice.
    """

    best: int
    score: float
    expected: float

    @property
    def optimism(self) -> float:
        """By how much the score flatters."""
        return self.score - self.expected


def best_of_models(right: NDArray[np.bool_], resamples: int = _RESAMPLES, seed: int = 0) -> Choice:
    """What the best of several models is worth, chosen by the very images on which it is judged.

    Images are drawn with replacement, the model that is best on them is chosen, and its answers to the images that were
    not drawn are counted: the bootstrap bias corrected estimate of Tsamardinos, Greasidou and Borboudakis,
    "Bootstrapping the out-of-sample predictions ...", Machine Learning 107 (2018), on Efron's out-of-bag idea (1983).
    The overall best model is counted on the same images, and what it has more is the optimism, which is 0 where always
    the same model is chosen.

    Args:
        right: (k, n), whether each of k models reads each of n images correctly.
        resamples: how often images are drawn.
        seed: of the drawing.
    """
    scores = right.mean(1)
    best = int(scores.argmax())
    count = right.shape[1]
    answers = right.astype(np.float32)
    random = np.random.default_rng(seed)
    lost: list[float] = []
    while len(lost) < resamples:
        rows = min(resamples - len(lost), max(1, _AT_ONCE // count))
        drawn = random.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
        times = np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)
        left_out = (times == 0).astype(np.float32)
        chosen = (times.astype(np.float32) @ answers.T).argmax(1)
        hits = left_out @ answers.T
        spare = np.maximum(1, left_out.sum(1))
        lost.extend((hits[:, best] - hits[np.arange(rows), chosen]) / spare)
    return Choice(best, float(scores[best]), float(scores[best] - np.mean(lost)))


def validation_accuracies(record: RunRecord, lines: Sequence[Progress]) -> list[float]:
    """What is known of each epoch's accuracy: on the validation images, at its end.

    Empty for an ensemble, whose epochs belong to several networks, and where there are no two epochs to choose from.
    """
    known = [line.val_accuracy for line in lines if line.epoch_end and line.val_accuracy is not None]
    return known if len(known) > 1 and record.members == 1 else []


def best_of_epochs(accuracies: Sequence[float], count: int, seed: int = 0) -> float:
    """By how much the test score would have flattered, had the epoch been chosen that has the best one.

    A simulation with the epochs' validation accuracies taken for the truth: each epoch gets a score on `count` images,
    and the best score is compared with the accuracy of the epoch that has it. The scores are drawn apart from each
    other. Those of one run on the same images move together, which flatters less, so this is the most to expect.

    Args:
        accuracies: one share of right answers an epoch.
        count: test images.
        seed: of the simulation.
    """
    truth = np.asarray(accuracies, np.float64)
    times = min(_SIMULATIONS, _AT_ONCE // len(truth))
    scores = np.random.default_rng(seed).binomial(count, truth, (times, len(truth))) / count
    return float((scores.max(1) - truth[scores.argmax(1)]).mean())
