"""Data: with and without a model, each section, a data set that is gone."""

from pathlib import Path

import pytest

from models.run_directory import RunDirectory
from tests.dashboard.conftest import open_page, text_of


def test_without_a_model_it_shows_mnist_and_its_license(home: Path, no_shipped_models: Path) -> None:
    app = open_page("data")
    assert not app.exception
    words = text_of(app)
    assert "CC BY-SA 3.0" in words
    assert "60,000 training and 10,000 test images" in words
    assert "Random samples of each digit" in words


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("averages", "Never inked"),
        ("hardest", "The test digits with the highest loss"),
        ("augmentation", "variations of it at strength 1"),
    ],
)
def test_sections_show_the_models_own_data(
    home: Path, shipped_tiny: str, section: str, expected: str
) -> None:
    app = open_page("data", data_section=section)
    assert not app.exception
    words = text_of(app)
    assert expected in words
    assert "few.npz" in words


def test_without_a_model_nothing_is_hard(home: Path, no_shipped_models: Path) -> None:
    app = open_page("data", data_section="hardest")
    assert not app.exception
    assert "No model yet" in text_of(app)


def test_other_samples_at_a_click(home: Path, shipped_tiny: str) -> None:
    app = open_page("data")
    before = text_of(app)
    app.button(key="roll_samples").click().run()
    assert not app.exception
    assert text_of(app) != before


def test_the_slider_varies_the_digits_further(home: Path, shipped_tiny: str) -> None:
    app = open_page("data", data_section="augmentation")
    app.slider(key="varied_strength").set_value(2.5).run()
    assert not app.exception
    assert "variations of it at strength 2.5" in text_of(app)


def test_a_data_set_that_is_gone_is_one_sentence(tiny_model: Path, no_shipped_models: Path) -> None:
    run = RunDirectory(tiny_model)
    run.update(dataset=run.read().dataset.model_copy(update={"path": "/nowhere/gone.npz"}))
    app = open_page("data")
    assert not app.exception
    assert "there is no such dataset file" in app.error[0].value
