"""The dashboard without a browser: AppTest runs navigation.py and its pages in this process."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from models import locations, store

PROJECT = Path(__file__).resolve().parent.parent.parent

OpenPage = Callable[..., AppTest]

CODE = "chalk and sponge"
"""The teacher's code of a `shared` home."""


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def no_shipped_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for shipped models in which there are none."""
    folder = tmp_path / "pretrained"
    folder.mkdir()
    monkeypatch.setattr(store, "PRETRAINED", folder)
    monkeypatch.setattr(locations, "PRETRAINED", folder)
    return folder


@pytest.fixture
def shipped_tiny(no_shipped_models: Path, trained_home: Path) -> str:
    """The tiny model as a shipped one, the only one there is; its name."""
    run = next(path for path in (trained_home / "runs").iterdir() if path.is_dir())
    shutil.copytree(run, no_shipped_models / "tiny")
    return "tiny"


@pytest.fixture
def shared(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home that several people share, where nothing is started from the queue."""
    monkeypatch.setenv("DIGITLAB_SHARED", "1")
    monkeypatch.setenv("DIGITLAB_TEACHER_CODE", CODE)
    (home / "runs").mkdir(exist_ok=True)
    with FileLock(home / "runs" / "dispatcher.lock"):  # as if a dispatcher lived
        yield home


def open_page(page: str = "recognize", **session: object) -> AppTest:
    """A page of the app as a session sees it first."""
    app = AppTest.from_file(str(PROJECT / "dashboard" / "navigation.py"), default_timeout=60)
    for key, value in session.items():
        app.session_state[key] = value
    if page != "recognize":
        app.switch_page(f"views/{page}.py")
    return app.run()


def charts_of(app: AppTest) -> list[dict[str, Any]]:
    """The live Plotly figures on the page."""
    protos = [element.proto for element in app.get("bidi_component")]
    data = [json.loads(proto.json) for proto in protos if proto.component_name.endswith("live_chart")]
    return [json.loads(chart["figure"]) for chart in data]


def text_of(app: AppTest) -> str:
    """All words on the page that stand in Markdown, HTML, captions and messages."""
    kinds = (
        "markdown",
        "html",
        "caption",
        "error",
        "warning",
        "info",
        "header",
        "subheader",
        "title",
        "metric",
    )
    words = []
    for kind in kinds:
        for element in app.get(kind):
            words.append(str(getattr(element, "body", "") or getattr(element, "value", "")))
            words.append(str(getattr(getattr(element, "proto", None), "body", "")))
            words.append(str(getattr(element, "label", "")))
    return "\n".join(words)


def arrive(token: str = "") -> AppTest:
    app = AppTest.from_file(str(PROJECT / "dashboard" / "navigation.py"), default_timeout=60)
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
