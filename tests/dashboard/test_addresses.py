"""The address of each page: it says what is shown, opens the same view elsewhere, and nothing in it is trusted."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import PROJECT, charts_of, text_of
from tests.dashboard.test_train_page import write_run


def open_address(page: str, **parameters: str) -> AppTest:
    """A page as somebody sees it who comes in with this address."""
    app = AppTest.from_file(str(PROJECT / "dashboard" / "navigation.py"), default_timeout=60)
    app.switch_page(f"views/{page}.py")
    app.query_params.update(parameters)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("page", "parameters", "state"),
    [
        ("recognize", {"model": "dense", "compare": "cnn,cnn-fast", "input": "camera"}, {"source": "camera"}),
        ("evaluate", {"model": "cnn", "cell": "4-9", "unit": "shares"}, {"confusion_unit": "shares"}),
        ("models", {"model": "cnn,dense"}, {"ticked_models": ["cnn", "dense"]}),
        ("data", {"model": "cnn", "section": "hardest", "digit": "4"}, {"hardest_digit": 4}),
        ("mistakes", {"model": "cnn", "true": "4", "order": "loss"}, {"mistakes_order": "loss"}),
        ("stress", {"model": "dense", "change": "jpeg", "images": "200"}, {"stress_sweep": "jpeg"}),
        ("train", {"show": "settings", "arch": "dense"}, {"architecture": "dense"}),
    ],
)
def test_an_address_opens_its_view_and_stays(
    home: Path, page: str, parameters: dict[str, str], state: dict[str, object]
) -> None:
    app = open_address(page, **parameters)
    assert app.query_params == parameters
    assert {key: app.session_state[key] for key in state} == state
    if page == "evaluate":
        assert "4 read as 9" in text_of(app)


def test_what_a_person_chooses_comes_into_the_address(home: Path) -> None:
    app = open_address("evaluate", model="cnn")
    app.button_group(key="confusion_cells").set_value("errors").run()
    assert app.query_params == {"model": "cnn", "cells": "errors"}
    app.selectbox(key="model").set_value("dense").run()
    assert app.query_params == {"model": "dense", "cells": "errors"}


def test_the_train_page_opens_the_run_of_its_address(home: Path) -> None:
    runs = [write_run(home, name, "failed") for name in ("first", "second")]
    app = open_address("train", show="watch", run=runs[0].path.name)
    assert app.selectbox(key="run").value == runs[0].path.name
    assert app.query_params == {"show": "watch", "run": runs[0].path.name}


@pytest.mark.parametrize(
    ("page", "parameters", "told"),
    [
        ("evaluate", {"model": "../x", "cell": "4-", "unit": "feet"}, "the model ../x"),
        ("models", {"model": "<b>,x"}, r"the model \<b\>,x"),
        ("recognize", {"input": "mind", "compare": "x", "model": "[a](b)"}, r"the model \[a\](b)"),
        ("data", {"section": "secrets", "digit": "10", "model": "x" * 200}, "the model " + "x" * 80 + ","),
        ("train", {"show": "watch", "run": "../.."}, "the run ../.."),
    ],
)
def test_nonsense_in_an_address_gives_the_default_and_a_sentence(
    home: Path, page: str, parameters: dict[str, str], told: str
) -> None:
    app = open_address(page, **parameters)
    assert f"The address names {told}" in text_of(app)
    assert not set(parameters.values()) & set(app.query_params.values()) - {"watch"}


def test_projector_mode_is_in_the_address_of_every_page(home: Path) -> None:
    app = open_address("data", projector="1")
    assert app.toggle(key="projector").value
    assert "Projector mode" in text_of(app)
    app.switch_page("views/recognize.py").run()
    assert app.query_params["projector"] == "1"
    large = charts_of(app)[0]["layout"]["font"]["size"]
    app.toggle(key="projector").set_value(False).run()
    assert "projector" not in app.query_params
    assert "Projector mode: everything" not in text_of(app)
    assert charts_of(app)[0]["layout"]["font"]["size"] < large
