"""Models and runs on the command line: how they are listed, shown, named and deleted."""

import json
import re
import shutil
from pathlib import Path

import pytest

from models.run_directory import RunDirectory
from tests.conftest import (
    Digitlab,
    copy_model,
)


def test_names_from_elsewhere_send_the_terminal_no_commands(
    tiny_model: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e"
    record = json.loads((tiny_model / "run.json").read_text())
    record["dataset"]["name"] += evil
    changes = {"command": evil, "notes": f"two\n{evil}lines", "versions": {evil: evil}, "reason": evil}
    (tiny_model / "run.json").write_text(json.dumps({**record, **changes, "name": evil, "status": "failed"}))
    for call in (
        ("models", "show", tiny_model.name),
        ("models", "list"),
        ("runs", "list"),
        ("models", "show", "nobody"),
        ("models", "default", tiny_model.name),
        ("models", "delete", tiny_model.name),
        ("runs", "follow", tiny_model.name),
        ("predict", tmp_path / f"{evil}.png"),
    ):
        outcome = digitlab(*call)
        text = outcome.out + outcome.err
        assert r"\x1b" in text, call
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text), (call, text)
    assert "two\n\\x1b" in digitlab("models", "show", tiny_model.name).out


@pytest.mark.parametrize(
    "call", [("models", "show"), ("models", "delete", "--yes"), ("runs", "delete", "--yes"), ("runs", "stop")]
)
def test_a_name_that_two_have_is_refused_with_their_ids(
    tiny_model: Path, digitlab: Digitlab, call: tuple[str, ...]
) -> None:
    twin = copy_model(tiny_model, "20200101-000000-000000", "tiny")
    outcome = digitlab(*call, "tiny")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "2 " in outcome.err
    assert all(path.name in outcome.err and path.exists() for path in (tiny_model, twin))
    assert digitlab("models", "show", twin.name, "--json").json_lines()[0]["model"] == twin.name


def test_a_damaged_run_is_listed_and_can_be_deleted(tiny_model: Path, digitlab: Digitlab) -> None:
    broken = tiny_model.with_name("20200101-000000-000000")
    shutil.copytree(tiny_model, broken)
    (broken / "run.json").write_text("{")
    assert "damaged" in digitlab("runs", "list").out
    assert "tiny" in digitlab("models", "list").out
    assert digitlab("runs", "delete", broken.name).code == 1, "a model is there, and nobody said yes"
    assert broken.exists()
    assert digitlab("runs", "delete", broken.name, "--yes").code == 0
    assert not broken.exists()


def test_what_people_see_of_a_model_is_in_words(tiny_model: Path, digitlab: Digitlab) -> None:
    out = digitlab("models", "show", "tiny").out
    assert "None" not in out
    assert re.search(r"^test accuracy +\d\d\.\d\d % \(\d\d\.\d\d to \d\d\.\d\d\)$", out, re.MULTILINE)
    assert re.search(r"^by votes +-$", out, re.MULTILINE)


@pytest.mark.parametrize("of", ["runs", "models"])
def test_a_list_that_is_written_to_a_file_keeps_its_header(
    tiny_model: Path, digitlab: Digitlab, of: str
) -> None:
    header, *rows = digitlab(of, "list").out.splitlines()
    assert header.endswith("name")
    assert rows[-1].endswith("tiny")


def test_lists_show_owners_where_there_are_any(tiny_model: Path, digitlab: Digitlab) -> None:
    for of in ("models", "runs"):
        assert "owner" not in digitlab(of, "list").out
    RunDirectory(tiny_model).update(owner="ann")
    for of in ("models", "runs"):
        header, *rows = digitlab(of, "list").out.splitlines()
        assert header.endswith(" owner  name")
        assert rows[-1].endswith(" ann    tiny")
    assert digitlab("models", "list", "--json").json_lines()[-1]["owner"] == "ann"
    assert "owner          ann" in digitlab("models", "show", "tiny").out
