"""Labels that may be wrong, by the model's features of the images and the labels of all other images.

Confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR
2021) by its off-diagonal rule, from probabilities of a classifier that didn't see the label it judges. Results are kept
in `<home>/label_audits/`, named by the hashes of network and data set.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.errors import InputError
from models.files import replacing
from models.locations import home
from models.store import StoredModel
from pipeline.data.dataset import Dataset
from pipeline.data.label_decisions import Part, images_of
from pipeline.evaluation.features import features_of
from pipeline.evaluation.kept_results import forget_oldest, results_name

FOLDS = 5

FEWEST = FOLDS
"""Images of a digit without which its labels aren't judged."""

_COLUMNS = ("index", "given", "suggested", "quality")

_MOST_KEPT = 100
"""Results in the home folder; those made first go first."""

OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class Candidate:
    """An image whose label may be wrong.

    Attributes:
        index: its position in its part of the data set.
        given: its label.
        suggested: the digit that the other images speak for.
        quality: the probability of the given label, 0 to 1; low where it is likely wrong.
    """

    index: int
    given: int
    suggested: int
    quality: float


def known_audit(model: StoredModel, dataset: Dataset, part: Part) -> list[Candidate] | None:
    """The candidates that were found before; None where nobody looked. Arguments as of `audit_labels`."""
    try:
        with np.load(_file(model, dataset, part), allow_pickle=False) as kept:
            rows = zip(*(kept[name] for name in _COLUMNS), strict=True)
            return [Candidate(int(i), int(given), int(other), float(q)) for i, given, other, q in rows]
    except Exception:
        return None  # damaged zip files raise nearly anything


def audit_labels(
    model: StoredModel, dataset: Dataset, part: Part, on_progress: OnProgress = lambda _: None
) -> list[Candidate]:
    """Looks for labels that may be wrong, the likeliest first, and keeps the result for `known_audit`.

    10,000 images take a few seconds, 60,000 about half a minute on two cores. Where the model was trained on these
    very labels, its features tend to agree with them, so fewer are found.

    Args:
        model: whose features are used.
        dataset: any.
        part: which part of it.
        on_progress: told the share that is done.

    Raises:
        InputError: the part isn't there, or has fewer than two digits with `FEWEST` images each.
        ModelError: the model is gone or damaged.
    """
    images, labels = images_of(dataset, part)
    judged = np.isin(labels, np.flatnonzero(np.bincount(labels, minlength=DIGITS) >= FEWEST))
    if len(np.unique(labels[judged])) < 2:
        raise InputError(
            dataset.name,
            f"too few images to judge labels by: at least two digits need {FEWEST} images each.",
        )
    file = _file(model, dataset, part)
    places = np.flatnonzero(judged)
    features = features_of(model.directory.litert_file, images[places], lambda done: on_progress(0.7 * done))
    chances = out_of_fold(features, labels[places], lambda done: on_progress(0.7 + 0.3 * done))
    found = [
        Candidate(int(places[one.index]), one.given, one.suggested, one.quality)
        for one in find_candidates(chances, labels[places])
    ]
    with suppress(OSError):  # it is then done again the next time
        _keep(file, found)
    return found


def seen_in_training(model: StoredModel, dataset: Dataset, part: Part) -> bool:
    """Whether the model was trained on these very labels, with which its features then tend to agree."""
    return part == "train" and model.record.dataset.sha256 == dataset.sha256


def out_of_fold(
    features: NDArray[np.float32], labels: NDArray[np.uint8], on_progress: OnProgress = lambda _: None
) -> NDArray[np.float64]:
    """Probabilities of the digits for each image, by a classifier that was fitted to four fifths without it.

    The classifier is linear discriminant analysis with Ledoit and Wolf's shrinkage: features of a trained network lie
    about one mean a digit in much the same way for all digits, which is what it assumes, and ten images of a digit are
    enough for it. On MNIST's test set it finds more of the labels that people dispute than logistic regression or
    nearest neighbors.

    Args:
        features: float32 (n, d).
        labels: uint8 (n,), each with at least `FEWEST` images.
        on_progress: told the share that is done.

    Returns:
        float64 (n, 10), zero for digits that don't occur.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    fold = _folds(labels)
    probabilities = np.zeros((len(labels), DIGITS))
    for number in range(FOLDS):
        away = fold == number
        classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
        classifier.fit(features[~away].astype(np.float64), labels[~away])
        probabilities[np.ix_(away, classifier.classes_)] = classifier.predict_proba(features[away])
        on_progress((number + 1) / FOLDS)
    return probabilities


def find_candidates(probabilities: NDArray[Any], labels: NDArray[np.uint8]) -> list[Candidate]:
    """The off-diagonal entries of the confident joint (Northcutt et al. 2021), the least likely label first.

    A digit is confidently seen in an image where its probability is at least its mean over the images that are labeled
    with it. Where another digit than the label is, and is likelier than any other confident one, the label is in doubt.

    Args:
        probabilities: (n, 10), out of fold.
        labels: uint8 (n,).
    """
    rows = np.arange(len(labels))
    given = probabilities[rows, labels]
    counts = np.bincount(labels, minlength=DIGITS)
    means = np.bincount(labels, given, DIGITS) / np.maximum(counts, 1)
    thresholds = np.where(counts > 0, means, np.inf)
    confident = np.where(probabilities >= thresholds - 1e-6, probabilities, -1.0)
    suggested = confident.argmax(1)
    doubted = np.flatnonzero((confident.max(1) >= 0) & (suggested != labels))
    order = doubted[np.argsort(given[doubted], kind="stable")]
    return [Candidate(int(i), int(labels[i]), int(suggested[i]), float(given[i])) for i in order]


def _folds(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Which fold each image is in, int64 (n,); each digit is spread over all of them."""
    random = np.random.default_rng(0)
    fold = np.zeros(len(labels), np.int64)
    for digit in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == digit))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def _file(model: StoredModel, dataset: Dataset, part: Part) -> Path:
    name = results_name(model.directory.litert_file, dataset.sha256, model.name)
    return home() / "label_audits" / f"{name}-{part}.npz"


def _keep(file: Path, found: list[Candidate]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    columns: dict[str, Any] = {name: [getattr(one, name) for one in found] for name in _COLUMNS}
    with replacing(file) as part:
        np.savez(part, **columns)
    forget_oldest(file.parent, _MOST_KEPT)
