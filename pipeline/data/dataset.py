"""MNIST, or any .npz file with the same four arrays. Knows nothing of networks."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.errors import InputError
from models.files import open_regular, sha256_of_file
from models.records import DatasetRecord
from models.zip_files import open_zip, read_array, read_array_header
from pipeline.data.label_errors import human_labels

MNIST_FILE = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
"""The hash of the file beside this module; its arrays have the MD5 sums that LeCun's files have."""

_LARGEST_FILE = 2 * 1024**3
_LARGEST_SET = 5_000_000
_LARGEST_ARRAY = _LARGEST_SET * SIDE**2
_MOST_RATIO = 100
"""Of what an array unpacks to and what it takes in the file, above a megabyte; digits have about 5."""

_LEAST_SUSPECT = 1024**2


class Dataset:
    """Labelled digits in a training and a test part, each array read from the file when first asked for.

    Attributes:
        path: the file.
        name: "MNIST" for the shipped file, else what people call it.
        sha256: hash of the file, hexadecimal.
        has_train: whether `train` may be used.
    """

    def __init__(self, path: Path, name: str, sha256: str, *, has_train: bool = True) -> None:
        self.path, self.name, self.sha256, self.has_train = path, name, sha256, has_train

    def _read(self, name: str) -> NDArray[Any]:
        try:
            with open_regular(self.path) as file, open_zip(file) as archive:
                return np.ascontiguousarray(read_array(archive, name, _LARGEST_ARRAY))
        except Exception as error:  # damaged zip files raise nearly anything
            raise _refuse(self.path, "an array in it can't be read") from error

    def _read_labels(self, name: str) -> NDArray[np.uint8]:
        labels = self._read(name)
        if labels.min() < 0 or labels.max() >= DIGITS:
            raise _refuse(self.path, f"{name} holds {labels.min()} to {labels.max()}")
        return labels.astype(np.uint8)

    @cached_property
    def _train_labels(self) -> NDArray[np.uint8]:
        return self._read_labels("y_train")

    @cached_property
    def train(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Images uint8 (n, 28, 28), the stroke bright, and labels uint8 (n,) from 0 to 9."""
        return self._read("x_train"), self._train_labels

    @cached_property
    def test(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """As `train`, for the part that only evaluation may touch."""
        return self._read("x_test"), self._read_labels("y_test")

    @property
    def test_labels_by_people(self) -> NDArray[np.int16] | None:
        """int16 (n,): the test labels as most people see them, negative for "no digit"; None but for MNIST."""
        return human_labels(self.test[1]) if self.sha256 == MNIST_SHA256 else None

    def split(self, validation_split: float, seed: int) -> "Split":
        """The training part in two, each digit with the same share in both where there are enough.

        Args:
            validation_split: share of the images for validation, 0 to 0.5.
            seed: the same seed gives the same split.
        """
        labels = self._train_labels
        chosen = hold_out(labels, validation_split, seed)
        if validation_split and not chosen.any():
            raise InputError(
                "",
                f"A validation split of {validation_split:g} of {len(labels)} training "
                f"image{'s' if len(labels) > 1 else ''} leaves none for validation; use more images, or a split of 0.",
            )
        return Split(np.flatnonzero(~chosen), np.flatnonzero(chosen))


def hold_out(labels: NDArray[np.uint8], share: float, seed: int) -> NDArray[np.bool_]:
    """Which images to set aside, bool (n,): of each digit the same share where there are enough; of two, one.

    Args:
        labels: uint8 (n,).
        share: of the images, 0 to 1.
        seed: the same seed gives the same choice.
    """
    random = np.random.default_rng([seed, 0xD161])
    chosen = np.zeros(len(labels), bool)
    for digit in range(DIGITS):
        members = np.flatnonzero(labels == digit)
        chosen[random.permutation(members)[: round(len(members) * share)]] = True
    if share and not chosen.any() and len(labels) > 1:  # too few of each digit for equal shares
        chosen[random.permutation(len(labels))[: max(1, round(len(labels) * share))]] = True
    return chosen


@dataclass(frozen=True)
class Split:
    """Positions in the training part: int64 (n,) to train on, int64 (m,) to validate with."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]


def load_dataset(path: str | Path | None = None, *, test_only: bool = False, name: str = "") -> Dataset:
    """MNIST, or the file at `path`, checked and read.

    Args:
        path: of an .npz file; MNIST by default.
        test_only: whether the training part may be missing; it is then neither checked nor to be used.
        name: what the data set is called; the file's name by default.

    Raises:
        InputError: no such file, not an .npz, an array missing or of another kind, objects that would need
            pickling, or a shipped MNIST file that was changed.
    """
    if path is None or Path(path).resolve() == MNIST_FILE.resolve():
        sha256 = _hash(MNIST_FILE)
        if sha256 != MNIST_SHA256:
            raise InputError(
                "", f"{MNIST_FILE.name} is not the file that ships with Digit Lab; reinstall it."
            )
        return Dataset(MNIST_FILE, "MNIST", sha256)
    path = Path(path)
    parts = ("test",) if test_only else ("train", "test")
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > _LARGEST_FILE:
                raise InputError(path, f"expected a dataset of at most 2 GB, got {size / 1e9:.1f} GB.")
            _check_arrays(path, file, parts)
    except FileNotFoundError:
        raise InputError(path, "there is no such dataset file.") from None
    except OSError as error:
        raise InputError(path, f"the dataset can't be read ({error.strerror}).") from None
    dataset = Dataset(path.resolve(), name or path.name, _hash(path), has_train=not test_only)
    _ = [getattr(dataset, part) for part in parts]  # read now, so that damage and odd labels are reported now
    return dataset


def load_recorded(record: DatasetRecord) -> Dataset:
    """The data set that a run is or was trained on; errors as from `load_dataset`.

    Raises:
        InputError: it is not on this computer, or its file has changed.
    """
    dataset = load_dataset(record.path, name=record.name)
    if dataset.sha256 != record.sha256:
        what = "is not on this computer" if record.path is None else "has changed since it was trained on"
        raise InputError(record.name, f"the data set {what}.")
    return dataset


def _check_arrays(path: Path, file: BinaryIO, parts: Sequence[str]) -> None:
    """Reads only the headers, so that a file that claims to be huge is refused before it fills the memory."""
    names = [f"{kind}_{part}" for part in parts for kind in "xy"]
    try:
        with open_zip(file) as archive:
            headers = {name: _header(path, archive, name) for name in names}
    except InputError as error:
        raise error.about(path) from None
    except Exception:  # damaged zip files raise nearly anything
        raise _refuse(path, "it is not a readable .npz file") from None
    for name, (shape, dtype) in headers.items():
        if dtype.hasobject:
            raise _refuse(path, f"{name} holds Python objects, which are never unpickled")
        if name.startswith("x_") and (len(shape) != 3 or shape[1:] != (SIDE, SIDE) or dtype != np.uint8):
            raise _refuse(path, f"{name} is {dtype} {shape}")
        if name.startswith("y_") and (len(shape) != 1 or dtype.kind not in "iu"):
            raise _refuse(path, f"{name} is {dtype} {shape}")
        if not 0 < shape[0] <= _LARGEST_SET:
            raise _refuse(path, f"{name} holds {shape[0]} entries")
    for part in parts:
        images, labels = headers[f"x_{part}"][0][0], headers[f"y_{part}"][0][0]
        if images != labels:
            raise _refuse(path, f"it has {images} {part} images and {labels} labels")


def _header(path: Path, archive: ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        header = read_array_header(archive, name)
    except KeyError:
        raise _refuse(path, f"it has no array {name}") from None
    except ValueError:
        raise _refuse(path, f"{name} is not a readable array") from None
    entry = archive.getinfo(f"{name}.npy")
    if entry.file_size > max(_LEAST_SUSPECT, _MOST_RATIO * entry.compress_size):
        raise _refuse(path, f"{name} unpacks to more than {_MOST_RATIO} times its size")
    return header


def _refuse(path: Path, fault: str) -> InputError:
    return InputError(
        path,
        "expected an .npz file with x_test and y_test, to train on also x_train and y_train (uint8 (n, 28, 28), "
        "labels 0-9), "
        f"but {fault}.",
    )


def _hash(path: Path) -> str:
    try:
        return sha256_of_file(path)
    except OSError as error:
        raise InputError(path, f"the dataset can't be read ({error.strerror}).") from None
