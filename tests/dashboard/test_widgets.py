"""The building blocks of pages: components of our own, labels that can be told apart, files to save."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state
from dashboard.widgets.component_assets import declare
from dashboard.widgets.distinct_labels import distinct_labels
from tests.conftest import PROJECT
from tests.dashboard.conftest import open_page

ASSETS = PROJECT / "dashboard" / "assets" / "components"


def declared_components() -> set[str]:
    files = (PROJECT / "dashboard").rglob("*.py")
    return {name for file in files for name in re.findall(r'\bdeclare\("(\w+)"', file.read_text())}


def test_every_component_has_its_files_and_every_file_its_component() -> None:
    assert declared_components() == {file.stem for file in ASSETS.iterdir()}
    for name in declared_components():
        assert "export default function" in (ASSETS / f"{name}.js").read_text()
        assert (ASSETS / f"{name}.html").read_text().startswith("<div")


def test_a_components_files_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    declare("digit_matrix")
    read: list[Path] = []
    monkeypatch.setattr(Path, "read_text", lambda file, **_: read.append(file))
    declare("digit_matrix")
    assert read == []


def test_labels_that_read_alike_have_their_key_behind_them() -> None:
    label_of = distinct_labels({"": "Random weights", "a": "Mine", "b": "Mine", "c": "Random weights"})
    labels = [label_of(key) for key in ("", "a", "b", "c", "gone")]
    assert labels == ["Random weights", "Mine · a", "Mine · b", "Random weights · c", "gone"]


def one_choice() -> None:
    import streamlit as st

    from dashboard.widgets.choice import choose
    from dashboard.widgets.digit_filter import filter_by_digit

    st.text(choose("Unit", {"counts": "Counts", "shares": "Percent"}, "unit", default="counts"))
    st.text(str(filter_by_digit("Digit", "digit")))


def test_a_choice_shows_labels_and_gives_values() -> None:
    app = AppTest.from_function(one_choice).run()
    assert [text.value for text in app.text] == ["counts", "None"]
    assert app.button_group(key="unit").options == ["Counts", "Percent"]
    app.button_group(key="unit").set_value("shares")
    app.button_group(key="digit").set_value(7).run()
    assert [text.value for text in app.text] == ["shares", "7"]


def downloads() -> None:
    from dashboard.widgets.download import offer_download

    offer_download("Table (.csv)", lambda: "a,b", "table.csv", "One line a digit.")
    offer_download("Pictures (.zip)", b"", "pictures.zip", key="pictures")


def test_a_file_is_offered_by_its_ending() -> None:
    app = AppTest.from_function(downloads).run()
    assert not app.exception
    table, pictures = (element.proto for element in app.get("download_button"))
    assert (table.label, table.icon, table.help) == (
        "Table (.csv)",
        ":material/download:",
        "One line a digit.",
    )
    assert pictures.icon == ":material/folder_zip:"


def some_digits() -> None:
    import numpy as np

    from dashboard.figures.style import LIGHT
    from dashboard.widgets.digit_buttons import pick_digit
    from dashboard.widgets.message import show_empty

    images = np.zeros((3, 28, 28), np.uint8)
    pick_digit(images, LIGHT, ["Saved as 7", "Saved as 7", "a 4"], ["76 %"] * 3, key="digits")
    show_empty("digits", "draw", "Nothing yet", "Draw one.")


def test_thumbnails_have_names_of_their_own_and_an_icon_is_no_heading() -> None:
    app = AppTest.from_function(some_digits, default_timeout=60).run()
    (buttons,) = app.get("bidi_component")
    names = [digit["name"] for digit in json.loads(buttons.proto.json)["digits"]]
    assert names == ["Saved as 7, 76 %, 1 of 3", "Saved as 7, 76 %, 2 of 3", "a 4, 76 %"]
    assert not any(text.value.startswith("#") for text in app.markdown)


@pytest.mark.parametrize(
    ("page", "words"), [("recognize", "processed by"), ("read", "processed and kept by")]
)
def test_an_uploader_says_where_the_files_go(home: Path, page: str, words: str) -> None:
    (uploader,) = open_page(page, **{state.SOURCE: "upload"}).get("file_uploader")
    assert f"They are {words} the server that shows this page, and nowhere else." in uploader.proto.help


def test_a_figure_as_json_is_shown_as_plotly_would_have_it_each_time() -> None:
    def charts() -> None:
        import plotly.graph_objects as go
        import streamlit as st

        from dashboard.figures.severity import accuracy_by_severity
        from dashboard.figures.style import LIGHT
        from dashboard.widgets.chart import show_chart

        curves = [("a model", [0.9, 0.5], [(0.8, 1.0), (0.4, 0.6)])]
        figure = accuracy_by_severity(["weak", "strong"], curves, 0, "Noise", "Strength", LIGHT)
        show_chart(figure, key="once", alt="Once")
        show_chart(figure, key="twice", alt="Twice")
        st.plotly_chart(go.Figure(figure), theme=None, key="plotly")

    once, twice, plotly = AppTest.from_function(charts, default_timeout=60).run().get("plotly_chart")
    assert once.proto.spec == twice.proto.spec == plotly.proto.spec
    assert json.loads(once.proto.spec)["data"]
