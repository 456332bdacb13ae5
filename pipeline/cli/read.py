"""`digitlab read`: numbers of any length off pictures, documents, archives and folders of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from models.errors import ConfigError
from models.files import open_regular, replacing
from pipeline.cli.options import ModelOption, RayOption, RiskOption
from pipeline.cli.read_bulk import (
    BulkOptions,
    FormatOption,
    Formats,
    OutOption,
    RetryOption,
    WorkersOption,
    check_options,
    read_to_folder,
    say_what_was_found,
)
from pipeline.cli.terminal import echo
from pipeline.reading.numbers import Decimal
from pipeline.reading.records import (
    PAGE_COLUMNS,
    cell_rows,
    cell_table,
    doubt_record,
    result_record,
    result_row,
    table_name,
)

if TYPE_CHECKING:
    from pipeline.imaging.documents import Page
    from pipeline.reading.page_reading import FailedReading, PageReading

_PATH, _ERROR, _PAGE = map(PAGE_COLUMNS.index, ("path", "error", "page"))


class Decimals(StrEnum):
    """Names of the decimal signs."""

    POINT = "point"
    COMMA = "comma"


_SIGNS: dict[Decimals, Decimal] = {Decimals.POINT: ".", Decimals.COMMA: ","}

Results = Iterable[tuple["Page", "PageReading | FailedReading"]]


SourcesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|FOLDER...",
        help="Pictures, PDFs, zip archives, or folders of pictures and PDFs; with --out also URLs of them.",
    ),
]
ExpectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--expect",
        help="A rule that every line satisfies: length=8, range=1..500, date=DDMMYYYY, one-of=12,15, luhn, isbn, "
        "mod97; it decides what doubtful digits are. Repeatable.",
    ),
]
DecimalOption = Annotated[
    Decimals | None,
    typer.Option(
        "--decimal", help="Decimal sign of `numbers` in JSON; told by the page's own numbers if omitted."
    ),
]
CsvOption = Annotated[
    Path | None,
    typer.Option("--csv", help="Write a table to this file; pages already in it are skipped."),
]
CellsOption = Annotated[
    Path | None,
    typer.Option("--cells", help="Also write the lines to this CSV file, a row for each, a column a cell."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print JSON only, one object per page; with --out, one at the end.")
]


def read(
    sources: SourcesArgument,
    model: ModelOption = None,
    expect: ExpectOption = None,
    decimal: DecimalOption = None,
    csv_file: CsvOption = None,
    cells_file: CellsOption = None,
    risk: RiskOption = None,
    out: OutOption = None,
    form: FormatOption = None,
    ray: RayOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read every digit in pictures, PDFs, zip archives or folders of them, line by line, on all cores."""
    from pipeline.reading.batch import read_files
    from pipeline.reading.constraints import parse_constraint

    only_out = {"--ray": ray, "--format": form, "--workers": workers, "--retry": retry}
    check_options(out, only_out, {"--csv": csv_file, "--cells": cells_file, "--risk": risk}, sources)
    if csv_file and as_json:
        raise ConfigError("--csv and --json can't be combined: expected one of them.")
    for name in expect or ():
        parse_constraint(name, from_files=out is None)  # other machines don't have the file
    litert_file = _open_model(model)
    sign = _SIGNS[decimal] if decimal else None
    if out is not None:
        options = BulkOptions(out, ray, form or Formats.PARQUET, workers, retry)
        read_to_folder(sources, model, expect or (), sign, options, as_json=as_json)
    paths = [Path(source) for source in sources]
    rows = _read_table(csv_file) if csv_file else []
    pages = _pages_to_read(paths, {_key(row) for row in rows if not row[_ERROR]}, csv_file)
    results = _with_cells(_with_risk(read_files(pages, litert_file, expect or ()), risk), cells_file)
    again = {_key_of(page) for _, page in pages}  # what failed before; rows of other pictures stay
    failed = (
        _write_table(results, csv_file, len(pages), [row for row in rows if _key(row) not in again])
        if csv_file
        else print_results(results, as_json, sign, weighed=risk is not None)
    )
    if not as_json:
        _tell(failed, len(pages), csv_file)
    raise typer.Exit(int(bool(failed)))


def _open_model(reference: str | None) -> Path:
    """The file of a model; that it is damaged is reported here, and not by every process."""
    from models.native_output import silenced_stderr
    from models.recognizer import Recognizer
    from models.store import find_model

    litert_file = find_model(reference).directory.litert_file
    with silenced_stderr():
        Recognizer(litert_file, workers=1)
    return litert_file


def _tell(failed: Sequence[str], count: int, csv_file: Path | None) -> None:
    """Tells people what failed, and how many pages are in the table now."""
    for sentence in failed:
        echo(f"digitlab: {sentence}", err=True)
    if csv_file:
        echo(f"Read {count - len(failed)} of {count} pictures to {csv_file}.", err=True)


def _pages_to_read(
    paths: list[Path], done: set[tuple[str, str]], csv_file: Path | None
) -> list[tuple[Path, Page]]:
    """The pages of all files, but for those that are done; what is left out is told."""
    from models.native_output import silenced_stderr
    from pipeline.imaging.documents import find_pages
    from pipeline.reading.batch import closed_archives, find_pictures

    with silenced_stderr():  # decoders of pictures write to it
        pages = [(path, page) for path in find_pictures(paths) for page in find_pages(path, str(path))]
    say_what_was_found(len(pages), closed_archives(paths), [str(path) for path in paths])
    wanted = [(path, page) for path, page in pages if _key_of(page) not in done]
    if before := len(pages) - len(wanted):
        echo(f"{before} of {len(pages)} pictures are in {csv_file} already and were skipped.", err=True)
    return wanted


def _key(row: Sequence[str]) -> tuple[str, str]:
    """What a row of the table is about."""
    return row[_PATH], row[_PAGE]


def _key_of(page: Page) -> tuple[str, str]:
    """The key that the page's row has."""
    return table_name(page.path), str(page.number or "")


def _with_risk(results: Results, risk: float | None) -> Results:
    """The results as they come, with what is doubtful at the risk that was chosen."""
    from pipeline.reading.caution import estimated
    from pipeline.reading.page_reading import DOUBTFUL, FailedReading

    sure_from = DOUBTFUL if risk is None else estimated(risk).sure_from
    for page, reading in results:
        yield page, reading if isinstance(reading, FailedReading) else reading.sure_from(sure_from)


def _with_cells(results: Results, file: Path | None) -> Results:
    """The results as they come; after the last one the table of their cells is written, if one was asked for."""
    from pipeline.reading.page_reading import FailedReading

    if file is None:
        yield from results
        return
    rows: list[list[Any]] = []
    for page, reading in results:
        if not isinstance(reading, FailedReading):
            rows += cell_rows(page.path, page.number, reading.lines)
        yield page, reading
    try:
        with replacing(file) as part, part.open("w", newline="", encoding="utf-8") as table:
            csv.writer(table).writerows(cell_table(rows))
    except OSError as error:
        raise ConfigError(f"{file}: the table can't be written ({error.strerror}).") from None


def print_results(results: Results, as_json: bool, decimal: Decimal | None, *, weighed: bool) -> list[str]:
    """Prints what was read; the sentences on what failed are left to the caller, but for JSON."""
    from pipeline.reading.page_reading import FailedReading

    failed = []
    for page, reading in results:
        if isinstance(reading, FailedReading):
            failed.append(f"{page.name}: {reading.reason}")
            if as_json:
                echo(json.dumps(result_record(page, reading)))
        elif as_json:
            told = doubt_record(reading) if weighed else {}
            echo(json.dumps({**result_record(page, reading, decimal), **told}))
        else:
            for line in reading.lines:
                echo(f"{page.name}: {line}")
            doubtful = sum(character.doubtful for character in reading.characters)
            if doubtful:
                count = len(reading.characters)
                echo(f"{page.name}: {doubtful} of {count} digits and signs are doubtful", err=True)
            for number in reading.disagreeing:
                echo(f"{page.name}: line {number} has no plausible reading that matches --expect", err=True)
    return failed


def _read_table(csv_file: Path) -> list[list[str]]:
    """The whole rows that earlier calls wrote; none where there is no table yet."""
    try:
        with io.TextIOWrapper(
            open_regular(csv_file), newline="", encoding="utf-8", errors="surrogateescape"
        ) as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        return []
    except (OSError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{csv_file}: the table can't be read ({reason}).") from None
    if not rows:
        return []
    names = rows[0]
    if not {"path", "text", "error"} <= set(names) <= set(PAGE_COLUMNS):
        raise ConfigError(f"{csv_file}: expected a table that `digitlab read` wrote, or no file yet.")
    whole = [row for row in rows[1:] if len(row) >= len(names)]  # the last may be cut
    known = [dict(zip(names, row, strict=False)) for row in whole]
    for cells in known:
        cells["path"] = table_name(cells["path"])  # as earlier versions did not write it
    # what a person wrote behind a row stays there
    return [
        [*(cells.get(name, "") for name in PAGE_COLUMNS), *row[len(names) :]]
        for cells, row in zip(known, whole, strict=True)
    ]


def _write_table(
    results: Results,
    csv_file: Path,
    count: int,
    earlier: list[list[str]],
) -> list[str]:
    from rich.console import Console
    from rich.progress import Progress

    from pipeline.reading.page_reading import FailedReading

    failed = []
    try:
        with (
            _open_table(csv_file, earlier) as file,
            Progress(console=Console(stderr=True), transient=True) as bar,
        ):
            task = bar.add_task("reading", total=count)
            writer = csv.writer(file)
            for page, reading in results:
                if isinstance(reading, FailedReading):
                    failed.append(f"{page.name}: {reading.reason}")
                writer.writerow(result_row(page, reading))
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
        csv.writer(new).writerows([PAGE_COLUMNS, *earlier])
    return csv_file.open("a", newline="", encoding="utf-8", errors="surrogateescape")
