"""Readings as files: CSV, JSON, XLSX and ZIP, the latter two with the crops that they rest on.

JSON has the form of `digitlab read --json`; what a person changed stands beside what was read.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.image import Image as WorkbookImage
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from models.formatting import printable
from pipeline.reading.corrections import pieces, written
from pipeline.reading.numbers import numbers_of
from pipeline.reading.page_reading import SIGN_NAMES, PageReading
from pipeline.reading.records import (
    COLUMNS,
    cell_rows,
    cell_table,
    failed_row,
    listed,
    reading_record,
    reading_row,
    safe_cell,
    table_name,
    with_page,
)
from pipeline.reading.review import AnyPage, FailedPage

_MOST_CROPS = 2000
"""Digits that a workbook shows a picture of; opening it would take minutes with many more."""


def page_record(page: AnyPage) -> dict[str, Any]:
    """One picture as in JSON: `digits` as read, `edits`, and the rest as it stands with them."""
    path, number = _page_of_file(page)
    if isinstance(page, FailedPage):
        return with_page({"path": path, "error": page.reason}, number)
    reading = page.reading
    now = written(reading, page.corrections)
    edits = [
        {
            "index": place,
            "box": list(reading.characters[place].box),
            "read": _value(reading.characters[place].text),
            "text": now[place],
        }
        for place in page.edits
    ]
    stands = {
        "text": page.text,
        "lines": page.lines,
        "numbers": numbers_of(page.lines),
        "disagreeing": page.disagreeing,
    }
    return with_page({**reading_record(path, reading), **stands, "edits": edits}, number)


def _page_of_file(page: AnyPage) -> tuple[str, int | None]:
    """Path of the file, and the page's number where it has several: as the command line names them."""
    return (page.name, None) if page.part is None else (page.part.path, page.part.number)


def to_json(pages: Sequence[AnyPage]) -> str:
    """One JSON object a line, one line a picture."""
    lines = "".join(json.dumps(page_record(page), ensure_ascii=False) + "\n" for page in pages)
    return lines.encode(
        errors="backslashreplace"
    ).decode()  # half a character in a name is "\ud83d" in JSON as well


def to_csv(pages: Sequence[AnyPage]) -> str:
    """The table of `digitlab read --csv`, with the text as it now stands and how many digits were changed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, "page", "edits"])
    for page in pages:
        path, number = _page_of_file(page)
        _, text_now, *row, edits = _row(page)
        writer.writerow([table_name(path), safe_cell(text_now), *row, number or "", edits])
    return text.getvalue()


def to_cells_csv(pages: Sequence[AnyPage]) -> str:
    """The table of `digitlab read --cells`, as the lines now stand."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cell_table(_cell_rows(pages)))
    return text.getvalue()


def _cell_rows(pages: Sequence[AnyPage]) -> list[list[Any]]:
    read = [page for page in pages if not isinstance(page, FailedPage)]
    return [row for page in read for row in cell_rows(*_page_of_file(page), page.lines)]


def to_zip(pages: Sequence[AnyPage]) -> bytes:
    """readings.csv, cells.csv, readings.jsonl and a PNG of every line and digit, named by place and reading."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readings.csv", to_csv(pages))
        archive.writestr("cells.csv", to_cells_csv(pages))
        archive.writestr("readings.jsonl", to_json(pages))
        for number, page in enumerate(pages, 1):
            if isinstance(page, FailedPage):
                continue
            folder = f"crops/{number:03d}-{_file_name(page.name)}"
            for line, crop in enumerate(page.source.line_crops, 1):
                archive.writestr(f"{folder}/line-{line:02d}.png", crop)
            for place, line, position in positions(page.reading):
                text = page.reading.characters[place].text
                read = SIGN_NAMES.get(text, text)
                name = f"line-{line:02d}-digit-{position:02d}-read-{read}.png"
                archive.writestr(f"{folder}/{name}", page.source.digit_crops[place])
    return content.getvalue()


def to_xlsx(pages: Sequence[AnyPage]) -> bytes:
    """A workbook of four sheets: pictures, cells, lines and digits, the last two beside what they were read from."""
    book = Workbook()
    pictures = book.active
    assert isinstance(pictures, Worksheet)  # noqa: S101
    pictures.title = "Pictures"
    widths = {"Picture": 34, "Text": 24, "Digits": 9, "Doubtful": 10, "Lowest confidence": 18}
    _head(pictures, {**widths, "Disagreeing lines": 18, "Error": 60, "Edits": 8})
    for page in pages:
        _, text, *rest = _row(page)
        lowest = float(rest[2]) if rest[2] else None
        _append(pictures, [page.name, text, *rest[:2], lowest, *rest[3:]])
    _add_cells(book.create_sheet("Cells"), pages)
    _add_lines(book.create_sheet("Lines"), pages)
    _add_digits(book.create_sheet("Digits"), pages)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _row(page: AnyPage) -> list[Any]:
    if isinstance(page, FailedPage):
        return [*failed_row(page.name, page.reason), 0]
    row = dict(zip(COLUMNS, reading_row(page.name, page.reading), strict=True))
    row |= {
        "text": page.text,
        "digits": page.digit_count,
        "doubtful": len(page.doubtful),
        "disagreeing": listed(page.disagreeing),
    }
    return [*row.values(), len(page.edits)]


def _value(text: str) -> int | str:
    """A digit as a number, all else as it is."""
    return int(text) if len(text) == 1 and text.isdecimal() else text


def positions(reading: PageReading) -> Iterator[tuple[int, int, int]]:
    """(place, line from 1, position in it from 1) of every character."""
    counts: dict[int, int] = {}
    for place, character in enumerate(reading.characters):
        counts[character.line] = counts.get(character.line, 0) + 1
        yield place, len(counts), counts[character.line]


def _add_cells(table: Worksheet, pages: Sequence[AnyPage]) -> None:
    """A row for each line, a column for each of its cells."""
    rows = _cell_rows(pages)
    most = max(map(len, rows), default=3) - 3
    _head(table, {"Picture": 34, "Page": 7, "Line": 7, **{f"Cell {n}": 14 for n in range(1, most + 1)}})
    for row in rows:
        _append(table, row)


def _add_lines(table: Worksheet, pages: Sequence[AnyPage]) -> None:
    columns = {"Picture": 34, "Line": 7, "Text": 24, "Read as": 24, "Disagrees": 11}
    _head(table, {**columns, "Evidence": 60})
    for page in pages:
        if isinstance(page, FailedPage):
            continue
        now = pieces(page.reading, page.corrections)
        texts: dict[int, str] = {}
        for place, line, _ in positions(page.reading):
            texts[line] = texts.get(line, "") + now[place].replace("\n", "")
        for line, crop in enumerate(page.source.line_crops, 1):
            mark = "yes" if texts[line] and page.disagrees(texts[line]) else ""
            _append(table, [page.name, line, texts[line], page.reading.lines[line - 1], mark])
            _add_picture(table, crop, "F", 34)


def _add_digits(table: Worksheet, pages: Sequence[AnyPage]) -> None:
    columns = {"Picture": 34, "Line": 7, "Position": 10, "Digit": 8, "Read as": 9, "Confidence": 12}
    _head(table, {**columns, "Doubtful": 10, "Edited": 9, "Evidence": 14})
    shown = 0
    for page in pages:
        if isinstance(page, FailedPage):
            continue
        now = written(page.reading, page.corrections)
        edits, doubtful = set(page.edits), set(page.doubtful)
        for place, line, position in positions(page.reading):
            character = page.reading.characters[place]
            marks = ["yes" if place in places else "" for places in (doubtful, edits)]
            number = _value(now[place])
            read = _value(character.text)
            confidence = round(character.confidence, 4)
            _append(table, [page.name, line, position, number, read, confidence, *marks])
            if shown < _MOST_CROPS:
                _add_picture(table, page.source.digit_crops[place], "I", 34)
                shown += 1


def _head(table: Worksheet, columns: Mapping[str, int]) -> None:
    table.append(list(columns))
    table.freeze_panes = "A2"
    for number, (cell, width) in enumerate(zip(table[1], columns.values(), strict=True), 1):
        cell.font = Font(bold=True)
        table.column_dimensions[get_column_letter(number)].width = width


def _append(table: Worksheet, values: Sequence[Any]) -> None:
    """Adds a row in which texts stay texts: leading zeros, and names that begin like a formula."""
    row = table.max_row + 1
    for column, value in enumerate(values, 1):
        if isinstance(value, str):
            value = printable(value, keep="\n\t")
        cell = table.cell(row, column, value)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"


def _add_picture(table: Worksheet, png: bytes, column: str, height: int) -> None:
    """Puts a picture at this column of the last row, which becomes as high as the picture."""
    image = WorkbookImage(io.BytesIO(png))
    image.width, image.height = round(image.width * height / image.height), height
    table.add_image(image, f"{column}{table.max_row}")
    table.row_dimensions[table.max_row].height = height * 0.75 + 3  # points


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^\w-]+", "_", PurePosixPath(name.replace("\\", "/")).stem)[:60] or "picture"
