"""Data sets that a person made or uploaded, in `<home>/datasets/`: checked first, then saved."""

import re
from pathlib import Path
from uuid import uuid4

from models.errors import InputError
from models.locations import home
from models.ownership import ADMINISTRATOR, Person
from pipeline.data import saved_digits
from pipeline.data.dataset import Dataset, load_dataset

MY_DIGITS = "my digits"
"""In place of a file name: the digits that somebody corrected and saved, as they are now."""

LARGEST_UPLOAD = 200 * 1024**2
"""Bytes; MNIST has 55 MB uncompressed."""


def folder() -> Path:
    """Where they are; it need not exist yet."""
    return home() / "datasets"


def save(name: str, content: bytes) -> Dataset:
    """Checks an .npz file's content and saves it; the same content is saved once.

    Args:
        name: the uploaded file's name; only letters, digits, "-", "_" and "." are taken from it.
        content: as `pipeline.data.dataset.load_dataset` takes it.

    Raises:
        InputError: it is no data set, too large, or can't be stored; one sentence.
    """
    if len(content) > LARGEST_UPLOAD:
        raise InputError(
            name,
            f"expected a data set of at most {LARGEST_UPLOAD // 1024**2} MB, got {len(content) / 1024**2:,.1f} MB.",
        )
    part = folder() / f".{uuid4().hex}.npz"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        sha256 = load_dataset(part).sha256
        stem = re.sub(r"[^\w.-]+", "-", Path(name).stem).strip(".-")[:40] or "digits"
        path = part.with_name(f"{stem}-{sha256[:8]}.npz")
        part.replace(path)
    except InputError as error:
        raise error.about(name) from None
    except OSError as error:
        raise InputError(name, f"it can't be stored ({error.strerror}).") from None
    finally:
        part.unlink(missing_ok=True)
    return load_dataset(path)


def list_saved() -> list[Path]:
    """The saved files by name."""
    return sorted(path for path in folder().glob("*.npz") if not path.name.startswith("."))


def open_saved(name: str, who: Person = ADMINISTRATOR) -> Dataset:
    """A saved data set by its file name; MNIST for an empty one; a new one, of `who`'s digits, for `MY_DIGITS`.

    Raises:
        InputError: there is none of that name, or it is damaged.
    """
    if not name:
        return load_dataset()
    if name == MY_DIGITS:
        return save("my-digits.npz", saved_digits.export_npz(saved_digits.list_saved(who)))
    path = folder() / Path(name).name
    try:
        return load_dataset(path)
    except InputError as error:
        raise error.about(name) from None
