import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InputError
from pipeline.data.dataset import load_dataset


def test_mnist_is_shipped_whole() -> None:
    mnist = load_dataset()
    assert mnist.name == "MNIST"
    images, labels = mnist.train
    assert images.shape == (60_000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert mnist.test[0].shape == (10_000, 28, 28)
    assert np.bincount(mnist.test[1]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_a_split_is_stratified_seeded_and_complete() -> None:
    mnist = load_dataset()
    _, labels = mnist.train
    split = mnist.split(0.1, seed=3)
    assert sorted([*split.train, *split.validation]) == list(range(60_000))
    shares = np.bincount(labels[split.validation]) / np.bincount(labels)
    assert np.allclose(shares, 0.1, atol=0.001)
    assert np.array_equal(split.validation, mnist.split(0.1, seed=3).validation)
    assert not np.array_equal(split.validation, mnist.split(0.1, seed=4).validation)
    assert len(mnist.split(0, seed=3).validation) == 0


def test_a_few_images_can_be_split_too(tmp_path: Path) -> None:
    np.savez(tmp_path / "few.npz", **_arrays())
    split = load_dataset(tmp_path / "few.npz").split(0.1, seed=3)
    assert (len(split.train), len(split.validation)) == (18, 2)


def _arrays(**changes: Any) -> dict[str, Any]:
    images, labels = np.zeros((20, 28, 28), np.uint8), np.arange(20) % 10
    return {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels, **changes}


def test_another_file_with_the_same_arrays_is_accepted(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", **_arrays())
    dataset = load_dataset(tmp_path / "own.npz")
    assert dataset.name == "own.npz"
    assert dataset.test[1].tolist() == (np.arange(20) % 10).tolist()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"x_train": np.zeros((20, 28, 28), np.float64)}, "x_train is float64"),
        ({"x_test": np.zeros((20, 32, 32), np.uint8)}, "x_test is uint8"),
        ({"y_train": np.arange(19)}, "20 train images and 19 labels"),
        ({"y_test": np.full(20, 11)}, "y_test holds 11 to 11"),
        ({"y_train": np.array([object()] * 20)}, "never unpickled"),
        ({"x_train": np.zeros((0, 28, 28), np.uint8), "y_train": np.zeros(0, int)}, "holds 0 entries"),
    ],
)
def test_a_file_with_other_arrays_is_refused(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    np.savez(tmp_path / "odd.npz", **_arrays(**changes))
    with pytest.raises(InputError, match=complaint):
        load_dataset(tmp_path / "odd.npz")


def _with_header(path: Path, start: bytes) -> Path:
    """A data set whose first array begins with these bytes, version and length of the header included."""
    np.savez(path, **_arrays())
    with zipfile.ZipFile(path) as whole:
        entries = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {**entries, "x_train.npy": b"\x93NUMPY" + start}.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': 20}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-20, 28, 28)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2000000, 28, 28)}",
        "{'descr': (), 'fortran_order': False, 'shape': (20, 28, 28)}",
        "{'descr': ',', 'fortran_order': False, 'shape': (20, 28, 28)}",
        "{1: 2, 'shape': 3}",
        "{[]: 2}",
        "('descr', '|u1')",
        "((((",
        "-" * 9000 + "1",
        "\0",
    ],
)
def test_a_damaged_header_is_refused(tmp_path: Path, header: str) -> None:
    path = _with_header(tmp_path / "odd.npz", b"\1\0" + struct.pack("<H", len(header)) + header.encode())
    with pytest.raises(InputError, match="x_train is not a readable array"):
        load_dataset(path)


def test_nothing_is_read_of_what_claims_too_much(tmp_path: Path) -> None:
    long = _with_header(tmp_path / "long.npz", b"\2\0" + struct.pack("<I", 2**30) + b" " * 40 * 1024**2)
    images = np.zeros((50_000, 28, 28), np.uint8)
    np.savez_compressed(tmp_path / "bomb.npz", **_arrays(x_train=images, y_train=np.arange(50_000) % 10))
    tracemalloc.start()
    with pytest.raises(InputError, match="x_train unpacks to more than 100 times its size"):
        load_dataset(tmp_path / "bomb.npz")
    with pytest.raises(InputError, match="x_train is not a readable array"):
        load_dataset(long)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024**2


def test_a_file_without_an_array_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    arrays = _arrays()
    del arrays["y_test"]
    np.savez(tmp_path / "three.npz", **arrays)
    with pytest.raises(InputError, match="no array y_test"):
        load_dataset(tmp_path / "three.npz")
    (tmp_path / "text.npz").write_text("digits")
    with pytest.raises(InputError, match=r"not a readable \.npz"):
        load_dataset(tmp_path / "text.npz")
    with pytest.raises(InputError, match="no such dataset file"):
        load_dataset(tmp_path / "missing.npz")


def test_a_header_that_claims_terabytes_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (10**12, 28, 28)}
    )
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive:
        for name in _arrays():
            archive.writestr(f"{name}.npy", header.getvalue())
    with pytest.raises(InputError):
        load_dataset(tmp_path / "huge.npz")
