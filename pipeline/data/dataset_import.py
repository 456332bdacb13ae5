"""A file from elsewhere -> a data set that is stored here: converted first, kept when somebody has agreed to it."""

import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.files import replacing, sha256_of_file, write_text
from models.formatting import printable
from models.leftovers import sweep
from models.records import now
from models.run_directory import new_id
from models.zip_files import open_zip
from pipeline.data.conversion import (
    Converted,
    OnProgress,
    RawPart,
    Sample,
    are_dark_on_bright,
    convert,
    turned_round,
)
from pipeline.data.dataset import hold_out
from pipeline.data.digit_files import ARRAYS, read_csv, read_npz
from pipeline.data.picture_folders import read_folders
from pipeline.data.statistics import count_digits
from pipeline.data.user_datasets import (
    DIGITS_FILE,
    StoredDataset,
    check_dataset_name,
    folder,
    list_saved,
)

LARGEST_FILE = 200 * 1024**2
"""Bytes; MNIST has 55 MB uncompressed."""

TEST_SHARE = 0.2
"""Of images that are not in two parts, what is held out for testing where they are to train on."""

_SEED = 0
_BLOCK = 4096  # images between two reports of progress
_LONGEST_NAME = 60

Arrays = dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]


@dataclass(frozen=True)
class Draft:
    """A converted file that is not kept yet; its digits wait in a file that is swept after an hour.

    Attributes:
        path: of these digits.
        source: the file's name.
        name: for the data set, made of that.
        counts: images by part: "train", "test", or "all" for both purposes.
        changes: a sentence for each thing that was changed.
        samples: some of the digits, before and after.
        side: of the images as they were, in pixels; resized where that is not 28.
        dark: how many images are dark on bright, while strokes should be bright.
        untouched: whether the file already has the form in which data sets are stored.
    """

    path: Path
    source: str
    name: str
    counts: dict[str, int]
    changes: tuple[str, ...]
    samples: tuple[Sample, ...]
    side: int
    dark: int
    untouched: bool

    @property
    def has_test_part(self) -> bool:
        """Whether the file says which images are for testing."""
        return "test" in self.counts


def prepare(file: IO[bytes], source: str, on_progress: OnProgress = lambda _: None) -> Draft:
    """Converts a file to MNIST's form; nothing is kept before `keep`.

    Args:
        file: an .npz file, a CSV file or a zip archive of folders 0 to 9; can be sought in.
        source: the file's name, which is shown and never opened.
        on_progress: told the share that is done.

    Raises:
        InputError: it is none of these, too large or damaged, or it can't be stored; one sentence.
    """
    sweep()
    try:
        size = file.seek(0, os.SEEK_END)
        if size > LARGEST_FILE:
            raise InputError(
                "",
                f"expected a data set of at most {LARGEST_FILE // 1024**2} MB, got {size / 1024**2:,.1f} MB.",
            )
        file.seek(0)
        converted, untouched = _read(file, on_progress)
        path = folder() / f".{uuid4().hex}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            if untouched:
                file.seek(0)
                with part.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
            else:
                np.savez(part, **_named(converted.arrays))
    except InputError as error:
        raise error.about(source) from None
    except OSError as error:
        raise InputError(source, f"it can't be stored ({error.strerror}).") from None
    return Draft(
        path,
        source,
        " ".join(printable(Path(source).stem).split())[:_LONGEST_NAME] or "digits",
        {part: len(labels) for part, (_, labels) in converted.arrays.items()},
        converted.changes,
        converted.samples,
        converted.side,
        sum(int(are_dark_on_bright(images).sum()) for images, _ in converted.arrays.values()),
        untouched,
    )


def _read(file: IO[bytes], on_progress: OnProgress) -> tuple[Converted, bool]:
    """What a file holds, by what it begins with, and whether it has the form in which data sets are stored."""
    head = file.read(512)
    file.seek(0)
    if head.startswith(b"PK"):
        if not _holds_arrays(file):
            return read_folders(file, on_progress), False
        parts = read_npz(file)
        converted = convert(parts, on_progress)
        in_form = "test" in parts and not converted.changes and all(map(_is_in_form, parts.values()))
        return converted, in_form
    if not head.strip() or b"\0" in head:
        raise InputError("", "expected an .npz file, a CSV file, or a .zip file with folders 0 to 9.")
    return convert(read_csv(file, on_progress)), False


def _holds_arrays(file: IO[bytes]) -> bool:
    try:
        with open_zip(file) as archive:
            return any(name.endswith(".npy") for name in archive.namelist())
    except InputError:
        raise
    except Exception:  # damaged zip files raise nearly anything
        raise InputError("", "expected a whole .npz or .zip file, but it is damaged.") from None
    finally:
        file.seek(0)


def _is_in_form(part: RawPart) -> bool:
    types = part.images.dtype == np.uint8 and part.labels.dtype.kind in "iu"
    return types and (part.images.ndim, part.labels.ndim) == (3, 1)


def _write(path: Path, arrays: Arrays, on_progress: OnProgress) -> None:
    """Writes a compressed .npz file, as `numpy.savez_compressed` does, in steps that can be told."""
    named = _named(arrays)
    done, total = 0, sum(map(len, named.values()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in named.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
                for start in range(0, len(array), _BLOCK):
                    block = array[start : start + _BLOCK]
                    file.write(block.tobytes())
                    done += len(block)
                    on_progress(done / total)


def _named(arrays: Arrays) -> dict[str, Any]:
    return {
        name: array for part, pair in arrays.items() for name, array in zip(ARRAYS[part], pair, strict=True)
    }


def keep(
    draft: Draft,
    name: str = "",
    *,
    turn_round: bool = True,
    only_to_evaluate: bool = False,
    owner: str = "",
    on_progress: OnProgress = lambda _: None,
) -> StoredDataset:
    """Stores a converted file as a data set; what its owner has already is stored once.

    Args:
        draft: of `prepare`.
        name: made from the file's by default.
        turn_round: whether dark and bright are exchanged in images that are dark on bright.
        only_to_evaluate: whether all images of a file without a test part are for testing; else a share of
            `TEST_SHARE` is held out, digit by digit.
        owner: whose it is.
        on_progress: told the share that is done.

    Raises:
        InputError: it can't be stored, or was prepared too long ago.
        ModelError: the name is unfit.
    """
    name = check_dataset_name(name.strip() or draft.name)
    directory = folder() / f".{uuid4().hex}"
    try:
        with np.load(draft.path, allow_pickle=False) as stored:
            arrays: Arrays = {
                part: (stored[images], stored[labels].astype(np.uint8))
                for part, (images, labels) in ARRAYS.items()
                if part in draft.counts
            }
        changes = list(draft.changes)
        if turn_round and draft.dark:
            arrays = {part: (turned_round(images), labels) for part, (images, labels) in arrays.items()}
            changes.append(in_words_dark(draft))
        if not draft.has_test_part:
            arrays, words = _divided(arrays, only_to_evaluate)
            changes.append(words)
        directory.mkdir()
        if draft.untouched and changes == list(draft.changes):
            draft.path.rename(directory / DIGITS_FILE)
        else:
            _write(directory / DIGITS_FILE, arrays, on_progress)
        stored = _settle(directory, arrays, name, owner, draft.source, changes)
        discard(draft)
    except FileNotFoundError:
        raise InputError(draft.source, "it was uploaded too long ago; upload it again.") from None
    except OSError as error:
        raise InputError(draft.source, f"it can't be stored ({error.strerror}).") from None
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return stored


def store_arrays(
    arrays: Arrays,
    name: str,
    *,
    owner: str,
    source: str,
    changes: list[str],
    more: Mapping[str, str],
    on_progress: OnProgress = lambda _: None,
) -> StoredDataset:
    """Stores digits that are here as a data set; what its owner has already is stored once.

    Args:
        arrays: "test", and "train" where there are such, as images uint8 (n, 28, 28) and labels uint8 (n,).
        name: of the data set.
        owner: whose it is.
        source: what they come from.
        changes: a sentence for each thing in which they differ from that.
        more: the texts of files that belong to it, by name.
        on_progress: told the share that is done.

    Raises:
        InputError: it can't be stored.
        ModelError: the name is unfit.
    """
    name = check_dataset_name(name)
    directory = folder() / f".{uuid4().hex}"
    try:
        directory.mkdir(parents=True)
        _write(directory / DIGITS_FILE, arrays, on_progress)
        for file, text in more.items():
            write_text(directory / file, text)
        return _settle(directory, arrays, name, owner, source, changes)
    except OSError as error:
        raise InputError(source, f"it can't be stored ({error.strerror}).") from None
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _settle(
    directory: Path, arrays: Arrays, name: str, owner: str, source: str, changes: list[str]
) -> StoredDataset:
    """Gives the finished directory its place, or finds the same data set of the same owner."""
    sha256 = sha256_of_file(directory / DIGITS_FILE)
    for known in list_saved():
        if (known.sha256, known.owner) == (sha256, owner):
            return known
    counts = {part: count_digits(labels) for part, (_, labels) in arrays.items()}
    record = StoredDataset(
        id=new_id(),
        name=name,
        owner=owner,
        sha256=sha256,
        train=counts.get("train"),
        test=counts["test"],
        source=source,
        changes=tuple(changes),
        created=now(),
    )
    record.write(directory)
    directory.rename(folder() / record.id)
    return record


def in_words_dark(draft: Draft) -> str:
    """What is done to images that are dark on bright."""
    return f"Dark and bright change places in {draft.dark:,} of {sum(draft.counts.values()):,} images."


def _divided(arrays: Arrays, only_to_evaluate: bool) -> tuple[Arrays, str]:
    """Images without a test part as a training and a test part, or all as a test part; and a sentence on it."""
    ((images, labels),) = arrays.values()
    chosen = hold_out(labels, TEST_SHARE, _SEED)
    if only_to_evaluate or not chosen.any():
        return {"test": (images, labels)}, "All images are for testing."
    parts = {"train": (images[~chosen], labels[~chosen]), "test": (images[chosen], labels[chosen])}
    return parts, (
        f"{int(chosen.sum()):,} of {len(chosen):,} images, drawn with seed {_SEED}, are held out for testing."
    )


def discard(draft: Draft) -> None:
    """Forgets a converted file; it is no error when it is gone already."""
    draft.path.unlink(missing_ok=True)
