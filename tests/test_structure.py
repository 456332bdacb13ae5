"""The house rules that a reader relies on."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT

ALLOWED = {
    "models": {"models"},
    "pipeline": {"pipeline", "models"},
    "dashboard": {"dashboard", "pipeline", "models"},
}


def imported_modules(file: Path, *, top_level_only: bool = False) -> Iterator[str]:
    tree = ast.parse(file.read_text())
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_go_one_way(package: str) -> None:
    for file in (PROJECT / package).rglob("*.py"):
        own = {name.split(".")[0] for name in imported_modules(file)} & set(ALLOWED)
        assert own <= ALLOWED[package], file


@pytest.mark.parametrize("package", ["models", "pipeline"])
def test_only_the_dashboard_knows_streamlit_and_plotly(package: str) -> None:
    for file in (PROJECT / package).rglob("*.py"):
        names = {name.split(".")[0] for name in imported_modules(file)}
        assert not names & {"streamlit", "plotly"}, file
        at_once = {name.split(".")[0] for name in imported_modules(file, top_level_only=True)}
        assert not at_once & {"tensorflow", "keras"}, file


def test_figures_know_no_streamlit() -> None:
    for file in (PROJECT / "dashboard" / "figures").glob("*.py"):
        assert not {"streamlit"} & {name.split(".")[0] for name in imported_modules(file)}, file


def test_loading_the_command_line_and_what_pages_stand_on_loads_no_tensorflow() -> None:
    """The pages themselves, which need a running Streamlit, are loaded in tests/dashboard/test_foundation.py."""
    figures = [
        f"dashboard.figures.{file.stem}" for file in (PROJECT / "dashboard" / "figures").glob("[a-z]*.py")
    ]
    modules = ["pipeline.cli", "pipeline.reading.reader", "dashboard.state", "dashboard.resources", *figures]
    code = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
