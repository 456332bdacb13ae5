"""What an epoch is made of: the set's digits, made ones and pictures of no digit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.digits import DIGITS
from models.store import find_model
from models.train_config import make_config
from pipeline.data.dataset import Dataset, load_dataset
from pipeline.training.epochs import EpochData
from pipeline.training.made_pool import Images, MadePool
from tests.conftest import Digitlab, results_of, save_digits, train_command_here


@pytest.fixture
def digits(tmp_path: Path) -> Dataset:
    return load_dataset(save_digits(tmp_path / "digits.npz", 500, 10))


def epochs_of(digits: Dataset, first: int = 0, **settings: Any) -> list[Images]:
    config = make_config("cnn", epochs=3, validation_split=0.1, seed=4, **settings)
    return [images for _, images in EpochData(config, digits, 4).from_epoch(first)]


def own_share(digits: Dataset, images: NDArray[np.uint8]) -> float:
    """Share of the images that the set has."""
    known = {image.tobytes() for image in digits.train[0]}
    return float(np.mean([image.tobytes() in known for image in images]))


def test_an_epoch_has_as_many_made_digits_and_others_as_asked_for(digits: Dataset) -> None:
    for images, labels in epochs_of(digits, hands=0.5, not_a_digit=0.1):
        own = len(digits.split(0.1, 4).train)
        assert len(images) == len(labels) == own + round(own * 0.5) + round(own * 0.1)
        assert (labels == DIGITS).sum() == round(own * 0.1)
        assert own_share(digits, images) == pytest.approx(own / len(images), abs=0.002)


def test_without_made_digits_an_epoch_is_the_set(digits: Dataset) -> None:
    images, labels = epochs_of(digits)[0]
    assert len(images) == len(digits.split(0.1, 4).train)
    assert own_share(digits, images) == 1
    assert labels.max() < DIGITS


def test_the_share_of_an_epoch_that_was_asked_for_is_disturbed(digits: Dataset) -> None:
    for images, labels in epochs_of(digits, disturbed=0.3):
        assert own_share(digits, images) == pytest.approx(0.7, abs=0.04)
        assert labels.max() < DIGITS


def test_an_epoch_is_the_same_after_a_resumption(digits: Dataset) -> None:
    settings: dict[str, Any] = {"hands": 0.2, "not_a_digit": 0.1, "augment": True, "disturbed": 0.2}
    for whole, resumed in zip(
        epochs_of(digits, **settings)[1:], epochs_of(digits, 1, **settings), strict=True
    ):
        assert np.array_equal(whole[0], resumed[0])
        assert np.array_equal(whole[1], resumed[1])


def test_a_pool_grows_by_a_portion_an_epoch() -> None:
    def make(rng: np.random.Generator, count: int) -> Images:
        return np.full((count, 28, 28), rng.integers(256), np.uint8), np.zeros(count, np.uint8)

    pool = MadePool(make, (1, 2), 10)
    counts = [len(np.unique(pool.choose(300, epoch, np.random.default_rng(0))[0])) for epoch in (0, 3, 1)]
    assert counts == [1, 4, 2]


@pytest.mark.slow
def test_the_command_line_trains_with_hands_of_the_world(
    home: Path, few_digits: Path, digitlab: Digitlab
) -> None:
    made = ("--hands", "0.3", "--not-a-digit", "0.1")
    options = ("--arch", "cnn-fast", "--epochs", "1", *made, "--dataset", few_digits, "--name", "worldly")
    train_command_here(digitlab, *options)
    record = find_model("worldly").record
    assert (record.config.hands, record.config.not_a_digit) == (0.3, 0.1)
    assert results_of(record).test_accuracy > 0.5
    assert "--hands 0.3 --not-a-digit 0.1" in record.command
