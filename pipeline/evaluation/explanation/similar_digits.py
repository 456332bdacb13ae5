"""The training digits that are most alike to a model: nearest by what its last dense layer decides from.

These features are computed once for each model and data set, and kept in `features/` of the home folder.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.files import replacing
from models.layer_outputs import LayerReader
from models.locations import home
from pipeline.data.dataset import Dataset
from pipeline.data.neighbors import Neighbor
from pipeline.evaluation.features import feature_blocks
from pipeline.evaluation.kept_results import forget_oldest, results_name

MOST_DIGITS = 100_000
"""Training digits that are compared, the first of those there are: 26 MB with 128 features."""

_MOST_FILES = 4
_ROWS = 8192  # compared at once: 4 MB as float32


def find_similar(
    image: NDArray[np.float32],
    reader: LayerReader,
    features: NDArray[np.float16],
    labels: NDArray[np.uint8],
    count: int = 8,
) -> list[Neighbor]:
    """The nearest training digits by cosine distance of their features, nearest first, in some 10 ms.

    The distance is 0 for the same direction, and at most 1 where no feature is below 0.

    Args:
        image: float32 (28, 28) in [0, 1], stroke bright.
        reader: the model.
        features: of the training digits, as from `training_features`.
        labels: uint8 (n,), of the training digits.
        count: how many; fewer where there are fewer.
    """
    wanted = _unit(reader.features(image[None]))[0]
    likeness = np.concatenate(
        [
            features[start : start + _ROWS].astype(np.float32) @ wanted
            for start in range(0, len(features), _ROWS)
        ]
    )
    nearest = np.argsort(-likeness, kind="stable")[:count]
    return [
        Neighbor(int(index), int(labels[index]), max(0.0, float(1 - likeness[index]))) for index in nearest
    ]


def training_features(
    reader: LayerReader,
    litert_file: Path,
    dataset: Dataset,
    on_progress: Callable[[float], None] = lambda _: None,
    threads: int | None = None,
) -> NDArray[np.float16]:
    """The features of the training digits, each of length 1: computed, or taken from the file of an earlier time.

    Args:
        reader: the model.
        litert_file: its file.
        dataset: what it was trained on.
        on_progress: told the share that is done, 0 to 1.
        threads: how many compute, of those that the reader serves at once; as many as cores by default.

    Returns:
        float16 (n, features), n at most `MOST_DIGITS`; a distance is off by no more than 0.001.

    Raises:
        ModelError: the model's file can't be read.
        InputError: the training digits can't be read.
    """
    file = _file(litert_file, dataset)
    images = dataset.train[0][:MOST_DIGITS]
    kept = _read(file, len(images))
    if kept is not None:
        return kept
    blocks = feature_blocks(reader, images, on_progress, threads)
    features = np.concatenate([_unit(block).astype(np.float16) for block in blocks])
    with suppress(OSError):  # they are then computed again the next time
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as part:
            np.save(part, features)
        forget_oldest(file.parent, _MOST_FILES)
    return features


def features_known(litert_file: Path, dataset: Dataset) -> bool:
    """Whether `training_features` has a file of an earlier time to read."""
    return _file(litert_file, dataset).exists()


def _file(litert_file: Path, dataset: Dataset) -> Path:
    """Named by the hashes of network and data set, so that it outlives a change of neither."""
    return home() / "features" / f"{results_name(litert_file, dataset.sha256, str(litert_file))}.npy"


def _read(file: Path, count: int) -> NDArray[np.float16] | None:
    """What is kept for so many digits; None where there is nothing, or it is damaged."""
    try:
        features: NDArray[Any] = np.load(file)
        os.utime(file)  # `forget_oldest` goes by when it was last used
    except (OSError, ValueError, EOFError):
        return None
    whole = features.dtype == np.float16 and features.ndim == 2 and len(features) == count
    return features if whole else None


def _unit(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; of nothing but zeros, zeros."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(length, 1e-12), np.float32)
