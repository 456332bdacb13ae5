"""One person's digits: what is learned, what is kept back to judge, and what is too little."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.errors import InputError
from pipeline.data.dataset import load_dataset
from pipeline.data.own_digits import OwnDigits, from_dataset, from_saved, read_own_digits
from pipeline.data.saved_digits import SavedDigit, SavedRecord


def saved(labels: Sequence[int | None]) -> list[SavedDigit]:
    """Digits in the order they were saved, d000 first."""
    moment = "2026-11-26T00:00:00+00:00"
    return [
        SavedDigit(
            f"d{number:03d}",
            SavedRecord(label=label, predicted=7, confidence=0.5, model="tiny", saved=moment),
            np.full((28, 28), number, np.uint8),
        )
        for number, label in enumerate(labels)
    ]


def forty() -> list[SavedDigit]:
    return saved([number % 10 for number in range(40)])


def test_every_fourth_of_each_digit_is_never_learned() -> None:
    own = from_saved(forty(), refuses=False)
    assert own.fold_count == own.trainings == 1
    assert own.held_out == tuple(f"d{number:03d}" for number in range(20, 30))
    assert not {*own.trained_on} & {*own.held_out}
    assert sorted(own.trained_on + own.held_out) == [digit.id for digit in forty()]


def test_what_is_kept_back_stays_so_when_digits_are_added() -> None:
    more = [*forty(), *saved([number % 10 for number in range(60)])[40:]]
    assert {*from_saved(forty(), refuses=False).held_out} <= {*from_saved(more, refuses=False).held_out}


def test_few_digits_are_judged_by_turns() -> None:
    own = from_saved(saved([number % 3 for number in range(12)]), refuses=False)
    assert (own.fold_count, own.trainings) == (4, 5)
    assert {*own.held_out} == {*own.trained_on} == {*own.ids}
    for fold in range(4):
        assert own.learned(fold).sum() == 9
        judged = own.labels[~own.learned(fold)]
        assert sorted(judged.tolist()) == [0, 1, 2]


def test_what_a_model_has_learned_before_judges_nothing() -> None:
    known = {f"d{number:03d}" for number in range(25)}
    own = from_saved(forty(), refuses=False, known=known)
    assert {*own.held_out} == {f"d{number:03d}" for number in range(25, 30)}
    with pytest.raises(InputError, match="has learned all but 3 of these 40 digits"):
        from_saved(forty(), refuses=False, known={digit.id for digit in forty()[:37]})


def test_what_is_no_digit_is_learned_where_the_network_can_say_so() -> None:
    digits = [*forty(), *saved([None] * 48)[40:]]
    assert (from_saved(digits, refuses=True).labels == 10).sum() == 8
    assert len(from_saved(digits, refuses=False).labels) == 40


@pytest.mark.parametrize(("labels", "words"), [([], "are none"), ([1], "is 1"), ([1] * 7, "are 7")])
def test_too_few_are_told(labels: list[int], words: str) -> None:
    with pytest.raises(InputError, match=f"at least 8 saved digits, but there {words}; correct some more"):
        from_saved(saved(labels), refuses=False)


def test_a_data_set_brings_its_own_test_images(few_digits: Path) -> None:
    own = from_dataset(load_dataset(few_digits))
    assert (len(own.trained_on), len(own.held_out), own.fold_count) == (2000, 1000, 1)
    with pytest.raises(InputError, match="expected 8 to 5,000 digits to fine-tune on, got 70,000"):
        from_dataset(load_dataset())


def test_they_are_read_as_they_were_written(tmp_path: Path) -> None:
    own = from_saved(forty(), refuses=False)
    own.write(tmp_path / "digits.npz")
    again: OwnDigits = read_own_digits(tmp_path / "digits.npz")
    assert again.ids == own.ids
    for name in ("images", "labels", "folds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(own, name))
    (tmp_path / "digits.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="missing or damaged"):
        read_own_digits(tmp_path / "digits.npz")
