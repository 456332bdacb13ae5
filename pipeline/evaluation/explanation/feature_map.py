"""A model's features of test digits -> places in a plane, so that what it takes for alike lies together.

Places are kept in `<home>/maps/`, named by the hashes of network and data set: none outlives a change of either.
"""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.files import replacing
from models.locations import home
from models.store import StoredModel
from models.untrained import without_training
from pipeline.data.dataset import Dataset
from pipeline.evaluation.features import features_of
from pipeline.evaluation.kept_results import forget_oldest, results_name

Method = Literal["pca", "tsne"]
METHODS: tuple[Method, ...] = get_args(Method)

MOST = 10_000
"""Digits on a map; of a larger test set as many, evenly drawn."""

NEIGHBORS = 10
"""How many nearest digits tell where a digit lies."""

_COMPONENTS = 30
"""Dimensions that t-SNE starts from; 30 to 50 are usual (van der Maaten and Hinton 2008)."""

_PERPLEXITY = 30.0
_MANY = 4000
"""Digits from which on t-SNE's forces are quicker by Fourier transforms (Linderman et al. 2019) than by a tree."""

_FEWEST = 10
"""Digits that t-SNE needs."""

_STEPS = 250
"""Steps of t-SNE in each of its two phases."""

_REPORT = 10  # steps between two reports of progress
_MOST_KEPT = 200
"""Maps in the home folder, 80 kB each; those made first go first."""

OnProgress = Callable[[float], None]


@dataclass(frozen=True)
class FeatureMap:
    """Where test digits lie.

    Attributes:
        index: int64 (m,), their positions in the test set, rising.
        places: float32 (m, 2); only who is near to whom means something.
    """

    index: NDArray[np.int64]
    places: NDArray[np.float32]


def known_map(
    model: StoredModel, dataset: Dataset, method: Method, *, untrained: bool = False
) -> FeatureMap | None:
    """The map that was made before; None where there is none. Arguments as of `make_map`."""
    index = _drawn(len(dataset.test[1]))
    try:
        places = np.load(_file(model, dataset, method, untrained), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return FeatureMap(index, places) if places.shape == (len(index), 2) else None


def make_map(
    model: StoredModel,
    dataset: Dataset,
    method: Method,
    *,
    untrained: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> FeatureMap:
    """Makes the map of a data set's test digits, and keeps it for `known_map`.

    10,000 digits take 1 to 4 s by PCA and less than half a minute by t-SNE on two cores.

    Args:
        model: whose features they are: what its last layer decides from.
        dataset: any.
        method: "pca" lays the digits down so that they spread most, "tsne" so that neighbors stay neighbors.
        untrained: whether the same layers with random weights are asked in the model's stead.
        on_progress: told the share that is done.

    Raises:
        InputError: there are too few digits for t-SNE.
        ModelError: the model is gone or damaged.
    """
    images = dataset.test[0]
    index = _drawn(len(images))
    if method == "tsne" and len(index) < _FEWEST:
        raise InputError(
            dataset.name, f"a map by t-SNE needs at least {_FEWEST} test digits, got {len(index)}."
        )
    share = 0.15 if method == "tsne" else 1.0
    features = _features(model, images[index], untrained, lambda done: on_progress(share * done))
    if method == "pca":
        places = principal_components(features, 2)
    else:
        places = _tsne(features, lambda done: on_progress(share + (1 - share) * done))
    with suppress(OSError):  # it is then made again the next time
        _keep(_file(model, dataset, method, untrained), places)
    return FeatureMap(index, places)


def principal_components(features: NDArray[Any], count: int) -> NDArray[np.float32]:
    """The features along the directions in which they vary most (principal component analysis).

    Args:
        features: (n, d).
        count: of directions; beyond d they are zero.

    Returns:
        float32 (n, count), the first column with the largest variance. Of both signs of a direction the one in which
        its largest weight is positive, as scikit-learn has it.
    """
    centered = features - features.mean(0, dtype=np.float64)
    _, directions = np.linalg.eigh(centered.T @ centered)
    chosen = directions[:, ::-1][:, :count]
    chosen = chosen * np.sign(chosen[np.abs(chosen).argmax(0), np.arange(chosen.shape[1])])
    places = centered @ chosen
    return np.pad(places, ((0, 0), (0, count - places.shape[1]))).astype(np.float32)


def labels_alike(places: NDArray[np.float32], labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """For each digit of a map the share of its nearest digits that have its label, float64 (m,).

    Args:
        places: float32 (m, 2).
        labels: uint8 (m,).
    """
    from scipy.spatial import KDTree

    count = min(NEIGHBORS, len(places) - 1)
    if count < 1:
        return np.ones(len(places))
    nearest = np.asarray(KDTree(places).query(places, count + 1)[1])
    others = nearest != np.arange(len(places))[:, None]
    others[others.all(1), -1] = False  # where more than that lie on one place, a digit needn't find itself
    alike = labels[nearest[others].reshape(len(places), count)] == labels[:, None]
    return np.asarray(alike.mean(1), np.float64)


def _drawn(count: int) -> NDArray[np.int64]:
    return np.linspace(0, count - 1, min(count, MOST)).round().astype(np.int64)


def _features(
    model: StoredModel, images: NDArray[np.uint8], untrained: bool, on_progress: OnProgress
) -> NDArray[np.float32]:
    """float32 (n, features)."""
    with tempfile.TemporaryDirectory() as folder:
        file = model.directory.litert_file
        if untrained:
            content = without_training(file, model.record.config.seed)
            file = Path(folder) / "untrained.tflite"
            file.write_bytes(content)
        return features_of(file, images, on_progress)


def _tsne(features: NDArray[np.float32], on_progress: OnProgress) -> NDArray[np.float32]:
    """t-distributed stochastic neighbor embedding (van der Maaten and Hinton 2008) by openTSNE, float32 (n, 2).

    It begins with the principal components and learns at a rate of n / 12 (Kobak and Berens 2019).
    """
    from openTSNE import TSNE

    done = 0

    def report(*_: object) -> None:
        nonlocal done
        done += _REPORT
        on_progress(min(1.0, done / (2 * _STEPS)))

    few = principal_components(features, min(_COMPONENTS, features.shape[1]))
    many = len(few) > _MANY
    learned = TSNE(
        perplexity=min(_PERPLEXITY, (len(few) - 1) / 3),
        early_exaggeration_iter=_STEPS,
        n_iter=_STEPS,
        initialization="pca",
        neighbors="exact",
        negative_gradient_method="fft" if many else "bh",
        n_jobs=(os.cpu_count() or 1) if many else 1,  # of few, threads only wait for each other
        callbacks=report,
        callbacks_every_iters=_REPORT,
        random_state=0,
    ).fit(few)
    return np.asarray(learned, np.float32)


def _folder() -> Path:
    return home() / "maps"


def _file(model: StoredModel, dataset: Dataset, method: Method, untrained: bool) -> Path:
    name = results_name(model.directory.litert_file, dataset.sha256, model.name)
    before = "-untrained" if untrained else ""
    return _folder() / f"{name}-{method}{before}.npy"


def _keep(file: Path, places: NDArray[np.float32]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as part:
        np.save(part, places)
    forget_oldest(file.parent, _MOST_KEPT)
