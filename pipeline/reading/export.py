"""Readings to take along: CSV, JSON and XLSX, with what was cut out of the pictures as evidence.

JSON has the form of `digitlab read --json`; what a person changed stands beside what was read.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.reading.constraints import Constraint, choose
from pipeline.reading.corrections import Corrections, corrected_lines, corrected_text, edited, written
from pipeline.reading.crops import ReadPage
from pipeline.reading.reader import PageReading
from pipeline.reading.records import COLUMNS, failed_row, listed, reading_record, reading_row

_MOST_CROPS = 2000
"""Digits that a workbook shows a picture of; opening it would take minutes with many more."""


@dataclass(frozen=True)
class Sheet:
    """One picture that was handed in.

    Attributes:
        name: of its file.
        page: what was read, or None where it can't be.
        error: one sentence on why not.
        corrections: what a person changed.
        checked: places of the digits that a person has looked at and left as they are.
        constraints: what is known of every line.
    """

    name: str
    page: ReadPage | None = None
    error: str = ""
    corrections: Corrections = field(default_factory=dict)
    checked: frozenset[int] = frozenset()
    constraints: tuple[Constraint, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The text of each line as it now stands."""
        return corrected_lines(self.page.reading, self.corrections) if self.page else []

    @property
    def text(self) -> str:
        """All lines as they now stand."""
        return corrected_text(self.page.reading, self.corrections) if self.page else ""

    @property
    def digit_count(self) -> int:
        """How many digits there are as the text now stands."""
        return sum(map(len, self.lines))

    @property
    def disagreeing(self) -> list[int]:
        """Numbers, from 1, of the lines that as they now stand are other than what is known of them."""
        return [number for number, line in enumerate(self.lines, 1) if self.disagrees(line)]

    def disagrees(self, line: str) -> bool:
        """Whether the text of a line is other than what is known of every line."""
        return choose([line], self.constraints) is None

    @property
    def edits(self) -> list[int]:
        """Places of the digits that are other than they were read."""
        return edited(self.page.reading, self.corrections) if self.page else []

    @property
    def doubtful(self) -> list[int]:
        """Places of the doubtful digits that nobody has looked at yet."""
        if not self.page:
            return []
        seen = self.checked | set(self.corrections)
        digits = enumerate(self.page.reading.digits)
        return [place for place, digit in digits if digit.doubtful and place not in seen]


def sheet_record(sheet: Sheet) -> dict[str, Any]:
    """One picture as in JSON: `digits` as read, `edits`, and the rest as it stands with them."""
    if sheet.page is None:
        return {"path": sheet.name, "error": sheet.error}
    reading = sheet.page.reading
    now = written(reading, sheet.corrections)
    edits = [
        {
            "index": place,
            "box": list(reading.digits[place].box),
            "read": reading.digits[place].digit,
            "text": now[place],
        }
        for place in sheet.edits
    ]
    stands = {"text": sheet.text, "lines": sheet.lines, "disagreeing": sheet.disagreeing}
    return {**reading_record(sheet.name, reading), **stands, "edits": edits}


def to_json(sheets: Sequence[Sheet]) -> str:
    """One JSON object a line, one line a picture."""
    return "".join(json.dumps(sheet_record(sheet), ensure_ascii=False) + "\n" for sheet in sheets)


def to_csv(sheets: Sequence[Sheet]) -> str:
    """The table of `digitlab read --csv`, with the text as it now stands and how many digits were changed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, "edits"])
    for sheet in sheets:
        writer.writerow(_row(sheet))
    return text.getvalue()


def to_zip(sheets: Sequence[Sheet]) -> bytes:
    """readings.csv, readings.jsonl and a PNG of every line and digit, named by place and by what it was read as."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readings.csv", to_csv(sheets))
        archive.writestr("readings.jsonl", to_json(sheets))
        for number, sheet in enumerate(sheets, 1):
            if sheet.page is None:
                continue
            folder = f"crops/{number:03d}-{_file_name(sheet.name)}"
            for line, crop in enumerate(sheet.page.line_crops, 1):
                archive.writestr(f"{folder}/line-{line:02d}.png", crop)
            for place, line, position in positions(sheet.page.reading):
                digit = sheet.page.reading.digits[place].digit
                name = f"line-{line:02d}-digit-{position:02d}-read-{digit}.png"
                archive.writestr(f"{folder}/{name}", sheet.page.digit_crops[place])
    return content.getvalue()


def to_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook of three sheets: pictures, lines and digits, the latter two beside what they were read from."""
    book = Workbook()
    pictures = book.active
    assert isinstance(pictures, Worksheet)  # noqa: S101
    pictures.title = "Pictures"
    widths = {"Picture": 34, "Text": 24, "Digits": 9, "Doubtful": 10, "Lowest confidence": 18}
    _head(pictures, {**widths, "Disagreeing lines": 18, "Error": 60, "Edits": 8})
    for sheet in sheets:
        path, text, *rest = _row(sheet)
        lowest = float(rest[2]) if rest[2] else None
        _append(pictures, [path, text, *rest[:2], lowest, *rest[3:]])
    _add_lines(book.create_sheet("Lines"), sheets)
    _add_digits(book.create_sheet("Digits"), sheets)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _row(sheet: Sheet) -> list[Any]:
    if sheet.page is None:
        return [*failed_row(sheet.name, sheet.error), 0]
    row = dict(zip(COLUMNS, reading_row(sheet.name, sheet.page.reading), strict=True))
    row |= {
        "text": sheet.text,
        "digits": sheet.digit_count,
        "doubtful": len(sheet.doubtful),
        "disagreeing": listed(sheet.disagreeing),
    }
    return [*row.values(), len(sheet.edits)]


def positions(reading: PageReading) -> Iterator[tuple[int, int, int]]:
    """(place, line from 1, position in it from 1) of every digit."""
    counts: dict[int, int] = {}
    for place, digit in enumerate(reading.digits):
        counts[digit.line] = counts.get(digit.line, 0) + 1
        yield place, len(counts), counts[digit.line]


def _add_lines(table: Worksheet, sheets: Sequence[Sheet]) -> None:
    columns = {"Picture": 34, "Line": 7, "Text": 24, "Read as": 24, "Disagrees": 11}
    _head(table, {**columns, "Evidence": 60})
    for sheet in sheets:
        if sheet.page is None:
            continue
        now = written(sheet.page.reading, sheet.corrections)
        texts: dict[int, str] = {}
        for place, line, _ in positions(sheet.page.reading):
            texts[line] = texts.get(line, "") + now[place]
        for line, crop in enumerate(sheet.page.line_crops, 1):
            mark = "yes" if texts[line] and sheet.disagrees(texts[line]) else ""
            _append(table, [sheet.name, line, texts[line], sheet.page.reading.lines[line - 1], mark])
            _add_picture(table, crop, "F", 34)


def _add_digits(table: Worksheet, sheets: Sequence[Sheet]) -> None:
    columns = {"Picture": 34, "Line": 7, "Position": 10, "Digit": 8, "Read as": 9, "Confidence": 12}
    _head(table, {**columns, "Doubtful": 10, "Edited": 9, "Evidence": 14})
    shown = 0
    for sheet in sheets:
        if sheet.page is None:
            continue
        now = written(sheet.page.reading, sheet.corrections)
        edits, doubtful = set(sheet.edits), set(sheet.doubtful)
        for place, line, position in positions(sheet.page.reading):
            digit = sheet.page.reading.digits[place]
            marks = ["yes" if place in places else "" for places in (doubtful, edits)]
            number = int(now[place]) if len(now[place]) == 1 else now[place]
            confidence = round(digit.confidence, 4)
            _append(table, [sheet.name, line, position, number, digit.digit, confidence, *marks])
            if shown < _MOST_CROPS:
                _add_picture(table, sheet.page.digit_crops[place], "I", 34)
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
            value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell = table.cell(row, column, value)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        if isinstance(value, str):
            cell.data_type, cell.number_format = "s", "@"


def _add_picture(table: Worksheet, png: bytes, column: str, height: int) -> None:
    """Puts a picture at this column of the last row, which becomes as high as the picture."""
    image = SheetImage(io.BytesIO(png))
    image.width, image.height = round(image.width * height / image.height), height
    table.add_image(image, f"{column}{table.max_row}")
    table.row_dimensions[table.max_row].height = height * 0.75 + 3  # points


def _file_name(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^\w-]+", "_", PurePosixPath(name.replace("\\", "/")).stem)[:60] or "picture"
