"""Evaluate: no model yet, a model in full, its data gone, its files damaged."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from models.run_directory import RunDirectory
from tests.dashboard.conftest import open_page, text_of


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
    assert len(app.dataframe[0].value) == 10


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
