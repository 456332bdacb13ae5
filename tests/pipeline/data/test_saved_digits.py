"""Kept digits: written whole, listed newest first, exported in forms that the project reads itself."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import InputError
from pipeline.data import saved_digits
from pipeline.data.dataset import load_dataset
from pipeline.data.dataset_choice import open_to_train
from pipeline.data.user_datasets import MY_DIGITS


def keep_one(label: int | None, predicted: int = 1) -> saved_digits.SavedDigit:
    pixels = np.full((900, 700, 3), 255, np.uint8)
    image = np.zeros((28, 28), np.float32)
    image[4:24, (label or 0) + 8] = 1
    return saved_digits.save(pixels, image, label, predicted, 0.5, "tiny", "upload")


def test_a_kept_digit_comes_back_with_its_label_and_image(home: Path) -> None:
    kept = keep_one(7)
    (listed,) = saved_digits.list_saved()
    assert listed == kept
    assert (listed.record.label, listed.record.predicted, listed.record.model) == (7, 1, "tiny")
    assert listed.image.max() == 255
    assert listed.image[:, 15].sum() == 20 * 255
    assert listed.picture_file.is_file()


def test_without_any_the_list_is_empty(home: Path) -> None:
    assert saved_digits.list_saved() == []


def test_a_label_that_is_no_digit_is_refused(home: Path) -> None:
    with pytest.raises(InputError, match="from 0 to 9, got 10"):
        keep_one(10)


def test_what_is_not_a_digit_is_in_the_zip_and_in_no_data_set(home: Path) -> None:
    kept = keep_one(None)
    assert saved_digits.list_saved() == [kept]
    with pytest.raises(InputError, match="at least one saved digit"):
        saved_digits.export_npz([kept])
    with zipfile.ZipFile(io.BytesIO(saved_digits.export_zip([kept]))) as archive:
        (entry,) = json.loads(archive.read("labels.json"))
        assert entry["label"] is None
        assert entry["image"].startswith("28x28/not-a-digit-")
    digit = keep_one(3)
    assert digit.record.part == "train", "only digits are counted"
    assert open_to_train(MY_DIGITS).train[1].tolist() == [3]


def test_deleting_leaves_nothing_and_may_be_repeated(home: Path) -> None:
    kept = keep_one(3)
    saved_digits.delete(kept)
    saved_digits.delete(kept)
    assert list(saved_digits.folder().iterdir()) == []


def test_damaged_ones_are_passed_over(home: Path) -> None:
    keep_one(3)
    (saved_digits.folder() / "broken.json").write_text("{")
    assert len(saved_digits.list_saved()) == 1


def cut_short(kept: saved_digits.SavedDigit) -> None:
    kept.image_file.write_bytes(kept.image_file.read_bytes()[:-30])


def enlarge(kept: saved_digits.SavedDigit) -> None:
    Image.new("L", (56, 28)).save(kept.image_file)


def make_huge(kept: saved_digits.SavedDigit) -> None:
    Image.new("1", (20_000, 20_000)).save(kept.image_file)


def make_a_jpeg(kept: saved_digits.SavedDigit) -> None:
    Image.new("L", (28, 28)).save(kept.image_file, "JPEG")


def make_a_folder(kept: saved_digits.SavedDigit) -> None:
    kept.image_file.unlink()
    kept.image_file.mkdir()


def record_with(name: str, value: object) -> Callable[[saved_digits.SavedDigit], None]:
    def damage(kept: saved_digits.SavedDigit) -> None:
        record = {**kept.record.model_dump(by_alias=True), name: value}
        (saved_digits.folder() / f"{kept.id}.json").write_text(json.dumps(record))

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        enlarge,
        make_huge,
        make_a_jpeg,
        make_a_folder,
        lambda kept: kept.image_file.write_bytes(b""),
        lambda kept: kept.image_file.unlink(),
        record_with("kept", "yesterday"),
        record_with("confidence", float("nan")),
        record_with("label", 10),
    ],
)
def test_a_damaged_one_is_passed_over_wherever_the_others_are_used(
    home: Path, damage: Callable[[saved_digits.SavedDigit], None]
) -> None:
    whole, damaged = keep_one(3), keep_one(5)
    damage(damaged)
    assert saved_digits.list_saved() == [whole]
    assert open_to_train(MY_DIGITS).train[1].tolist() == [3]
    assert keep_one(4).record.part == "test", "only whole ones are counted"


def test_what_was_listed_can_be_exported_although_it_is_deleted_by_then(home: Path) -> None:
    kept = [keep_one(3), keep_one(5)]
    listed = saved_digits.list_saved()
    for digit in kept:
        saved_digits.delete(digit)
    assert listed[0].picture() is None
    with np.load(io.BytesIO(saved_digits.export_npz(listed))) as arrays:
        assert {*arrays["y_train"].tolist(), *arrays["y_test"].tolist()} == {3, 5}
    with zipfile.ZipFile(io.BytesIO(saved_digits.export_zip(listed))) as archive:
        entries = json.loads(archive.read("labels.json"))
        assert {entry["image"] for entry in entries} | {"labels.json"} == set(archive.namelist())


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_npz_is_a_dataset(home: Path, tmp_path: Path, count: int) -> None:
    for label in range(count):
        keep_one(label)
    file = tmp_path / "mine.npz"
    file.write_bytes(saved_digits.export_npz(saved_digits.list_saved()))
    dataset = load_dataset(file)
    (x_train, y_train), (x_test, y_test) = dataset.train, dataset.test
    assert x_train.shape[1:] == x_test.shape[1:] == (28, 28)
    assert {*y_train.tolist(), *y_test.tolist()} == set(range(count))


def test_a_digit_keeps_its_part_whatever_is_kept_or_deleted(home: Path, tmp_path: Path) -> None:
    def parts() -> tuple[list[int], list[int]]:
        file = tmp_path / f"{len(saved_digits.list_saved())}.npz"
        file.write_bytes(saved_digits.export_npz(saved_digits.list_saved()))
        dataset = load_dataset(file)
        return dataset.train[1].tolist(), dataset.test[1].tolist()

    kept = [keep_one(label) for label in range(4)]
    assert parts() == ([0, 2], [1, 3])
    keep_one(4)
    assert parts() == ([0, 2, 4], [1, 3])
    saved_digits.delete(kept[0])
    assert parts() == ([2, 4], [1, 3])
    saved_digits.delete(kept[1])
    keep_one(5)
    assert parts() == ([2, 4], [3, 5])


def test_an_empty_export_is_refused(home: Path) -> None:
    with pytest.raises(InputError, match="there is none"):
        saved_digits.export_npz([])


def test_the_zip_holds_both_pictures_and_the_labels(home: Path) -> None:
    keep_one(4)
    with zipfile.ZipFile(io.BytesIO(saved_digits.export_zip(saved_digits.list_saved()))) as archive:
        (entry,) = json.loads(archive.read("labels.json"))
        assert entry["label"] == 4
        assert {entry["picture"], entry["image"], "labels.json"} == set(archive.namelist())
