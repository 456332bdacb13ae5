"""The nearest training digits, against scikit-learn, and the file that keeps their features."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from models.layer_outputs import LayerReader
from models.locations import PRETRAINED
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.explanation.similar_digits import (
    features_known,
    find_similar,
    training_features,
)

MODEL = PRETRAINED / "cnn-fast" / "model.tflite"
READER = LayerReader(MODEL, 1)


def test_they_are_those_that_scikit_learn_finds(
    home: Path, few_digits: Path, images: NDArray[np.float32]
) -> None:
    dataset = load_dataset(few_digits)
    shares: list[float] = []
    features = training_features(READER, MODEL, dataset, shares.append)
    exact = NearestNeighbors(n_neighbors=8, metric="cosine", algorithm="brute").fit(
        READER.features(dataset.train[0])
    )
    for image in images[:10]:
        found = find_similar(image, READER, features, dataset.train[1])
        distances, indices = exact.kneighbors(READER.features(image[None]))
        assert [digit.distance for digit in found] == pytest.approx(distances[0], abs=1e-3)
        assert len({digit.index for digit in found} & set(indices[0])) >= 7, "two may be equally far"
        assert [digit.label for digit in found] == [dataset.train[1][digit.index] for digit in found]
    itself = find_similar(dataset.train[0][5].astype(np.float32) / 255, READER, features, dataset.train[1])
    assert itself[0].index == 5
    assert shares[-1] == 1


def test_features_are_kept_and_computed_anew_where_their_file_is_damaged(
    home: Path, few_digits: Path
) -> None:
    dataset = load_dataset(few_digits)
    assert not features_known(MODEL, dataset)
    first = training_features(READER, MODEL, dataset)
    assert features_known(MODEL, dataset)
    asked: list[float] = []
    assert np.array_equal(training_features(READER, MODEL, dataset, asked.append), first)
    assert not asked, "nothing was computed"
    (file,) = (home / "features").iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    assert np.array_equal(training_features(READER, MODEL, dataset, asked.append), first)
    assert asked


def test_features_of_few_models_are_kept(home: Path, few_digits: Path) -> None:
    folder = home / "features"
    folder.mkdir()
    for number in range(6):
        file = folder / f"{number}.npy"
        file.touch()
        os.utime(file, (1000 + number, 1000 + number))
    training_features(READER, MODEL, load_dataset(few_digits))
    kept = {file.name for file in folder.iterdir()}
    assert len(kept) == 4
    assert {"3.npy", "4.npy", "5.npy"} < kept
