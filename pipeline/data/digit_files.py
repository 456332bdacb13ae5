"""Files with labeled digits from elsewhere: .npz, CSV. What they claim of their size is judged before it is read."""

import csv
import io
import math
import os
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.errors import InputError
from models.zip_files import open_zip, read_array, read_array_header
from pipeline.data.conversion import LARGEST_SIDE, OnProgress, RawPart, side_of

MOST_IMAGES = 300_000

ARRAYS = {"train": ("x_train", "y_train"), "test": ("x_test", "y_test"), "all": ("x", "y")}
"""Names of the arrays of images and labels of each part; "all" is for both purposes."""

_LARGEST_ARRAYS = 512 * 1024**2  # all of a file together, unpacked: 80,000 images of MNIST's size as float64
_MOST_RATIO = 100  # of what an array unpacks to and what it takes in the file; digits have about 5
_LEAST_SUSPECT = 1024**2
_BLOCK = 8 * 1024**2
_LONGEST_LINE = 1024**2


def read_npz(file: IO[bytes]) -> dict[str, RawPart]:
    """The parts that an .npz file has arrays for (`ARRAYS`); objects are never unpickled.

    Raises:
        InputError: there is none, an array is of another kind or too large, or the file is damaged; one sentence
            without the file's name.
    """
    try:
        with open_zip(file) as archive:
            there = {name.removesuffix(".npy") for name in archive.namelist()}
            pairs = {part: names for part, names in ARRAYS.items() if there & {*names}}
            if len(pairs) > 1:
                pairs.pop("all", None)
            if not pairs:
                raise InputError(
                    "",
                    f"expected arrays x_test and y_test, x_train and y_train, or x and y, got {_listed(there)}.",
                )
            left = _LARGEST_ARRAYS
            for images, labels in pairs.values():
                if not {images, labels} <= there:
                    raise InputError("", f"expected the two arrays {images} and {labels}, got one of them.")
                left -= _check_pair(archive, images, labels)
            if left < 0:
                raise InputError(
                    "", f"expected arrays of at most {_LARGEST_ARRAYS // 1024**2} MB when unpacked."
                )
            parts = {
                part: RawPart(*(read_array(archive, name, _LARGEST_ARRAYS) for name in names))
                for part, names in pairs.items()
            }
    except InputError:
        raise
    except Exception:  # damaged zip files raise nearly anything
        raise InputError("", "expected a whole .npz file, but it is damaged.") from None
    _check_count(sum(len(part.labels) for part in parts.values()))
    return parts


def _listed(names: set[str]) -> str:
    shown = sorted(names)[:6]
    return ", ".join(shown) + (" and others" if len(names) > len(shown) else "") if shown else "none"


def _check_pair(archive: Any, images: str, labels: str) -> int:
    """Judges by the headers whether two arrays can be images and labels; returns their bytes when unpacked."""
    shapes, size = {}, 0
    for name in (images, labels):
        try:
            shape, dtype = read_array_header(archive, name)
        except ValueError:
            raise InputError("", f"expected an array {name}, but it can't be read.") from None
        if dtype.hasobject:
            raise InputError("", f"{name} holds Python objects, which are never unpickled.")
        if dtype.kind not in "buif":
            raise InputError("", f"expected numbers in {name}, got {dtype}.")
        entry = archive.getinfo(f"{name}.npy")
        if entry.file_size > max(_LEAST_SUSPECT, _MOST_RATIO * entry.compress_size):
            raise InputError("", f"{name} unpacks to more than {_MOST_RATIO} times its size.")
        shapes[name], size = shape, size + math.prod(shape) * dtype.itemsize
    (count, *_), (label_count, *columns) = ((*shapes[name], 0)[:3] for name in (images, labels))
    if len(shapes[images]) < 2 or columns not in ([0], [1, 0], [DIGITS, 0]):
        raise InputError(
            "",
            f"expected {images} as (n, 28, 28) or (n, 784) and {labels} as (n,) or (n, 10), "
            f"got {shapes[images]} and {shapes[labels]}.",
        )
    side_of(shapes[images])
    if count != label_count:
        raise InputError(
            "", f"expected as many labels as images, got {count:,} images and {label_count:,} labels."
        )
    _check_count(count)
    return size


def _check_count(count: int) -> None:
    if not 0 < count <= MOST_IMAGES:
        raise InputError("", f"expected 1 to {MOST_IMAGES:,} images, got {count:,}.")


def read_csv(file: IO[bytes], on_progress: OnProgress = lambda _: None) -> dict[str, RawPart]:
    """A CSV file with a digit a line, its label and its pixels, as Kaggle has it: `label,pixel0,pixel1,...`.

    The line with names may be missing; the label then comes first.

    Raises:
        InputError: there are no labels, lines of another kind, or too many; one sentence without the file's name.
    """
    size = max(file.seek(0, os.SEEK_END), 1)
    file.seek(0)
    count, place = _columns(file)
    images: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
    rows = 0
    for block in _blocks(file):
        values = _numbers(block, count, rows)
        rows += len(values)
        _check_count(rows)
        labels.append(values[:, place])
        pixels = np.delete(values, place, axis=1)
        whole = pixels.astype(np.uint8) if 0 <= pixels.min() <= pixels.max() <= 255 else pixels
        images.append(whole if np.array_equal(whole, pixels) else pixels)
        on_progress(file.tell() / size)
    _check_count(rows)
    return {"all": RawPart(np.concatenate(images), np.concatenate(labels))}


def _columns(file: IO[bytes]) -> tuple[int, int]:
    """How many columns there are, and which is the label; the file then stands at the first line with numbers."""
    first = file.readline(_LONGEST_LINE)
    names = [word.strip().strip("\"'").lower() for word in first.decode("utf-8-sig", "replace").split(",")]
    if "label" not in names and any(map(_is_number, names)):
        file.seek(0)
    count = len(names)
    if "label" not in names and _is_square(count):
        raise InputError(
            "",
            f"expected a label and its pixels in each line, got {count} pixels without a label; without labels, "
            "as in Kaggle's test.csv, no answer can be judged.",
        )
    if not _is_square(count - 1):
        raise InputError(
            "",
            f"expected a label and the pixels of a square image in each line, such as 785 columns, got {count}.",
        )
    return count, names.index("label") if "label" in names else 0


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _is_square(count: int) -> bool:
    return 1 < math.isqrt(max(count, 0)) <= LARGEST_SIDE and math.isqrt(count) ** 2 == count


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The rest of a file in pieces of whole lines."""
    rest = b""
    while chunk := file.read(_BLOCK):
        lines, newline, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise InputError("", "expected lines of at most 1 MB.")
        if lines.strip():
            yield lines + newline
    if rest.strip():
        yield rest


def _numbers(block: bytes, count: int, before: int) -> NDArray[np.float32]:
    """The numbers in whole lines: float32 (n, count)."""
    import pandas as pd  # here, since commands that read no CSV start faster without it

    try:
        values = pd.read_csv(
            io.BytesIO(block),
            header=None,
            dtype=np.float32,
            quoting=csv.QUOTE_NONE,
            encoding_errors="replace",
        ).to_numpy()
    except (ValueError, pd.errors.ParserError):  # text where a number should be; more columns in some lines
        values = np.empty((0, 0), np.float32)
    if values.shape[1] != count or not np.isfinite(values).all():
        raise InputError(
            "",
            f"expected {count} numbers in each line, but after {before:,} digits some line has something else.",
        )
    return values
