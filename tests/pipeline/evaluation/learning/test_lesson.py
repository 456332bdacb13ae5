"""The lesson notices what was done from what there is, keeps it for each person, and makes a sheet of it."""

import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import rotate

from models.errors import ModelError
from models.ownership import ADMINISTRATOR, Person
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data import saved_digits
from pipeline.data.dataset import MNIST_SHA256, load_dataset
from pipeline.evaluation.learning.outcomes import most_confused_pair, notice, outcome_of
from pipeline.evaluation.learning.progress import (
    ContestRecord,
    LessonProgress,
    Outcome,
    change_progress,
    folder,
    forget_others,
    read_progress,
)
from pipeline.evaluation.learning.report import to_html
from pipeline.evaluation.learning.steps import STEPS, find_step
from pipeline.evaluation.stress.measure import known_scores
from pipeline.evaluation.stress.sweeps import SWEEPS
from tests.conftest import copy_model

ANN = Person("Ann")


def predicted(*keys: str) -> LessonProgress:
    """Progress in which these steps are predicted and not done."""
    progress = LessonProgress()
    for key in keys:
        progress = progress.with_step(key, prediction=0, predicted="2026-01-01T00:00:00+00:00")
    return progress


def as_mnist_model(run: Path, owner: str = "", **changes: object) -> None:
    """Has the run of a small data set look as one on MNIST."""
    record = json.loads((run / "run.json").read_text())
    record["dataset"] = {"name": "MNIST", "sha256": MNIST_SHA256}
    (run / "run.json").write_text(json.dumps({**record, "owner": owner, **changes}))


def test_a_training_is_noticed_once_it_is_predicted_has_ended_and_is_ones_own(tiny_model: Path) -> None:
    assert not notice(predicted("dense"), ADMINISTRATOR, ()), "it was trained on another data set"
    as_mnist_model(tiny_model, "Ann")
    assert not notice(predicted("dense"), Person("Bob"), ())
    assert not notice(predicted("cnn"), ANN, ()), "a dense network is no CNN"
    assert not notice(LessonProgress(), ANN, ()), "nothing was predicted"
    found = notice(predicted("dense"), ANN, ())
    errors = json.loads((tiny_model / "evaluation.json").read_text())["error_count"]
    assert (found["dense"].value, found["dense"].model_name, found["dense"].shipped) == (
        errors,
        "tiny",
        False,
    )
    assert f"{errors} of 1,000" in found["dense"].told
    (tiny_model / "model.tflite").rename(tiny_model / "gone")
    assert not notice(predicted("dense"), ANN, ()), "a run without a model has no result"


def test_the_newest_own_model_counts(tiny_model: Path) -> None:
    as_mnist_model(tiny_model)
    copy_model(tiny_model, "20990101-000000-000000", "newer")
    assert notice(predicted("dense"), ADMINISTRATOR, ())["dense"].model_name == "newer"


def test_pages_that_were_looked_at_end_their_step_with_what_is_there_to_see(home: Path) -> None:
    waiting = predicted("mistakes", "inside", "stress")
    assert not notice(waiting, ADMINISTRATOR, {"train", ""})
    found = notice(waiting, ADMINISTRATOR, {"mistakes", "explain"})
    assert set(found) == {"mistakes", "inside"}
    confusion = find_model("shipped:dense").directory.read_evaluation().confusion
    pairs = {(i, j): confusion[i][j] + confusion[j][i] for j in range(10) for i in range(j)}
    low, high = max(pairs, key=lambda pair: pairs[pair])
    assert (found["mistakes"].value, found["mistakes"].model) == (f"{low}-{high}", "dense")
    assert f"{low} and {high}, {pairs[low, high]} times" in found["mistakes"].told
    assert (found["inside"].value, found["inside"].model) == ("patch", "cnn-fast")
    assert "5 by 5 pixels" in found["inside"].told  # as models/architectures.py builds it


def test_a_pair_that_is_no_choice_is_another_one(home: Path) -> None:
    confusion = np.diag(np.full(10, 90))
    confusion[6, 0], confusion[0, 6], confusion[3, 5] = 4, 5, 8
    assert most_confused_pair(confusion) == (0, 6, 9)


def test_the_result_of_stress_is_what_the_stress_page_shows(home: Path) -> None:
    """The model reads about as many of digits that SciPy turned, each to the left and to the right."""
    model = find_model("shipped:cnn-fast")
    dataset, recognizer = load_dataset(), Recognizer(model.directory.litert_file)
    outcome = notice(predicted("stress"), ADMINISTRATOR, {"stress"})["stress"]
    level = next(level for level in SWEEPS["turn"].levels if level.label == "45")
    (shown,) = known_scores(model.directory, dataset, [level])
    assert shown is not None
    assert outcome.value == round(100 * shown.accuracy)
    images, labels = dataset.test
    turned = [rotate(images[:1000], way * 45, axes=(1, 2), reshape=False, order=1) for way in (-1, 1)]
    right = [(recognizer.probabilities(part).argmax(1) == labels[:1000]).mean() for part in turned]
    assert outcome.value == pytest.approx(100 * np.mean(right), abs=6)


def test_misread_drawings_of_ones_own_are_counted_from_the_prediction_on(home: Path) -> None:
    pixels, image = np.zeros((40, 40, 3), np.uint8), np.zeros((28, 28), np.float32)

    def draw(label: int | None, read: int, source: str = "canvas", owner: str = "Ann") -> None:
        saved_digits.save(pixels, image, label, read, 0.9, "cnn-fast", source, owner)

    draw(1, 7)
    (before,) = saved_digits.folder().glob("*.json")
    before.write_text(json.dumps({**json.loads(before.read_text()), "kept": "2025-12-31T23:59:59+00:00"}))
    progress = predicted("fool")
    for _ in range(4):
        draw(1, 7)
    for label, read, source, owner in (
        (1, 1, "canvas", "Ann"),
        (None, 7, "canvas", "Ann"),
        (1, 7, "upload", "Ann"),
    ):
        draw(label, read, source, owner)
    draw(1, 7, owner="Bob")
    assert not notice(progress, ANN, ())
    early = outcome_of(find_step("fool"), find_model("shipped:cnn-fast"), progress, ANN)
    assert early.value == 4
    draw(9, 4)
    assert notice(progress, ANN, ())["fool"].value == 5


def test_progress_is_kept_for_each_person_and_goes_with_the_class(home: Path) -> None:
    for name in ("", "Ann", "../Bob"):
        change_progress(Person(name), lambda progress: progress.with_step("dense", prediction=7))
    assert {read_progress(Person(name)).step("dense").prediction for name in ("", "Ann", "../Bob")} == {7}
    assert read_progress(Person("Eve")).step("dense").prediction is None
    assert {path.parent for path in home.rglob("*.json")} == {folder()}
    forget_others(ANN)
    assert read_progress(Person("../Bob")).step("dense").prediction is None
    assert {read_progress(Person(name)).step("dense").prediction for name in ("", "Ann")} == {7}


def test_damaged_progress_is_one_sentence(home: Path) -> None:
    change_progress(ANN, lambda progress: progress)
    next(folder().glob("*.json")).write_text("{")
    with pytest.raises(ModelError, match="delete the file to begin anew"):
        read_progress(ANN)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_each_step_has_an_answer_and_words_for_it(step: object) -> None:
    assert len({other.key for other in STEPS}) == 6
    found = find_step(getattr(step, "key", ""))
    assert found.judge(7, 7) == "Exactly as you said."
    assert not found.fits(-1)
    assert not found.fits("nonsense")


def test_predictions_are_judged_in_words() -> None:
    dense = find_step("dense")
    assert [dense.judge(said, 111) for said in (200, 300, 0, 5)] == [
        "Close!", "Fewer than you said.", "More than you said.", "More than you said."
    ]  # fmt: skip
    assert find_step("mistakes").judge("2-7", "4-9") == "Not what you said."


class Tags(HTMLParser):
    """Collects the tags and the words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_report_says_all_and_escapes_what_people_typed() -> None:
    outcome = Outcome(value=111, told="<img src=x> gets 111 wrong.", model="x", model_name="x", shipped=True)
    progress = LessonProgress(owner="Ann", name="<script>alert(1)</script>")
    progress = progress.with_step("dense", prediction=400, outcome=outcome, sentence="<b>Better</b> & faster")
    progress = progress.with_step("cnn", prediction=30)
    progress = progress.with_contest(
        ContestRecord(seed=7, model="m", model_name="<i>m</i>", answers=(1,) * 20, scores=(14, 11, 20))
    )
    page = to_html(progress, date(2026, 11, 26))
    seen = Tags(page)
    assert not seen.tags & {"script", "img", "i", "link"}
    for words in (
        "<script>alert(1)</script>",
        "26 November 2026",
        "1 of 6 steps done",
        "400 of 10,000",
        "111 of 10,000",
        "a shipped model",
        "<b>Better</b> & faster",
        "Not done yet.",
        "Contest 7 against <i>m</i>, on 20 hard digits: 14 right, the model 11.",
    ):
        assert words in seen.words, words
    assert "http" not in page


def test_an_empty_report_is_a_report() -> None:
    words = Tags(to_html(LessonProgress(), date(2026, 1, 2))).words
    assert words.count("Not begun.") == 6
    assert "Without a name" in words
    assert "Not played." in words
