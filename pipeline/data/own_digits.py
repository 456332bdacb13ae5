"""One person's digits to fine-tune a model on, and which of them are kept back to judge it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.errors import InputError
from models.files import open_regular, replacing
from models.zip_files import open_zip, read_array
from pipeline.data.dataset import Dataset
from pipeline.data.saved_digits import SavedDigit

FEWEST = 8
"""Digits below which nothing can be said of what was learned."""

_FEWEST_JUDGED = 4
_FEWEST_TO_SPLIT = 20
_FEWEST_KEPT_BACK = 5
_FOLDS = 4
_MOST = 5000
_LARGEST_ARRAY = _MOST * SIDE**2


@dataclass(frozen=True)
class OwnDigits:
    """Digits of one person.

    Attributes:
        ids: what tells each of them from all others.
        images: uint8 (n, 28, 28), the stroke bright.
        labels: uint8 (n,), 10 for "not a digit".
        folds: int8 (n,): the part in which a digit is judged and not learned, from 0; -1 for those that are only
            learned.
    """

    ids: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    folds: NDArray[np.int8]

    @property
    def fold_count(self) -> int:
        """1 where some digits are kept back for good; else how many parts are kept back by turns."""
        return int(self.folds.max()) + 1

    @property
    def trainings(self) -> int:
        """How often a network learns: once in all, and once more for each part that is kept back by turns."""
        return 1 if self.fold_count == 1 else self.fold_count + 1

    @property
    def trained_on(self) -> tuple[str, ...]:
        """Ids of the digits that the network learns in the end."""
        return self._ids_where(self.learned())

    @property
    def held_out(self) -> tuple[str, ...]:
        """Ids of the digits that it is judged on."""
        return self._ids_where(self.folds >= 0)

    def learned(self, fold: int | None = None) -> NDArray[np.bool_]:
        """Which digits are learned, bool (n,): while a part is judged, or in the end."""
        if fold is None:
            return (self.folds < 0) | (self.fold_count > 1)
        return np.asarray(self.folds != fold)

    def _ids_where(self, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(name for name, wanted in zip(self.ids, chosen.tolist(), strict=True) if wanted)

    def write(self, file: Path) -> None:
        """Writes them as an .npz file."""
        with replacing(file) as part:
            np.savez_compressed(
                part, ids=np.array(self.ids), images=self.images, labels=self.labels, folds=self.folds
            )


def read_own_digits(file: Path) -> OwnDigits:
    """What `OwnDigits.write` has written; `InputError` where it is missing or damaged."""
    try:
        with open_regular(file) as content, open_zip(content) as archive:
            ids, images, labels, folds = (
                read_array(archive, name, _LARGEST_ARRAY) for name in ("ids", "images", "labels", "folds")
            )
        return OwnDigits(tuple(ids.tolist()), images, labels, folds)
    except Exception:  # damaged zip files raise nearly anything
        raise InputError(file, "the digits to learn are missing or damaged.") from None


def from_saved(
    digits: Sequence[SavedDigit], *, refuses: bool, known: Collection[str] = frozenset()
) -> OwnDigits:
    """Saved digits, with every fourth of each label kept back, or each by turns where they are few.

    Args:
        digits: in any order.
        refuses: whether the network can say "not a digit"; else what is no digit is left out.
        known: ids of digits that it has learned before; none of these is kept back.

    Raises:
        InputError: there are too few.
    """
    usable = sorted(
        (digit for digit in digits if refuses or digit.record.label is not None), key=lambda digit: digit.id
    )
    if len(usable) < FEWEST:
        have = len(usable)
        raise InputError(
            "",
            f"Fine-tuning takes at least {FEWEST} saved digits, but there {_are(have)}; correct some more.",
        )
    labels = np.array(
        [DIGITS if digit.record.label is None else digit.record.label for digit in usable], np.uint8
    )
    ids = tuple(digit.id for digit in usable)
    new = np.array([name not in known for name in ids])
    if new.sum() < _FEWEST_JUDGED:
        raise InputError(
            "",
            f"The model has learned all but {int(new.sum())} of these {len(ids)} digits already; it takes "
            f"{_FEWEST_JUDGED} new ones to judge what it learns.",
        )
    return OwnDigits(ids, np.stack([digit.image for digit in usable]), labels, _folds(labels, new))


def from_dataset(dataset: Dataset) -> OwnDigits:
    """A data set's training images to learn and its test images to judge; `InputError` where they are too many."""
    (images, labels), (test_images, test_labels) = dataset.train, dataset.test
    count = len(labels) + len(test_labels)
    if not FEWEST <= count <= _MOST:
        raise InputError(
            dataset.name,
            f"expected {FEWEST} to {_MOST:,} digits to fine-tune on, got {count:,}; "
            "to learn more, train with `digitlab train --from`.",
        )
    ids = [f"train {n}" for n in range(len(labels))] + [f"test {n}" for n in range(len(test_labels))]
    return OwnDigits(
        tuple(ids),
        np.concatenate([images, test_images]),
        np.concatenate([labels, test_labels]),
        np.repeat(np.array([-1, 0], np.int8), [len(labels), len(test_labels)]),
    )


def _folds(labels: NDArray[np.uint8], new: NDArray[np.bool_]) -> NDArray[np.int8]:
    """`OwnDigits.folds` for digits in the order they were saved, of which only new ones are kept back."""
    folds = np.full(len(labels), -1, np.int8)
    if len(labels) >= _FEWEST_TO_SPLIT:
        for label in np.unique(labels):
            # the third of each four, so that what is kept back stays so when digits are added
            folds[np.flatnonzero(labels == label)[2::_FOLDS]] = 0
        folds[~new] = -1
        if (folds == 0).sum() >= _FEWEST_KEPT_BACK:
            return folds
    by_label = np.flatnonzero(new)[np.argsort(labels[new], kind="stable")]
    folds[by_label] = np.arange(len(by_label)) % _FOLDS
    return folds


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count or 'none'}"
