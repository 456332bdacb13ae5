"""A server that several people share: each has a name, and only the owner or the teacher changes what is there."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from models.errors import ModelError
from models.ownership import Person
from models.run_directory import RunDirectory
from models.store import annotate, delete, find_model, rename, set_default
from pipeline.data import saved_digits
from pipeline.runs import queue
from tests.dashboard.conftest import PROJECT, open_page, text_of
from tests.dashboard.test_train_page import write_run

CODE = "chalk and sponge"


@pytest.fixture
def shared(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that several people share, where nothing is started from the queue."""
    monkeypatch.setenv("DIGITLAB_SHARED", "1")
    monkeypatch.setenv("DIGITLAB_TEACHER_CODE", CODE)
    (home / "runs").mkdir(exist_ok=True)
    with FileLock(home / "runs" / "dispatcher.lock"):  # as if a dispatcher lived
        yield home


def arrive(token: str = "") -> AppTest:
    app = AppTest.from_file(str(PROJECT / "dashboard" / "app.py"), default_timeout=60)
    if token:
        app.query_params["who"] = token
    return app.run()


def say_name(app: AppTest, name: str, code: str = "") -> AppTest:
    app.text_input(key="visitor_name").set_value(name)
    app.text_input(key="teacher_code").set_value(code)
    return app.button(key="visitor_sent").click().run()


def sign_up(name: str, code: str = "", page: str = "recognize") -> AppTest:
    app = say_name(arrive(), name, code)
    assert not app.error, app.error
    return app if page == "recognize" else app.switch_page(f"views/{page}.py").run()


def test_without_the_switch_nobody_is_asked_and_nothing_is_owned(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLAB_TEACHER_CODE", CODE)
    app = open_page("models", ticked_models=[tiny_model.name])
    assert not app.exception
    assert not app.get("form")
    assert "who" not in app.query_params
    assert not app.button(key=f"model_delete {tiny_model.name}").disabled
    assert "Owner" not in app.dataframe[0].value
    assert not list(tiny_model.parent.parent.glob("people*"))


@pytest.mark.parametrize("page", ["recognize", "read", "train", "evaluate", "mistakes", "models", "data"])
def test_every_page_asks_for_a_name_and_shows_nothing_else(shared: Path, page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert [field.label for field in app.text_input] == ["Name or nickname", "Teacher's code"]
    assert [button.label for button in app.button] == ["Continue"]
    assert not app.title


def test_the_token_in_the_address_brings_the_name_back_on_every_page(shared: Path) -> None:
    app = sign_up("Ann")
    (token,) = app.query_params["who"] if isinstance(app.query_params["who"], list) else [app.query_params["who"]]
    (file,) = shared.glob("people.json")
    assert json.loads(file.read_text()) == {token: "Ann"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    later = arrive(token)
    for page in ("train", "mistakes", "models"):
        later.query_params.clear()  # as links do
        later.switch_page(f"views/{page}.py").run()
        assert not later.exception
        assert later.title
        assert later.query_params["who"] == token
    assert later.query_params.keys() == {"who"}
    assert arrive("another token").text_input, "nobody has that one"


@pytest.mark.parametrize("name", ["Ann", " ann", "ＡＮＮ"])
def test_a_name_belongs_to_the_first_who_took_it(shared: Path, name: str) -> None:
    sign_up("Ann")
    app = say_name(arrive(), name)
    assert "is taken" in app.error[0].value
    assert not app.title


def test_a_name_is_given_once_of_many_that_ask_at_a_time(shared: Path) -> None:
    say_name(arrive(), "   ")
    assert "1 to 60 characters" in say_name(arrive(), "   ").error[0].value
    (shared / "people.json").write_text("{")
    app = arrive("token")
    assert not app.exception
    assert "people.json: it is damaged" in app.error[0].value
