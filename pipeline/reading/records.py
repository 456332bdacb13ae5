"""The form of a reading outside the program: a line of JSON, a row of a table. The command line's contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.reading.reader import PageReading

COLUMNS = ("path", "text", "digits", "doubtful", "lowest_confidence", "disagreeing", "error")
"""Of the table that `digitlab read --csv` writes."""


def reading_record(path: str, reading: PageReading) -> dict[str, Any]:
    """One picture as `digitlab read --json` prints it."""
    digits = [
        {"digit": digit.digit, "confidence": round(digit.confidence, 4), "box": list(digit.box)}
        for digit in reading.digits
    ]
    left_out = [list(box) for box in reading.left_out]
    return {
        "path": path,
        "text": reading.text,
        "lines": reading.lines,
        "digits": digits,
        "left_out": left_out,
        "disagreeing": list(reading.disagreeing),
    }


def reading_row(path: str, reading: PageReading) -> list[Any]:
    """One picture as a row of `COLUMNS`."""
    sure = [digit.confidence for digit in reading.digits]
    doubtful = sum(digit.doubtful for digit in reading.digits)
    return [path, reading.text, len(sure), doubtful, f"{min(sure):.4f}", listed(reading.disagreeing), ""]


def failed_row(path: str, reason: str) -> list[Any]:
    """A picture that can't be read as a row of `COLUMNS`."""
    return [path, "", 0, 0, "", "", reason]


def listed(numbers: Sequence[int]) -> str:
    """Numbers of lines as a cell of the table has them."""
    return " ".join(map(str, numbers))
