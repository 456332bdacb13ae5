"""Models: none, shipped and own, several compared; a shipped one is never changed."""

from pathlib import Path
from typing import Any

from models.store import find_model
from tests.dashboard.conftest import charts_of, open_page, text_of


def test_without_models_the_page_says_how_to_get_one(home: Path, no_shipped_models: Path) -> None:
    app = open_page("models")
    assert not app.exception
    assert "There is no model yet" in text_of(app)
    assert not app.dataframe


def test_an_own_model_stands_in_the_table_with_its_card_and_curves(
    tiny_model: Path, no_shipped_models: Path
) -> None:
    app = open_page("models")
    assert not app.exception
    (table,) = app.dataframe
    assert table.value["Model"].tolist() == ["tiny"]
    assert table.value["Status"].tolist() == ["finished"]
    downloads: list[Any] = list(app.get("download_button"))
    assert {"Keras (.keras)", "LiteRT (.tflite)", "Everything (run.zip)"} <= {
        button.label for button in downloads
    }
    (chart,) = charts_of(app)
    assert {"training, by epoch", "validation, by epoch"} <= {trace["name"] for trace in chart["data"]}


def test_a_shipped_model_can_be_neither_renamed_nor_deleted(home: Path, shipped_tiny: str) -> None:
    app = open_page("models")
    assert not app.exception
    labels = {button.label for button in app.button}
    assert "Make default" in labels
    assert not {"Rename and annotate", "Delete"} & labels


def test_another_model_can_be_made_the_default(tiny_model: Path, shipped_tiny: str) -> None:
    app = open_page("models")
    first = app.dataframe[0].value
    assert len(first) == 2
    app.button(key="model_use").click().run()
    assert not app.exception
    assert app.session_state["model"] in {find_model().id, tiny_model.name, "tiny"}


def test_the_rename_dialog_opens_with_the_present_name(tiny_model: Path, no_shipped_models: Path) -> None:
    app = open_page("models")
    app.button(key="model_edit").click().run()
    assert not app.exception
    assert app.text_input(key="model_name").value == "tiny"
