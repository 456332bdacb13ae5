"""Evaluate: no model yet, a model in full, its data gone, its files damaged."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from models.run_directory import RunDirectory
from pipeline.data.dataset_import import keep, prepare
from pipeline.data.user_datasets import StoredDataset, rename
from tests.dashboard.conftest import open_page, text_of


def table_with(app: AppTest, column: str) -> pd.DataFrame:
    """The table on the page that has this column."""
    return next(table.value for table in app.dataframe if column in table.value)


def test_without_a_model_it_says_what_to_do(home: Path, no_shipped_models: Path) -> None:
    app = open_page("evaluate")
    assert not app.exception
    assert "No models yet" in text_of(app)


def test_it_shows_the_stored_figures(home: Path, shipped_tiny: str) -> None:
    app = open_page("evaluate")
    assert not app.exception
    words = text_of(app)
    for label in (
        "Accuracy",
        "95 % interval",
        "Mistakes",
        "of 1,000 test images",
        "Loss",
        "Calibration error",
    ):
        assert label in words
    assert "nats" not in words
    assert "few.npz" in words  # it was judged by another test set than MNIST
    assert len(table_with(app, "Recall")) == 10


def chosen_pair(app: AppTest) -> tuple[int, int]:
    true, predicted = app.session_state["confusion_pair"]
    return true, predicted


def test_the_most_confused_pair_is_open_and_another_can_be_chosen(home: Path, shipped_tiny: str) -> None:
    app = open_page("evaluate")
    first = chosen_pair(app)
    assert f"{first[0]} read as {first[1]}" in text_of(app)
    pairs = app.button_group(key="confusion_pair")
    second = int(pairs.options[1][0]), int(pairs.options[1][4])  # "5 → 8 · 14"
    pairs.set_value(second).run()
    assert not app.exception
    assert chosen_pair(app) == second != first
    assert f"{second[0]} read as {second[1]}" in text_of(app)


def test_without_the_data_set_the_figures_stay_and_the_images_say_why(
    home: Path, tiny_model: Path, no_shipped_models: Path
) -> None:
    run = RunDirectory(tiny_model)
    gone = run.read().dataset.model_copy(update={"path": str(home / "gone.npz")})
    run.update(dataset=gone)
    app = open_page("evaluate")
    assert not app.exception
    words = text_of(app)
    assert "The images can't be shown" in words
    assert "there is no such dataset file" in words
    assert "Accuracy" in words


def test_a_damaged_evaluation_is_one_sentence(home: Path, tiny_model: Path, no_shipped_models: Path) -> None:
    (tiny_model / "evaluation.json").write_text(json.dumps({"count": 3}))
    app = open_page("evaluate")
    assert not app.exception
    assert "missing or damaged" in app.error[0].value


def add_digits(few_digits: Path, kinds: list[int], most: int = 1000) -> StoredDataset:
    """A data set of test digits of some kinds."""
    with np.load(few_digits) as digits:
        chosen = np.flatnonzero(np.isin(digits["y_test"], kinds))[:most]
        content = io.BytesIO()
        np.savez(content, x_test=digits["x_test"][chosen], y_test=digits["y_test"][chosen])
    return keep(prepare(content, f"{kinds} {most}.npz"))


def test_a_model_is_evaluated_on_any_data_set_and_at_once_the_next_time(
    tiny_model: Path, few_digits: Path, no_shipped_models: Path
) -> None:
    stored = add_digits(few_digits, [3, 8])
    app = open_page("evaluate")
    assert app.selectbox(key="evaluated_data").options == ["few.npz", "MNIST", stored.name]
    app.selectbox(key="evaluated_data").set_value(stored.id).run()
    assert not app.exception, app.exception
    assert f"of {sum(stored.test)} test images" in text_of(app)
    table = table_with(app, "Recall")
    assert table["Recall"].isna().tolist() == [digit not in (3, 8) for digit in range(10)]
    (kept,) = (tiny_model / "evaluations").iterdir()
    told = json.loads((kept / "evaluation.json").read_text())
    (kept / "evaluation.json").write_text(json.dumps({**told, "accuracy": 0.123}))
    assert "12.30 %" in text_of(app.run()), "it is not computed anew"


def test_one_image_is_enough(tiny_model: Path, few_digits: Path, no_shipped_models: Path) -> None:
    stored = add_digits(few_digits, [7], 1)
    app = open_page("evaluate", evaluated_data=stored.id)
    assert not app.exception, app.exception
    assert "of 1 test image" in text_of(app)


def test_two_data_sets_stand_side_by_side_and_say_where_it_is_worse(
    tiny_model: Path, few_digits: Path, no_shipped_models: Path
) -> None:
    with np.load(few_digits) as digits:
        images, labels = digits["x_test"].copy(), digits["y_test"]
    images[labels == 4] = images[labels == 4][:, :, ::-1]  # mirrored fours are hard
    chosen = labels != 6
    content = io.BytesIO()
    np.savez(content, x_test=images[chosen], y_test=labels[chosen])
    stored = rename(keep(prepare(content, "mirror.npz")), "mirrored *4*")
    app = open_page("evaluate", compared_data=stored.id)
    assert not app.exception, app.exception
    words = text_of(app)
    assert "Compared with mirrored" in words
    sentence = next(line for line in words.splitlines() if line.startswith("Clearly read worse on"))
    assert ": 4 (-" in sentence
    assert sentence.count("points") == 1
    table = app.dataframe[0].value.set_index("Digit")
    assert table.loc["6", ["second", "change"]].isna().all()
    assert (table.loc["All", "first count"], table.loc["6", "second count"]) == (1000, 0)
    assert table.loc["4", "clear"] == "yes"
    assert table.loc["3", "change"] == 0
    app.selectbox(key="evaluated_data").set_value(stored.id).run()
    assert not app.exception, app.exception
    assert app.selectbox(key="compared_data").value is None, "nothing is compared with itself"
    assert "Compared with" not in text_of(app)
