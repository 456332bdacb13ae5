"""From what a person calls a data set to its digits: MNIST, saved digits, a data set that is stored here, a file."""

import io
import tempfile
from datetime import datetime
from pathlib import Path

from models.errors import InputError
from models.ownership import ADMINISTRATOR, Person
from pipeline.data import saved_digits
from pipeline.data.dataset import Dataset, load_dataset
from pipeline.data.dataset_import import keep, prepare
from pipeline.data.user_datasets import MNIST, MY_DIGITS, find_saved, open_stored


def open_to_train(reference: str, who: Person = ADMINISTRATOR) -> Dataset:
    """A data set by id, name or path: MNIST without any, and for `MY_DIGITS` those of `who`, stored as they are now.

    Raises:
        InputError: there is none, it has no training images, or it is damaged.
        ModelError: several have that name.
    """
    if reference != MY_DIGITS:
        return _open(reference, test_only=False)
    content = saved_digits.export_npz(saved_digits.list_saved(who))
    draft = prepare(io.BytesIO(content), "saved digits")
    name = f"Saved digits, {datetime.now():%d %b %Y %H:%M}"
    return open_stored(keep(draft, name, turn_round=False, owner=who.name))


def open_to_evaluate(reference: str, who: Person = ADMINISTRATOR) -> Dataset:
    """As `open_to_train`; training images may be missing, and saved digits are not stored."""
    if reference != MY_DIGITS:
        return _open(reference, test_only=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits.npz"
        file.write_bytes(saved_digits.export_npz(saved_digits.list_saved(who)))
        return load_dataset(file, name=MY_DIGITS)  # which has read them by then


def open_whole(reference: str, who: Person = ADMINISTRATOR) -> Dataset:
    """As `open_to_evaluate`, with the training images where there are any."""
    if reference == MY_DIGITS:
        return open_to_evaluate(reference, who)
    try:
        return _open(reference, test_only=False)
    except InputError:
        return _open(reference, test_only=True)


def _open(reference: str, test_only: bool) -> Dataset:
    if reference in ("", MNIST):
        return load_dataset()
    stored = find_saved(reference)
    if stored:
        return open_stored(stored, test_only=test_only)
    if not Path(reference).exists():
        raise InputError(reference, "there is no data set of that name or ID, and no such file.")
    return load_dataset(reference, test_only=test_only)
