"""Pages as rows of files: Parquet, CSV or JSON lines. One row a page, whether it could be read or not."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pipeline.reading.file_reading import PageResult
from pipeline.reading.numbers import Decimal
from pipeline.reading.records import PAGE_COLUMNS, result_record, result_row

if TYPE_CHECKING:
    import pyarrow

Form = Literal["parquet", "csv", "jsonl"]
"""Of the files; also how their names end."""

Row = Mapping[str, Any]

_PROVENANCE = ("sha256", "attempt")
"""Columns beside those of `digitlab read`: of which content the row is, and which attempt at its file gave it."""


def rows_of(
    results: Iterable[PageResult], form: Form, decimal: Decimal | None, sha256: str, attempt: int
) -> list[Row]:
    """The pages of a file: as `digitlab read --csv` has them for CSV, else as `digitlab read --json` does."""
    more = dict(zip(_PROVENANCE, (sha256, attempt), strict=True))
    if form == "csv":
        return [
            dict(zip(PAGE_COLUMNS, result_row(page, result), strict=True)) | more for page, result in results
        ]
    return [result_record(page, result, decimal) | more for page, result in results]


def encode(rows: Sequence[Row], form: Form) -> bytes:
    """Such rows as the content of a file."""
    if form == "jsonl":
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    if form == "csv":
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, [*PAGE_COLUMNS, *_PROVENANCE])
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode(errors="surrogateescape")
    return _parquet(rows)


def _parquet(rows: Sequence[Row]) -> bytes:
    from pyarrow import BufferOutputStream, Table, parquet

    table = Table.from_pylist([_storable(row) for row in rows], schema=_schema())
    content = BufferOutputStream()
    parquet.write_table(table, content, compression="zstd")
    return bytes(content.getvalue().to_pybytes())


def _storable(row: Row) -> dict[str, Any]:
    """A row in which every text is UTF-8, as half a character in a file's name is not, and every number a float."""
    texts = {
        name: value.encode(errors="backslashreplace").decode()
        for name, value in row.items()
        if isinstance(value, str)
    }
    numbers = [[_float(number) for number in line] for line in row.get("numbers", ())]
    return {**row, **texts, "numbers": numbers}


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # more than 308 digits in a row
        return math.inf


@cache
def _schema() -> "pyarrow.Schema":
    import pyarrow as pa

    box = pa.list_(pa.int32())
    found = [("confidence", pa.float32()), ("box", box)]
    return pa.schema(
        [
            ("path", pa.string()),
            ("page", pa.int32()),
            ("text", pa.string()),
            ("lines", pa.list_(pa.string())),
            ("numbers", pa.list_(pa.list_(pa.float64()))),
            ("digits", pa.list_(pa.struct([("digit", pa.int8()), *found]))),
            ("signs", pa.list_(pa.struct([("sign", pa.string()), *found]))),
            ("left_out", pa.list_(box)),
            ("disagreeing", pa.list_(pa.int32())),
            ("error", pa.string()),
            ("sha256", pa.string()),
            ("attempt", pa.int32()),
        ]
    )
