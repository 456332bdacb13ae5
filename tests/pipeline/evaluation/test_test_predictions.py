"""What a model said of each digit: filters, orders, pages, exports."""

import csv
import io
import zipfile

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.errors import ModelError
from models.formatting import show_confidence
from pipeline.evaluation.test_predictions import (
    ORDERS,
    TestPredictions,
    most_common,
    score_predictions,
    to_csv,
    to_zip,
)

LABELS = np.array([1, 1, 2, 3, 7], np.uint8)


def probabilities() -> NDArray[np.float32]:
    """Right on the first and the fourth; the others read as 7, 1 and 1."""
    table = np.zeros((5, 10), np.float32)
    for row, (digit, share) in enumerate([(1, 0.9), (7, 0.6), (1, 0.8), (3, 1.0), (1, 0.7)]):
        table[row] = (1 - share) / 9
        table[row, digit] = share
    table[4] = 0
    table[4, 1] = 1
    return table


@pytest.fixture
def scored() -> TestPredictions:
    return score_predictions(probabilities(), LABELS)


def test_scoring_gives_answer_confidence_and_loss(scored: TestPredictions) -> None:
    assert scored.predicted.tolist() == [1, 7, 1, 3, 1]
    assert scored.confidence[0] == pytest.approx(0.9)
    assert scored.loss[0] == pytest.approx(-np.log(0.9), rel=1e-5)
    assert scored.loss[4] == pytest.approx(16.6, abs=0.1)  # no probability at all is not infinitely bad


def test_mistakes_are_the_wrong_answers(scored: TestPredictions) -> None:
    assert scored.mistakes().index.tolist() == [1, 2, 4]


def test_filters_take_none_for_any(scored: TestPredictions) -> None:
    mistakes = scored.mistakes()
    assert mistakes.select(predicted=1).index.tolist() == [2, 4]
    assert mistakes.select(true=7, predicted=1).index.tolist() == [4]
    assert len(mistakes.select()) == 3


@pytest.mark.parametrize(
    ("order", "expected"),
    [("surest", [4, 2, 1]), ("unsurest", [1, 2, 4]), ("loss", [4, 2, 1]), ("index", [1, 2, 4])],
)
def test_orders(scored: TestPredictions, order: str, expected: list[int]) -> None:
    found = next(name for name in ORDERS if name == order)
    assert scored.mistakes().sort(found).index.tolist() == expected


def test_pages_are_counted_from_one_and_end(scored: TestPredictions) -> None:
    mistakes = scored.mistakes()
    assert mistakes.page(1, 2).index.tolist() == [1, 2]
    assert mistakes.page(2, 2).index.tolist() == [4]
    assert len(mistakes.page(3, 2)) == 0


def test_place_of(scored: TestPredictions) -> None:
    assert scored.mistakes().place_of(4) == 2
    assert scored.mistakes().place_of(0) is None


def test_judge_refuses_answers_to_another_test_set() -> None:
    with pytest.raises(ModelError, match=r"5 images, but the test set has\s+3"):
        score_predictions(probabilities(), LABELS[:3])


def test_csv_has_a_line_a_mistake_with_all_probabilities(scored: TestPredictions) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(scored.mistakes(), probabilities()))))
    assert [row["index"] for row in rows] == ["1", "2", "4"]
    assert rows[0]["true"] == "1"
    assert rows[0]["predicted"] == "7"
    assert float(rows[0]["p7"]) == pytest.approx(0.6)


def test_zip_holds_the_images_unchanged(scored: TestPredictions) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    with zipfile.ZipFile(io.BytesIO(to_zip(scored.mistakes(), probabilities(), images))) as archive:
        names = archive.namelist()
        assert names[1:] == [
            "00001-true-1-read-7.png",
            "00002-true-2-read-1.png",
            "00004-true-7-read-1.png",
        ]
        assert archive.read("answers.csv").startswith(b"index,true")
        with Image.open(io.BytesIO(archive.read(names[2]))) as picture:
            assert np.array_equal(np.asarray(picture), images[2])


def test_most_common_label() -> None:
    assert most_common([4, 9, 9, 4, 9]) == (9, 3)
    assert most_common([4, 9]) == (4, 1)


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0.97, 0, "97 %"), (0.994, 0, "> 99 %"), (0.99, 0, "99 %"), (0.9984, 1, "99.8 %"), (1.0, 1, "> 99.9 %")],
)
def test_no_confidence_is_shown_as_certainty(share: float, digits: int, text: str) -> None:
    assert show_confidence(share, digits) == text
