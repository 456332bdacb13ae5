"""What the documentation promises is there, and what is there is documented."""

import re
from pathlib import Path

import typer
from typer.testing import CliRunner

from docs.hyperparameters import with_table
from pipeline.cli.app import app
from tests.conftest import PROJECT

COMMANDS = (PROJECT / "docs" / "commands.md").read_text()
README = (PROJECT / "README.md").read_text()
ARCHITECTURE = (PROJECT / "docs" / "architecture.md").read_text()


def _commands() -> list[list[str]]:
    """Every command's words, subcommands included."""
    found = []
    pending: list[tuple[list[str], typer.core.TyperGroup]] = [([], typer.main.get_command(app))]  # type: ignore[list-item]
    while pending:
        words, group = pending.pop()
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                pending.append(([*words, name], command))  # type: ignore[arg-type]
            else:
                found.append([*words, name])
    return found


def test_every_command_has_help_and_is_documented() -> None:
    assert len(_commands()) > 12
    for words in _commands():
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0, words
        assert re.search(r"\w{3,} .*\.", result.output), words
        section = COMMANDS.partition(f"## digitlab {words[0]}")[2].partition("\n## ")[0]
        assert section, words
        assert words[-1] in section or len(words) == 1, words


def test_every_train_option_is_documented() -> None:
    result = CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "200"})
    for option in set(re.findall(r"--[a-z][a-z-]+", result.output)) - {"--help"}:
        name = option.replace("--no-", "--")
        assert name in COMMANDS, option


def test_the_table_of_hyperparameters_is_what_the_configuration_declares() -> None:
    assert with_table(COMMANDS) == COMMANDS, "`just docs` writes it anew"
    assert COMMANDS.count("| `--batch-size` | 8 to 4096 | 64 |") == 1


def test_the_readme_names_the_two_commands_and_its_pictures_exist() -> None:
    assert "pip install uv && uv run digitlab" in README
    assert "pip install uv && uv run pytest" in README
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        path = PROJECT / picture
        assert path.is_file(), picture
        assert path.stat().st_size < 400_000, picture


def test_linked_files_exist() -> None:
    for document in (PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text()):
            assert (document.parent / Path(link)).exists(), (document.name, link)


def test_the_map_names_every_folder_and_every_folder_is_there() -> None:
    """Files that the map and the contributing page name in code marks exist as well."""
    rooms = {path.rstrip("/") for path in re.findall(r"^\| `([\w/]+/)`", ARCHITECTURE, re.MULTILINE)}
    folders = {
        path.relative_to(PROJECT)
        for root in ("models", "pipeline", "digitlab", "dashboard", "benchmarks", "docs", "tests")
        for path in (PROJECT / root, *(PROJECT / root).rglob("*/"))
        if path.is_dir() and "__pycache__" not in path.parts
    }
    here = {folder.as_posix() for folder in folders}
    assert rooms <= here, rooms - here
    small = ("tests/", "docs/", "models/pretrained/")  # named as a whole
    unnamed = {folder for folder in here - rooms if not folder.startswith(small)} - {"pipeline"}
    assert not unnamed
    named = re.findall(r"`((?:models|pipeline|dashboard|tests|docs|benchmarks)/[\w/]+\.\w+)`", ARCHITECTURE)
    assert len(named) > 20
    for name in named:
        assert (PROJECT / name).is_file(), name
