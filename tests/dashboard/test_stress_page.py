"""Stress: a change more and more, MNIST-C and the report card when they are asked for, and files to keep."""

from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.stress.measure import known_scores
from pipeline.evaluation.stress.sweeps import SWEEPS
from tests.dashboard.conftest import open_page, text_of


def test_without_a_model_it_says_what_to_do(home: Path, no_shipped_models: Path) -> None:
    app = open_page("stress")
    assert not app.exception
    assert "No models yet" in text_of(app)


def examples(app: AppTest, *marks: str) -> int:
    """Pictures on the page with a mark for right or wrong."""
    pages = [element.proto.body for element in app.get("html")]
    return sum(page.count(mark) for page in pages for mark in marks or ("✓", "✗"))


def test_a_change_is_measured_at_once_and_the_rest_when_it_is_asked_for(
    tiny_model: Path, no_shipped_models: Path
) -> None:
    app = open_page("stress", stress_images=200)
    assert not app.exception, app.exception
    words = text_of(app)
    assert "Of 200 test digits of MNIST each" in words
    scores = known_scores(RunDirectory(tiny_model), load_dataset(), SWEEPS["turn"].levels, 200)
    accuracies = [score.accuracy for score in scores if score is not None]
    assert len(accuracies) == 6
    assert accuracies[0] > accuracies[3] > accuracies[5]
    assert examples(app) == 10
    assert not app.dataframe
    app.button_group(key="stress_level").set_value(0).run()
    images, labels = load_dataset().test
    of_each = [int(np.argmax(labels == digit)) for digit in range(10)]
    told = Recognizer(tiny_model / "model.tflite").probabilities(images[of_each]).argmax(1)
    assert examples(app, "✓") == (told == np.arange(10)).sum()
    app.selectbox(key="stress_sweep").set_value("fog").run()
    assert "Clouds before the digit" in text_of(app)
    app.button(key="corruptions_begin").click().run()
    assert not app.exception, app.exception
    table = app.dataframe[0].value
    assert len(table) == 15
    assert table["model 0"].is_monotonic_increasing
    assert f"Read right on average: **{table['model 0'].mean():.1f} %**" in text_of(app)


def test_a_report_card_is_made_once(home: Path, shipped_tiny: str) -> None:
    app = open_page("stress", stress_images=200)
    app.button(key="report_begin").click().run()
    assert not app.exception, app.exception
    words = text_of(app)
    for label in (
        "MNIST-C, as pictures",
        "Hands of the world",
        "Calibration error",
        "it has not learned to refuse",
    ):
        assert label in words
    assert len(app.get("download_button")) == 2
    app.run()
    assert "Hands of the world" in text_of(app)
    assert "Make the report card" not in [button.label for button in app.button]
