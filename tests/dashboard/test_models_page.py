"""Models: none, shipped and own, several compared; a shipped one is never changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets.plain_text import as_written
from models.store import find_model
from tests.conftest import copy_model
from tests.dashboard.conftest import charts_of, open_page, text_of


def test_without_models_the_page_says_how_to_get_one(home: Path, no_shipped_models: Path) -> None:
    app = open_page("models")
    assert not app.exception
    assert "No models yet" in text_of(app)
    assert not app.dataframe


def test_an_own_model_stands_in_the_table_with_its_card_and_curves(
    tiny_model: Path, no_shipped_models: Path
) -> None:
    app = open_page("models")
    assert not app.exception
    (table,) = app.dataframe
    assert table.value["Model"].tolist() == ["tiny"]
    assert table.value["Status"].tolist() == ["finished"]
    assert json.loads(table.proto.columns)["Model"]["pinned"], "it stays while others are scrolled"
    downloads: list[Any] = list(app.get("download_button"))
    assert {
        "Keras (.keras)",
        "LiteRT (.tflite)",
        "ONNX (.onnx)",
        "Complete run (.zip)",
        "Model card (.md)",
    } <= {button.label for button in downloads}
    (chart,) = charts_of(app)
    assert {"training, by epoch", "validation, by epoch"} <= {trace["name"] for trace in chart["data"]}


def test_a_shipped_model_can_be_neither_renamed_nor_deleted(home: Path, shipped_tiny: str) -> None:
    app = open_page("models")
    assert not app.exception
    labels = {button.label for button in app.button}
    assert "Set as default" in labels
    assert not {"Rename and annotate", "Delete"} & labels


def test_another_model_can_be_made_the_default(tiny_model: Path, shipped_tiny: str) -> None:
    app = open_page("models")
    first = app.dataframe[0].value
    assert len(first) == 2
    default = find_model().id
    app.button(key=f"model_use {default}").click().run()
    assert not app.exception
    assert app.session_state["model"] == default


def test_the_rename_dialog_opens_with_the_present_name(tiny_model: Path, no_shipped_models: Path) -> None:
    app = open_page("models")
    app.button(key=f"model_edit {tiny_model.name}").click().run()
    assert not app.exception
    assert app.text_input(key=f"model_name {tiny_model.name}").value == "tiny"


def test_a_name_is_shown_as_it_was_written(tiny_model: Path, no_shipped_models: Path) -> None:
    record = json.loads((tiny_model / "run.json").read_text())
    record["name"], record["dataset"]["name"] = "run_*1* $a$ :red[x]", "my_*digits*"
    (tiny_model / "run.json").write_text(json.dumps(record))
    app = open_page("models")
    assert app.header[0].value == r"run\_\*1\* \$a\$ \:red\[x\]"
    assert r"my\_\*digits\*" in [metric.value for metric in app.metric]
    app.button(key=f"model_delete {tiny_model.name}").click().run()
    assert r"**run\_\*1\* \$a\$ \:red\[x\]**" in text_of(app)
    assert not app.exception
    assert as_written("1. my.png: a 7, 5.2 % off -> (fine)") == r"1\. my.png: a 7, 5.2 % off -\> (fine)"


def test_scores_of_an_import_are_told_as_claims(tiny_model: Path, no_shipped_models: Path) -> None:
    record = json.loads((tiny_model / "run.json").read_text())
    record["results"]["claimed"] = True
    (tiny_model / "run.json").write_text(json.dumps(record))
    app = open_page("models")
    assert app.dataframe[0].value["Origin"].tolist() == ["own, scores as claimed by the archive"]
    assert "as claimed by the archive" in text_of(app)
    app.switch_page("views/evaluate.py").run()
    assert "All figures are as claimed by the archive" in text_of(app)
    assert not app.exception


def ticked_names(app: AppTest) -> list[str]:
    """Names in the rows that are ticked."""
    (table,) = app.dataframe
    assert table.key
    rows = app.session_state[table.key]["selection"]["rows"]
    return [str(table.value["Model"].iloc[row]) for row in rows]


def test_a_tick_stays_with_its_model_when_others_come_and_go(
    tiny_model: Path, no_shipped_models: Path
) -> None:
    gone = copy_model(tiny_model, "20000101-000000-000000", "20000101-000000-000000")
    app = open_page("models", ticked_models=[tiny_model.name])
    assert [header.value for header in app.header] == ["tiny"]
    assert ticked_names(app) == ["tiny"]

    shutil.rmtree(gone)
    copy_model(tiny_model, "29990101-000000-000000", "29990101-000000-000000")
    copy_model(tiny_model, "29990101-000000-000001", "29990101-000000-000001")
    app.button(key=f"model_delete {tiny_model.name}").click().run()
    assert ticked_names(app) == ["tiny"]
    assert "**tiny**" in text_of(app), "the dialog asks about the ticked model"
    assert not app.exception

    shutil.rmtree(tiny_model)
    app.run()
    assert not app.exception
    assert ticked_names(app) == [], "no other is ticked in its place"


def test_models_named_alike_can_be_told_apart(tiny_model: Path, no_shipped_models: Path) -> None:
    ids = [tiny_model.name, copy_model(tiny_model, "20200101-000000-000000", "tiny").name]
    app = open_page("models", ticked_models=ids)
    assert not app.exception
    labels = [f"tiny · {run_id}" for run_id in ids]
    assert app.dataframe[0].value["Model"].tolist() == labels
    (chart,) = charts_of(app)
    assert [trace["name"] for trace in chart["data"][::2]] == [f"{label}, validation" for label in labels]


def test_what_is_not_known_of_a_model_is_a_dash(tiny_model: Path, no_shipped_models: Path) -> None:
    (table,) = open_page("models").dataframe
    assert table.value["By human votes"].tolist() == [None]
    assert table.proto.placeholder == "-"


@pytest.mark.parametrize(
    "moment", ["yesterday", "0001-01-01T00:00:00", "9" * 40, "2026-01-01T00:00:00+09:00"]
)
def test_no_date_takes_the_page_away(tiny_model: Path, no_shipped_models: Path, moment: str) -> None:
    other = copy_model(tiny_model, "20260101-000000-000000", "dated")
    record = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps({**record, "created": moment, "ended": None}))
    app = open_page("models")
    assert not app.exception
    assert set(app.dataframe[0].value["Model"]) == {"tiny", "dated"}
