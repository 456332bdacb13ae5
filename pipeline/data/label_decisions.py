"""What people decided on labels that may be wrong: kept, changed or dropped; and the data set that comes of it.

Decisions are kept in `<home>/label_decisions/`, a file for each data set, one decision a line; the last on an image by
the same person holds.
"""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import InputError
from models.files import write_text
from models.locations import home
from models.ownership import Person
from models.records import now
from pipeline.data.dataset import Dataset
from pipeline.data.dataset_import import Arrays, store_arrays
from pipeline.data.user_datasets import StoredDataset

Part = Literal["train", "test"]
PARTS: dict[Part, str] = {"test": "Test images", "train": "Training images"}

CORRECTIONS_FILE = "corrections.csv"
"""Beside dataset.json: what was changed in the data set that it came from, in the form of `to_csv`."""

_COLUMNS = ("part", "index", "before", "after", "who", "when")
_DROPPED = "drop"
_Digit = Annotated[int, Field(ge=0, le=9)]


class Decision(BaseModel):
    """What somebody said of one label.

    Attributes:
        part: of the data set.
        index: the image's position in it.
        before: its label.
        after: the label that it should have; None where the image is to be dropped.
        who: whoever decided; "" for a lone user.
        when: ISO 8601, UTC.
        undone: whether it no longer holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: Part
    index: int = Field(ge=0)
    before: _Digit
    after: _Digit | None
    who: str = ""
    when: str = ""
    undone: bool = False

    @property
    def keeps(self) -> bool:
        """Whether nothing is to be changed."""
        return self.after == self.before

    @property
    def in_words(self) -> str:
        """What was decided, in a word or two."""
        return "dropped" if self.after is None else "kept" if self.keeps else f"now {self.after}"


def images_of(dataset: Dataset, part: Part) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images and labels of a part; `InputError` where the data set is only for evaluating."""
    if part == "test":
        return dataset.test
    if not dataset.has_train:
        raise InputError(dataset.name, "it has no training images.")
    return dataset.train


def decisions_on(sha256: str, who: Person) -> dict[tuple[Part, int], Decision]:
    """What this person decided on the data set with that hash, by part and index."""
    try:
        lines = _file(sha256).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    found: dict[tuple[Part, int], Decision] = {}
    for line in lines:
        try:
            decision = Decision.model_validate_json(line)
        except ValidationError:
            continue  # a line that a killed process never ended
        if decision.who == who.name:
            found.pop((decision.part, decision.index), None)
            if not decision.undone:
                found[decision.part, decision.index] = decision
    return found


def decide(sha256: str, who: Person, part: Part, index: int, before: int, after: int | None) -> None:
    """Keeps what this person decides on a label; `OSError` where it can't be written."""
    _append(sha256, Decision(part=part, index=index, before=before, after=after, who=who.name, when=now()))


def undo(sha256: str, decision: Decision) -> None:
    """Takes a decision back; `OSError` where that can't be written."""
    _append(sha256, decision.model_copy(update={"undone": True, "when": now()}))


def forget_others(who: Person) -> None:
    """Removes what anybody but `who` decided; what is nobody's stays."""
    for file in _folder().glob("*.jsonl"):
        with FileLock(file.with_suffix(".lock")):
            lines = file.read_text(encoding="utf-8").splitlines()
            kept = [line for line in lines if _owner(line) in ("", who.name)]
            write_text(file, "".join(f"{line}\n" for line in kept))


def _owner(line: str) -> str | None:
    try:
        return Decision.model_validate_json(line).who
    except ValidationError:
        return None


def _append(sha256: str, decision: Decision) -> None:
    file = _file(sha256)
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_suffix(".lock")), file.open("a", encoding="utf-8") as lines:
        lines.write(decision.model_dump_json() + "\n")


def _file(sha256: str) -> Path:
    return _folder() / f"{sha256[:32]}.jsonl"


def _folder() -> Path:
    return home() / "label_decisions"


def to_csv(decisions: Iterable[Decision]) -> str:
    """One decision a line, as `from_csv` reads them; "drop" stands for the label of what is dropped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in decisions:
        after = _DROPPED if one.after is None else one.after
        writer.writerow([one.part, one.index, one.before, after, one.who, one.when])
    return text.getvalue()


def from_csv(text: str) -> list[Decision]:
    """The decisions in a table with the columns part, index, before and after; others may be there or not.

    Raises:
        InputError: a column is missing, or a line makes no sense.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in _COLUMNS[:4] if name not in (reader.fieldnames or ())]
    if missing:
        raise InputError(
            "", f"expected the columns part, index, before and after, but {missing[0]} is missing."
        )
    decisions = []
    for line in reader:
        values = {name: line[name] for name in _COLUMNS if line.get(name) is not None}
        after = None if values.get("after") == _DROPPED else values.get("after")
        try:
            decisions.append(Decision.model_validate({**values, "after": after}))
        except ValidationError:
            raise InputError(
                "",
                f"line {reader.line_num}: expected test or train, an index, a label from 0 to 9 and the label after "
                f"it or drop, got {', '.join(str(line.get(name)) for name in _COLUMNS[:4])}.",
            ) from None
    return decisions


def correct(
    dataset: Dataset,
    decisions: Iterable[Decision],
    name: str,
    owner: str = "",
    on_progress: Callable[[float], None] = lambda _: None,
) -> StoredDataset:
    """Stores the data set as decided: with other labels, and without the images that are dropped.

    What was changed is in the new data set's `CORRECTIONS_FILE`.

    Args:
        dataset: what was decided on; it stays as it is.
        decisions: on its labels, one an image.
        name: of the new data set.
        owner: whose it is.
        on_progress: told the share that is done.

    Raises:
        InputError: nothing would change, a decision doesn't fit the data set, or a part would be left empty.
        ModelError: the name is unfit.
    """
    changes = [one for one in decisions if not one.keeps]
    if not changes:
        raise InputError(dataset.name, "expected at least one label to change or image to drop, got none.")
    parts: dict[Part, tuple[NDArray[np.uint8], NDArray[np.uint8]]] = {"test": dataset.test}
    if dataset.has_train:
        parts["train"] = dataset.train
    arrays: Arrays = {}
    for part, (images, labels) in parts.items():
        kept, corrected = np.ones(len(labels), bool), labels.copy()
        for one in (one for one in changes if one.part == part):
            _check_fit(one, dataset, labels)
            kept[one.index] = one.after is not None
            corrected[one.index] = one.before if one.after is None else one.after
        if not kept.any():
            raise InputError(dataset.name, f"all {PARTS[part].lower()} would be dropped; keep at least one.")
        arrays[part] = (images[kept], corrected[kept])
    if unknown := [one for one in changes if one.part not in parts]:
        raise InputError(dataset.name, f"it has no training image {unknown[0].index}.")
    dropped = sum(one.after is None for one in changes)
    words = (
        f"{len(changes) - dropped:,} labels of {dataset.name} are changed, {dropped:,} of its images dropped."
    )
    return store_arrays(
        arrays,
        name,
        owner=owner,
        source=dataset.name,
        changes=[words],
        more={CORRECTIONS_FILE: to_csv(changes)},
        on_progress=on_progress,
    )


def _check_fit(one: Decision, dataset: Dataset, labels: NDArray[np.uint8]) -> None:
    noun = PARTS[one.part].lower().removesuffix("s")
    if one.index >= len(labels):
        raise InputError(dataset.name, f"it has no {noun} {one.index}, only {len(labels):,}.")
    if labels[one.index] != one.before:
        raise InputError(
            dataset.name,
            f"{noun} {one.index} is labeled {labels[one.index]}, not {one.before} as decided on.",
        )
