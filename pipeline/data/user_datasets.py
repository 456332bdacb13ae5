"""Data sets that people added, each a folder in `<home>/datasets/` with its digits and a record of them."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError, ModelError
from models.files import delete_folder, open_regular, write_text
from models.locations import home
from models.ownership import ADMINISTRATOR, Person, check_may_change
from models.store import ambiguous_name, check_name
from pipeline.data.dataset import Dataset, load_dataset

MNIST = "MNIST"

MY_DIGITS = "my digits"
"""In place of a name: the digits that somebody corrected and saved, as they are now."""

RECORD_FILE, DIGITS_FILE = "dataset.json", "digits.npz"

Counts = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=10, max_length=10)]


class StoredDataset(BaseModel):
    """What is known of a data set that somebody added.

    Attributes:
        id: its folder's name; sorts by time.
        name: what people call it; not always unique.
        owner: whose it is; "" for a lone user.
        sha256: of its .npz file, hexadecimal.
        train: how many training images there are of each digit; None where it is only for evaluating.
        test: as `train`, of its test images.
        source: name of the file that it came from.
        changes: a sentence for each thing in which it differs from that file.
        created: ISO 8601, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    owner: str = ""
    sha256: str
    train: Counts | None
    test: Counts
    source: str
    changes: tuple[str, ...] = ()
    created: str

    @property
    def path(self) -> Path:
        """Its .npz file, as `pipeline.data.dataset.load_dataset` takes it."""
        return folder() / self.id / DIGITS_FILE

    def write(self, directory: Path) -> None:
        """Writes the record into the data set's directory."""
        write_text(directory / RECORD_FILE, self.model_dump_json(indent=2) + "\n")


def folder() -> Path:
    """Where they are; it need not exist yet."""
    return home() / "datasets"


def list_saved() -> list[StoredDataset]:
    """All of them, newest first; damaged ones are passed over."""
    found = []
    for file in sorted(folder().glob(f"[!.]*/{RECORD_FILE}"), reverse=True):
        try:
            with open_regular(file) as content:
                record = StoredDataset.model_validate_json(content.read())
        except (OSError, ValidationError):
            continue
        if record.id == file.parent.name and record.path.is_file():
            found.append(record)
    return found


def find_saved(reference: str) -> StoredDataset | None:
    """The data set of that id or name, if there is one; `ModelError` where several have the name."""
    named = []
    for dataset in list_saved():
        if dataset.id == reference:
            return dataset
        if dataset.name == reference:
            named.append(dataset)
    if len(named) > 1:
        raise ambiguous_name("data sets", reference, [dataset.id for dataset in named])
    return named[0] if named else None


def open_stored(dataset: StoredDataset, *, test_only: bool = False) -> Dataset:
    """Its digits, or only those for testing; `InputError` where they are damaged or not there."""
    if dataset.train is None and not test_only:
        raise InputError(dataset.name, "it has no training images, so it is only for evaluating.")
    try:
        return load_dataset(dataset.path, test_only=test_only, name=dataset.name)
    except InputError as error:
        raise error.about(dataset.name) from None


def check_dataset_name(name: str) -> str:
    """As `models.store.check_name`; the names of data sets that are always there are refused too."""
    name = check_name(name)
    if name.casefold() in (MNIST.casefold(), MY_DIGITS.casefold()):
        raise ModelError(f"{name} is the name of a data set that is always here; choose another.")
    return name


def rename(dataset: StoredDataset, name: str, who: Person = ADMINISTRATOR) -> StoredDataset:
    """Gives it another name; `ModelError` for an unfit name, where it is gone, or where `who` may not."""
    check_may_change(dataset.owner, who)
    renamed = dataset.model_copy(update={"name": check_dataset_name(name)})
    try:
        renamed.write(dataset.path.parent)
    except FileNotFoundError:
        raise _gone(dataset) from None
    return renamed


def delete(dataset: StoredDataset, who: Person = ADMINISTRATOR) -> None:
    """Deletes it: first out of sight, then from the disk; `ModelError` where it is gone, or where `who` may not."""
    check_may_change(dataset.owner, who)
    try:
        delete_folder(dataset.path.parent)
    except FileNotFoundError:
        raise _gone(dataset) from None


def _gone(dataset: StoredDataset) -> ModelError:
    return ModelError(f"{dataset.name}: the data set no longer exists.")
