"""`digitlab read`: numbers of any length off pictures and folders of pictures."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from models.errors import ConfigError
from models.files import replacing
from pipeline.reading.records import COLUMNS, failed_row, reading_record, reading_row

if TYPE_CHECKING:
    from pipeline.reading.reader import FailedReading, PageReading

_PATH, _ERROR = COLUMNS.index("path"), COLUMNS.index("error")


def read(
    paths: Annotated[
        list[Path], typer.Argument(metavar="IMAGE|FOLDER...", help="Pictures, or folders of them.")
    ],
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="Model name, ID or run directory; the default model if omitted."),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect",
            help="A rule that every line satisfies: length=8, range=1..500, date=DDMMYYYY, one-of=12,15, luhn, isbn, "
            "mod97; the likeliest reading that satisfies it is chosen. Repeatable.",
        ),
    ] = None,
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", help="Write a table to this file; pictures already in it are skipped."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only, one object per picture.")] = False,
) -> None:
    """Read every digit in pictures or folders of pictures, line by line, on all cores."""
    from models.native_output import silenced_stderr
    from models.recognizer import Recognizer
    from models.store import find_model
    from pipeline.reading.batch import find_pictures, read_files
    from pipeline.reading.constraints import parse_constraint

    if csv_file and as_json:
        raise ConfigError("--csv and --json can't be combined: expected one of them.")
    for name in expect or ():
        parse_constraint(name)
    litert_file = find_model(model).directory.litert_file
    with silenced_stderr():
        Recognizer(litert_file, workers=1)  # a damaged model is reported here, not by every process
    rows = _read_table(csv_file) if csv_file else []
    done = {row[_PATH] for row in rows if not row[_ERROR]}
    all_pictures = list(find_pictures(paths))
    if not all_pictures:
        typer.echo(f"No pictures found in {', '.join(map(str, paths))}.", err=True)
    pictures = [path for path in all_pictures if str(path) not in done]
    if before := len(all_pictures) - len(pictures):
        typer.echo(
            f"{before} of {len(all_pictures)} pictures are in {csv_file} already and were skipped.",
            err=True,
        )
    results = read_files(pictures, litert_file, expect or ())
    again = {str(path) for path in pictures}  # what failed before; rows of other pictures stay
    failed = (
        _write_table(results, csv_file, len(pictures), [row for row in rows if row[_PATH] not in again])
        if csv_file
        else _print(results, as_json)
    )
    for sentence in failed:
        if not as_json:
            typer.echo(f"digitlab: {sentence}", err=True)
    if csv_file:
        typer.echo(f"Read {len(pictures) - len(failed)} of {len(pictures)} pictures to {csv_file}.", err=True)
    raise typer.Exit(int(bool(failed)))


def _print(results: Iterator[tuple[Path, PageReading | FailedReading]], as_json: bool) -> list[str]:
    """Prints what was read; the sentences on what failed are left to the caller, but for JSON."""
    from pipeline.reading.reader import FailedReading

    failed = []
    for path, reading in results:
        if isinstance(reading, FailedReading):
            failed.append(f"{path}: {reading.reason}")
            if as_json:
                typer.echo(json.dumps({"path": str(path), "error": failed[-1]}))
        elif as_json:
            typer.echo(json.dumps(reading_record(str(path), reading)))
        else:
            for line in reading.lines:
                typer.echo(f"{path}: {line}")
            doubtful = sum(digit.doubtful for digit in reading.digits)
            if doubtful:
                typer.echo(f"{path}: {doubtful} of {len(reading.digits)} digits are doubtful", err=True)
            for number in reading.disagreeing:
                typer.echo(f"{path}: line {number} has no plausible reading that matches --expect", err=True)
    return failed


def _read_table(csv_file: Path) -> list[list[str]]:
    """The whole rows that earlier calls wrote; none where there is no table yet."""
    try:
        with csv_file.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error):
        raise ConfigError(f"{csv_file}: the table can't be read.") from None
    if rows and tuple(rows[0]) != COLUMNS:
        raise ConfigError(f"{csv_file}: expected a table that `digitlab read` wrote, or no file yet.")
    return [row for row in rows[1:] if len(row) >= len(COLUMNS)]  # the last may have been cut short


def _write_table(
    results: Iterator[tuple[Path, PageReading | FailedReading]],
    csv_file: Path,
    count: int,
    earlier: list[list[str]],
) -> list[str]:
    from rich.console import Console
    from rich.progress import Progress

    from pipeline.reading.reader import FailedReading

    failed = []
    try:
        with (
            _open_table(csv_file, earlier) as file,
            Progress(console=Console(stderr=True), transient=True) as bar,
        ):
            task = bar.add_task("reading", total=count)
            writer = csv.writer(file)
            for path, reading in results:
                if isinstance(reading, FailedReading):
                    failed.append(f"{path}: {reading.reason}")
                    writer.writerow(failed_row(str(path), failed[-1]))
                else:
                    writer.writerow(reading_row(str(path), reading))
                file.flush()
                bar.advance(task)
    except OSError as error:
        raise ConfigError(f"{csv_file}: the table can't be written ({error.strerror}).") from None
    return failed


def _open_table(csv_file: Path, earlier: list[list[str]]) -> IO[str]:
    """The table with the rows that stay, ready for more."""
    with (
        replacing(csv_file) as part,
        part.open("w", newline="", encoding="utf-8", errors="surrogateescape") as new,
    ):
        csv.writer(new).writerows([COLUMNS, *earlier])
    return csv_file.open("a", newline="", encoding="utf-8", errors="surrogateescape")
