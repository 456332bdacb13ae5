"""The form of a reading outside the program: a line of JSON, a row of a table. The command line's contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from models.formatting import printable
from pipeline.reading.numbers import Decimal, numbers_of

if TYPE_CHECKING:
    from models.recognizer import Prediction
    from pipeline.imaging.documents import Page
    from pipeline.reading.page_reading import FailedReading, PageReading

COLUMNS = ("path", "text", "digits", "doubtful", "lowest_confidence", "disagreeing", "error")
"""Of a table of pictures."""

PAGE_COLUMNS = (*COLUMNS, "page")
"""Of the table that `digitlab read --csv` writes."""

CELL_COLUMNS = ("path", "page", "line")
"""Of the table of `digitlab read --cells`, before the cells of each line."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def answer_record(answer: Prediction) -> dict[str, Any]:
    """The answer to a picture of one digit as `digitlab predict --json` prints it, without the path."""
    return {
        "digit": answer.digit,
        "confidence": answer.confidence,
        "probabilities": answer.probabilities,
        "digit_score": answer.digit_score,
    }


def result_record(
    page: Page, result: PageReading | FailedReading, decimal: Decimal | None = None
) -> dict[str, Any]:
    """One page as `digitlab read --json` prints it, or why it can't be read."""
    from pipeline.reading.page_reading import FailedReading

    if isinstance(result, FailedReading):
        record: dict[str, Any] = {"path": page.path, "error": f"{page.name}: {result.reason}"}
    else:
        record = reading_record(page.path, result, decimal)
    return with_page(record, page.number)


def result_row(page: Page, result: PageReading | FailedReading) -> list[Any]:
    """One page as a row of `PAGE_COLUMNS`."""
    from pipeline.reading.page_reading import FailedReading

    if isinstance(result, FailedReading):
        row = failed_row(page.path, f"{page.name}: {result.reason}")
    else:
        row = reading_row(page.path, result)
    return [*row, page.number or ""]


def reading_record(path: str, reading: PageReading, decimal: Decimal | None = None) -> dict[str, Any]:
    """One picture as `digitlab read --json` prints it; the decimal sign is told by the page if it isn't given."""
    digits = [
        {"digit": int(digit.text), "confidence": round(digit.confidence, 4), "box": list(digit.box)}
        for digit in reading.digits
    ]
    signs = [
        {"sign": sign.text, "confidence": round(sign.confidence, 4), "box": list(sign.box)}
        for sign in reading.characters
        if not sign.is_digit
    ]
    left_out = [list(box) for box in reading.left_out]
    return {
        "path": path,
        "text": reading.text,
        "lines": reading.lines,
        "numbers": numbers_of(reading.lines, decimal),
        "digits": digits,
        "signs": signs,
        "left_out": left_out,
        "disagreeing": list(reading.disagreeing),
    }


def doubt_record(reading: PageReading) -> dict[str, Any]:
    """What `digitlab read --json` says besides where a risk was chosen: what is doubtful, and what lines may be."""
    from pipeline.reading.caution import lines_in_doubt

    doubtful = [
        {"text": character.text, "confidence": round(character.confidence, 4), "box": list(character.box)}
        for character in reading.characters
        if character.doubtful
    ]
    return {"doubtful": doubtful, "in_doubt": [asdict(line) for line in lines_in_doubt(reading)]}


def with_page(record: dict[str, Any], number: int | None) -> dict[str, Any]:
    """The record, with the page's number after the path where the file has several."""
    return record if number is None else {"path": record["path"], "page": number, **record}


def reading_row(path: str, reading: PageReading) -> list[Any]:
    """One picture as a row of `COLUMNS`."""
    lowest = min(character.confidence for character in reading.characters)
    doubtful = sum(character.doubtful for character in reading.characters)
    disagreeing = listed(reading.disagreeing)
    text = safe_cell(reading.text)
    return [table_name(path), text, len(reading.digits), doubtful, f"{lowest:.4f}", disagreeing, ""]


def cell_rows(path: str, number: int | None, lines: Sequence[str]) -> list[list[Any]]:
    """A page's lines as rows of `CELL_COLUMNS`, with the line's cells behind them."""
    from pipeline.reading.page_reading import CELL_BREAK

    return [[path, number or "", line, *text.split(CELL_BREAK)] for line, text in enumerate(lines, 1)]


def cell_table(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Such rows below the names of their columns, as a CSV file has them."""
    most = max(map(len, rows), default=len(CELL_COLUMNS))
    header = [*CELL_COLUMNS, *(f"cell {cell}" for cell in range(1, most - len(CELL_COLUMNS) + 1))]
    return [
        header,
        *([table_name(path), number, line, *map(safe_cell, cells)] for path, number, line, *cells in rows),
    ]


def failed_row(path: str, reason: str) -> list[Any]:
    """A picture that can't be read as a row of `COLUMNS`."""
    return [table_name(path), "", 0, 0, "", "", table_name(reason)]


def table_name(name: str) -> str:
    """A name of a file as a cell of the table has it: on one line, and nothing that a spreadsheet would compute."""
    return safe_cell(printable(name))


def safe_cell(text: str) -> str:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it; plain numbers need none."""
    formula = text.startswith(_FORMULA_SIGNS) and not re.fullmatch(r"[+-]?\d+([.,]\d+)?", text)
    return f"'{text}" if formula else text


def listed(numbers: Sequence[int]) -> str:
    """Numbers of lines as a cell of the table has them."""
    return " ".join(map(str, numbers))
