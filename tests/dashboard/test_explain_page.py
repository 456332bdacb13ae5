"""Explain: a drawing or a test digit, from the address or a link, layer by layer."""

from pathlib import Path

from tests.dashboard.conftest import open_page, text_of
from tests.dashboard.test_addresses import open_address
from tests.dashboard.test_recognize_page import DRAWING


def test_before_anything_is_drawn_the_page_says_so(tiny_model: Path) -> None:
    app = open_page("explain")
    assert not app.exception
    assert "Nothing drawn yet" in text_of(app)


def test_a_drawing_made_on_recognize_is_there_and_a_test_digit_as_well(tiny_model: Path) -> None:
    app = open_page(**DRAWING)
    app.switch_page("views/explain.py").run()
    assert not app.exception
    assert "Nothing drawn yet" not in text_of(app)
    app.button_group(key="explain_source").set_value("test").run()
    assert not app.exception
    assert app.query_params["digit"] == "0"
    app.number_input(key="explain_index").set_value(5).run()
    assert app.query_params["digit"] == "5"
    assert "Test digit 5, labeled" in text_of(app)
    app.button_group(key="explain_source").set_value("draw").run()
    assert "Nothing drawn yet" not in text_of(app)
    assert "digit" not in app.query_params


def test_a_digit_beyond_the_test_set_is_told_of(home: Path) -> None:
    app = open_address("explain", digit="10000", model="dense")
    assert "No such test digit: the test set has 10,000." in app.error[0].value
