"""The house rules that a reader relies on: which way imports go, what knows what, how large a piece may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import PROJECT

FOLDERS = ("models", "pipeline", "digitlab", "dashboard")
ALLOWED = {
    "models": {"models"},
    "pipeline": {"pipeline", "models"},
    "digitlab": {"digitlab", "pipeline", "models"},
    "dashboard": {"dashboard", "pipeline", "models"},
}
STARTS_TENSORFLOW = "models/keras_start.py"
"""Inside a function; all of pipeline/training imports TensorFlow at once, so nothing else imports that room at once."""

SERVICE = {"pipeline/reading/service/app.py", "pipeline/reading/service/metrics.py"}
"""They need the extra `serve`; `digitlab serve` imports them when it is called."""

INSPECTION = "inspection"
"""The room of several pages in dashboard/components."""

MOST_ENTRIES = 8
LONGEST_FUNCTION = 60
LONGEST_FILE = 350


def modules_of(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (PROJECT / folder).rglob("*.py")


def imports_of(file: Path, *, at_once: bool = False) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each import of a module as (module, names); only those that run when it is loaded with `at_once`."""
    tree = ast.parse(file.read_text())
    for node in tree.body if at_once else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)


def roots_of(file: Path, *, at_once: bool = False) -> set[str]:
    return {module.split(".")[0] for module, _ in imports_of(file, at_once=at_once)}


def room_of(module: str) -> str:
    """The package of a module, two words at most: pipeline.reading.layout -> pipeline.reading."""
    words = module.split(".")
    folder = PROJECT.joinpath(*words[:2])
    return ".".join(words[:2]) if folder.is_dir() else words[0]


def page_of(module: str) -> str:
    """The page that a module in dashboard/components is a part of: the package it lies in."""
    words = module.split(".")[2:]
    return ".".join(words[: 2 if words[:1] == [INSPECTION] else 1])


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_go_one_way_between_folders(folder: str) -> None:
    for file in modules_of(folder):
        assert roots_of(file) & set(FOLDERS) <= ALLOWED[folder], file


def test_imports_go_one_way_between_rooms() -> None:
    """Imports inside functions count too. Raises `CycleError` with the rooms where they go in a circle."""
    arrows: dict[str, set[str]] = {}
    for file in modules_of(*FOLDERS):
        room = room_of(name_of(file))
        for module, names in imports_of(file):
            targets = [f"{module}.{name}" for name in names] or [module]
            for target in targets if module.split(".")[0] in FOLDERS else []:
                if room_of(target) != room:
                    arrows.setdefault(room, set()).add(room_of(target))
    order = list(TopologicalSorter(arrows).static_order())
    assert order.index("models") < order.index("pipeline.imaging")
    table = (PROJECT / "docs" / "architecture.md").read_text()
    rooms = [f"pipeline.{name}" for name in re.findall(r"^\| `pipeline/(\w+)/`", table, re.MULTILINE)]
    for number, room in enumerate(rooms):
        below = {target for target in arrows[room] if target.startswith("pipeline")} - set(rooms[:number])
        assert not below, f"{room} imports what stands below it in the map"


def test_the_parts_of_a_page_know_no_other_page() -> None:
    for file in modules_of("dashboard/components"):
        page = page_of(name_of(file))
        for module, _ in imports_of(file):
            if module.startswith("dashboard.components."):
                assert page_of(module) == page, file
    for file in modules_of("dashboard/widgets", "dashboard/figures"):
        assert not any(module.startswith("dashboard.components") for module, _ in imports_of(file)), file


@pytest.mark.parametrize("folder", ["models", "pipeline", "digitlab"])
def test_only_the_dashboard_knows_streamlit_and_plotly(folder: str) -> None:
    for file in modules_of(folder):
        assert not roots_of(file) & {"streamlit", "plotly"}, file


def test_figures_know_no_streamlit() -> None:
    for file in modules_of("dashboard/figures"):
        assert "streamlit" not in roots_of(file), file


def test_only_what_trains_imports_tensorflow() -> None:
    for file in modules_of(*FOLDERS):
        path = file.relative_to(PROJECT).as_posix()
        if path.startswith("pipeline/training/"):
            inside = roots_of(file) - roots_of(file, at_once=True)
            assert not inside & {"tensorflow", "keras"}, f"{file}: imports it inside a function"
            continue
        assert path == STARTS_TENSORFLOW or not roots_of(file) & {"tensorflow", "keras"}, file
        loaded = {module for module, _ in imports_of(file, at_once=True)}
        assert not any(module.startswith("pipeline.training") for module in loaded), file


def test_what_an_extra_brings_is_imported_where_it_is_needed_alone() -> None:
    for file in modules_of(*FOLDERS):
        named = re.search(r"\b(fastapi|prometheus_client)\b", file.read_text())
        assert not named or file.relative_to(PROJECT).as_posix() in SERVICE, file
        assert not roots_of(file, at_once=True) & {"ray", "fsspec", "pyarrow"}, file


def test_loading_the_command_line_and_what_pages_stand_on_loads_no_tensorflow() -> None:
    """The pages themselves, which need a running Streamlit, are loaded in tests/dashboard/test_foundation.py."""
    figures = [name_of(file) for file in (PROJECT / "dashboard" / "figures").glob("[a-z]*.py")]
    rooms = [name_of(file) for file in modules_of("pipeline") if "training" not in file.parts]
    modules = [name for name in rooms if not name.endswith("__main__")]
    modules += ["dashboard.state", "dashboard.resources", *figures]
    code = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        "assert not {'tensorflow', 'keras', 'ray'} & set(sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("folder", ["pipeline", "dashboard/components", "dashboard/components/inspection"])
def test_a_folder_can_be_taken_in_at_a_glance(folder: str) -> None:
    """Its packages and modules, `__init__.py` not counted. Beyond the limit, rooms inside of rooms."""
    entries = [path.name for path in (PROJECT / folder).iterdir() if not path.name.startswith("__")]
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


def test_no_module_takes_what_another_keeps_to_itself() -> None:
    for file in modules_of(*FOLDERS, "benchmarks", "docs", "tests"):
        for module, names in imports_of(file):
            if module.split(".")[0] in {*FOLDERS, "tests", "benchmarks"}:
                private = [word for word in (*module.split("."), *names) if re.match(r"_[a-z]", word)]
                assert not private, (file, private)


def test_the_command_line_prints_through_one_door() -> None:
    """It keeps control characters in names from the terminal."""
    for file in modules_of("pipeline/cli"):
        assert file.name == "terminal.py" or "typer.echo" not in file.read_text(), file


def test_files_and_functions_are_short() -> None:
    for file in modules_of(*FOLDERS, "benchmarks", "docs"):
        text = file.read_text()
        assert text.count("\n") <= LONGEST_FILE, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= LONGEST_FUNCTION, (file, node.name, length)
