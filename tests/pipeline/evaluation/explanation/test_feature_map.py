"""Maps of test digits: the arithmetic against scikit-learn, what is kept, the command."""

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from models.errors import InputError
from models.formatting import percent
from models.layer_outputs import LayerReader
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.explanation.feature_map import (
    NEIGHBORS,
    known_map,
    labels_alike,
    make_map,
    principal_components,
)
from tests.conftest import Digitlab


def test_principal_components_are_scikit_learns() -> None:
    features = np.random.default_rng(3).normal(size=(200, 12)).astype(np.float32) * np.arange(1, 13)
    np.testing.assert_allclose(
        principal_components(features, 4), PCA(4, svd_solver="full").fit_transform(features), atol=1e-3
    )
    narrow = principal_components(features[:, :1], 2)
    assert narrow.shape == (200, 2)
    assert not narrow[:, 1].any()


def test_labels_alike_are_those_of_the_nearest_neighbors() -> None:
    random = np.random.default_rng(5)
    places, labels = random.normal(size=(300, 2)).astype(np.float32), random.integers(0, 3, 300, np.uint8)
    nearest = NearestNeighbors(n_neighbors=NEIGHBORS).fit(places).kneighbors(return_distance=False)
    np.testing.assert_allclose(labels_alike(places, labels), (labels[nearest] == labels[:, None]).mean(1))
    heap = labels_alike(np.zeros((40, 2), np.float32), np.ones(40, np.uint8))
    assert heap.tolist() == [1.0] * 40
    assert labels_alike(places[:1], labels[:1]).tolist() == [1.0]


def test_a_map_is_made_once_and_shows_what_training_did(
    tiny_model: Path, few_digits: Path, home: Path
) -> None:
    model, digits = find_model("tiny"), load_dataset(few_digits)
    labels = digits.test[1]
    assert known_map(model, digits, "pca") is None
    told: list[float] = []
    made = make_map(model, digits, "pca", on_progress=told.append)
    features = LayerReader(model.directory.litert_file).features(digits.test[0])
    np.testing.assert_allclose(made.places, PCA(2, svd_solver="full").fit_transform(features), atol=1e-2)
    assert told[-1] == 1.0
    again = known_map(model, digits, "pca")
    assert again is not None
    np.testing.assert_array_equal(again.places, made.places)
    np.testing.assert_array_equal(again.index, np.arange(1000))

    before = make_map(model, digits, "pca", untrained=True)
    assert labels_alike(before.places, labels).mean() < labels_alike(made.places, labels).mean() - 0.1
    assert len(list((home / "maps").iterdir())) == 2
    next((home / "maps").iterdir()).write_bytes(b"damaged")
    assert sum(known_map(model, digits, "pca", untrained=u) is None for u in (False, True)) == 1


def test_the_command_writes_a_table_a_drawing_and_json(
    tiny_model: Path, few_digits: Path, tmp_path: Path, digitlab: Digitlab
) -> None:
    with np.load(few_digits) as digits:
        labels = digits["y_test"][:300]
        np.savez(tmp_path / "300.npz", x_test=digits["x_test"][:300], y_test=labels)
    call = ("map", "tiny", "--dataset", tmp_path / "300.npz")
    made = digitlab(*call, "--method", "tsne", "--out", tmp_path / "map.csv", "--json")
    assert made.code == 0, made.err
    rows = made.json_lines()
    with (tmp_path / "map.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [int(row["index"]) for row in table] == [row["index"] for row in rows] == list(range(300))
    np.testing.assert_allclose(
        [float(row["x"]) for row in table], [row["x"] for row in rows], rtol=1e-3, atol=1e-3
    )
    assert [row["true"] for row in rows] == labels.tolist()
    places = np.array([[row["x"], row["y"]] for row in rows], np.float32)
    alike = labels_alike(places, labels).mean()
    assert alike > 0.5, "by chance it would be a tenth"
    assert f"tiny: {percent(float(alike), 1)} of the nearest digits" in made.err

    drawn = digitlab(*call, "--out", tmp_path / "map.html")
    assert drawn.code == 0, drawn.err
    page = (tmp_path / "map.html").read_text()
    wrong = sum(row["true"] != row["predicted"] for row in rows)
    assert (page.count("<circle"), page.count('class="wrong"')) == (300, wrong)


def test_too_few_digits_for_tsne_are_one_sentence(tiny_model: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "three.npz", x_test=np.zeros((3, 28, 28), np.uint8), y_test=np.arange(3))
    model, digits = find_model("tiny"), load_dataset(tmp_path / "three.npz", test_only=True)
    with pytest.raises(InputError, match="a map by t-SNE needs at least 10 test digits, got 3"):
        make_map(model, digits, "tsne")
    assert make_map(model, digits, "pca").places.tolist() == [[0, 0]] * 3
