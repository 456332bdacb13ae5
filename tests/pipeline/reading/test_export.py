"""Readings taken along: table, JSON, workbook and archive, with corrections and evidence."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from PIL import Image

from models.recognizer import Recognizer
from models.store import find_model
from pipeline.imaging.documents import Page
from pipeline.reading.constraints import parse_constraint
from pipeline.reading.corrections import correct_digit
from pipeline.reading.crops import PageWithCrops, read_with_crops
from pipeline.reading.export import page_record, to_cells_csv, to_csv, to_json, to_xlsx, to_zip
from pipeline.reading.page_reading import CELL_BREAK
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage
from tests.pipeline.reading.test_corrections import reading_of
from tests.pipeline.reading.test_reader import page_of


def png(width: int = 12, height: int = 24) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "gray").save(file, "PNG")
    return file.getvalue()


def page_reading(lines: tuple[str, ...], confidence: float = 0.99) -> PageWithCrops:
    """A page without having been read."""
    reading = reading_of(lines, confidence)
    return PageWithCrops(
        reading, (200, 100), b"", (png(),) * len(reading.characters), (png(60),) * len(lines)
    )


PAGE = page_reading(("012", "34"))
PAGES: list[AnyPage] = [
    ReviewedPage("=page.png", PAGE, corrections=correct_digit(PAGE.reading, {}, 1, "7")),
    FailedPage("blank.png", "Expected handwritten digits, but none was found."),
    ReviewedPage("folder/unsure.png", page_reading(("5",), 0.4)),
]


def test_the_table_has_the_columns_of_the_command_line_and_the_changes() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(PAGES))))
    assert [row["path"] for row in rows] == ["'=page.png", "blank.png", "folder/unsure.png"]
    assert [row["text"] for row in rows] == ["072\n34", "", "5"]
    assert [row["edits"] for row in rows] == ["1", "0", "0"]
    assert [row["doubtful"] for row in rows] == ["0", "0", "1"]
    assert rows[1]["error"].startswith("Expected")


def test_each_cell_of_a_line_has_a_column() -> None:
    reading = reading_of(("072", "34"))
    apart = replace(reading.characters[2], before=CELL_BREAK)
    reading = replace(reading, characters=(*reading.characters[:2], apart, *reading.characters[3:]))
    page = replace(PAGE, reading=reading)
    rows = list(csv.DictReader(io.StringIO(to_cells_csv([ReviewedPage("a.png", page)]))))
    assert [(row["line"], row["cell 1"], row["cell 2"]) for row in rows] == [
        ("1", "07", "2"),
        ("2", "34", None),
    ]


def test_a_page_of_a_file_is_named_by_the_file_and_its_number() -> None:
    part = Page("a.pdf", 3, frame=2)
    pages: list[AnyPage] = [
        ReviewedPage(part.name, PAGE, part=part),
        FailedPage(part.name, "Expected.", part),
        *PAGES[:1],
    ]
    records = [page_record(page) for page in pages]
    assert [(record["path"], record.get("page")) for record in records] == [
        ("a.pdf", 3),
        ("a.pdf", 3),
        ("=page.png", None),
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(pages))))
    assert [(row["path"], row["page"]) for row in rows] == [
        ("a.pdf", "3"),
        ("a.pdf", "3"),
        ("'=page.png", ""),
    ]
    table = load_workbook(io.BytesIO(to_xlsx(pages)))["Pictures"]
    assert table["A2"].value == "a.pdf, page 3"


def test_json_is_that_of_the_command_line_with_the_changes() -> None:
    page, blank, _ = (json.loads(line) for line in to_json(PAGES).splitlines())
    promised = {"path", "text", "lines", "numbers", "digits", "signs", "left_out", "disagreeing", "edits"}
    assert set(page) == promised
    assert page["text"] == "072\n34"
    assert page["lines"] == ["072", "34"]
    assert page["numbers"] == [[72], [34]], "values of the lines as they now stand"
    assert [digit["digit"] for digit in page["digits"]] == [0, 1, 2, 3, 4]
    assert page["edits"] == [{"index": 1, "box": [24, 4, 12, 24], "read": 1, "text": "7"}]
    assert set(blank) == {"path", "error"}
    assert page_record(PAGES[2])["edits"] == []


def test_digits_are_counted_as_they_now_stand() -> None:
    without = ReviewedPage("a", PAGE, corrections=correct_digit(PAGE.reading, {}, 1, ""))
    (row,) = csv.DictReader(io.StringIO(to_csv([without])))
    assert (row["text"], row["digits"]) == ("02\n34", "4")


def test_lines_are_held_against_what_is_known_as_they_now_stand() -> None:
    known = (parse_constraint("one-of=072,99"),)
    as_read = ReviewedPage("a", PAGE, constraints=known)
    assert page_record(as_read)["disagreeing"] == [1, 2]
    page = replace(as_read, corrections=correct_digit(PAGE.reading, {}, 1, "7"))
    assert page_record(page)["disagreeing"] == [2]
    (row,) = csv.DictReader(io.StringIO(to_csv([page])))
    assert row["disagreeing"] == "2"
    lines = load_workbook(io.BytesIO(to_xlsx([page])))["Lines"]
    assert [(text, disagrees) for _, _, text, _, disagrees, *_ in lines.values][1:] == [
        ("072", None),
        ("34", "yes"),
    ]
    assert page_record(PAGES[0])["disagreeing"] == []  # nothing is known


def test_the_workbook_shows_every_line_and_digit_beside_its_picture() -> None:
    book = load_workbook(io.BytesIO(to_xlsx(PAGES)))
    assert book.sheetnames == ["Pictures", "Cells", "Lines", "Digits"]
    pictures, cells, lines, digits = (list(table.values) for table in book.worksheets)
    assert pictures[1][:3] == ("=page.png", "072\n34", 5)
    assert cells[0] == ("Picture", "Page", "Line", "Cell 1")
    assert cells[1:3] == [("=page.png", None, 1, "072"), ("=page.png", None, 2, "34")]
    assert book["Pictures"]["A2"].data_type == "s"
    assert [row[2] for row in lines[1:]] == ["072", "34", "5"]
    assert [row[3] for row in digits[1:]] == [0, 7, 2, 3, 4, 5]
    assert digits[2][4:8] == (1, 0.99, None, "yes")
    assert digits[6][6] == "yes"
    assert len(book["Lines"]._images) == 3
    assert len(book["Digits"]._images) == 6


@pytest.mark.parametrize(
    ("name", "cell", "shown"),
    [
        ("a\x0b.png", "a\\x0b.png", "a\\x0b.png"),
        ("a\r\nb.png", "a\\r\\nb.png", "a\\r\nb.png"),
        ("\ud83d.png", "\\ud83d.png", "\\ud83d.png"),
        ("\uffff.png", "\\uffff.png", "\\uffff.png"),
        ("=HYPERLINK(1).png", "'=HYPERLINK(1).png", "=HYPERLINK(1).png"),
        ("@SUM(1).png", "'@SUM(1).png", "@SUM(1).png"),
        ("\t=1.png", "\\t=1.png", "\t=1.png"),
        ("नमस्ते ७.png", "नमस्ते ७.png", "नमस्ते ७.png"),
    ],
)
def test_no_name_spoils_a_file_or_is_computed_by_a_spreadsheet(name: str, cell: str, shown: str) -> None:
    pages: list[AnyPage] = [ReviewedPage(name, PAGE), FailedPage(name, "No digits.")]
    table = csv.DictReader(io.StringIO(to_csv(pages).encode().decode(), newline=""))
    assert [row["path"] for row in table] == [cell, cell]
    book = load_workbook(io.BytesIO(to_xlsx(pages)))
    assert [row[0] for row in list(book["Pictures"].values)[1:]] == [shown, shown]
    assert book["Pictures"]["A2"].data_type == "s"
    assert [json.loads(line)["path"] for line in to_json(pages).encode().splitlines()] == [name, name]
    assert to_zip(pages)


@pytest.mark.parametrize(
    ("text", "cell"),
    [("-12", "-12"), ("+1,5", "+1,5"), ("=5", "'=5"), ("-1-2", "'-1-2"), ("+1\n2", "'+1\n2")],
)
def test_a_text_is_no_formula_in_a_table(text: str, cell: str) -> None:
    page = page_reading(tuple(text.split("\n")))
    (row,) = csv.DictReader(io.StringIO(to_csv([ReviewedPage("a.png", page)])))
    assert row["text"] == cell


def test_the_archive_holds_tables_and_crops() -> None:
    with zipfile.ZipFile(io.BytesIO(to_zip(PAGES))) as archive:
        names = archive.namelist()
        assert archive.read("readings.csv").decode() == to_csv(PAGES)
        assert archive.read("cells.csv").decode().splitlines()[:3] == [
            "path,page,line,cell 1",
            "'=page.png,,1,072",
            "'=page.png,,2,34",
        ]
        assert archive.read("readings.jsonl").decode() == to_json(PAGES)
    assert "crops/001-_page/line-01.png" in names
    assert "crops/001-_page/line-02-digit-02-read-4.png" in names
    assert "crops/003-unsure/line-01-digit-01-read-5.png" in names
    assert len(names) == 3 + 3 + 6


def test_a_digit_that_was_looked_at_is_no_longer_doubtful() -> None:
    page = page_reading(("56",), 0.4)
    assert ReviewedPage("a", page).doubtful == [0, 1]
    assert ReviewedPage("a", page, checked=frozenset({1})).doubtful == [0]
    assert ReviewedPage("a", page, corrections=correct_digit(page.reading, {}, 0, "")).doubtful == [1]


@pytest.mark.parametrize("scale", [1, 6])
def test_what_is_cut_out_shows_the_digits(home: Path, scale: int) -> None:
    pixels = page_of(("31", "45"))
    file = io.BytesIO()
    Image.fromarray(np.kron(pixels, np.ones((scale, scale), np.uint8))).save(file, "PNG")
    page = read_with_crops(file.getvalue(), Recognizer(find_model("cnn-deep").directory.litert_file))
    assert page.reading.lines == ["31", "45"]
    assert page.size == (pixels.shape[1] * scale, pixels.shape[0] * scale)
    assert len(page.digit_crops) == 4
    assert len(page.line_crops) == 2
    for crop in page.digit_crops:
        with Image.open(io.BytesIO(crop)) as image:
            assert 20 < image.height <= 72
            assert np.ptp(np.asarray(image.convert("L"))) > 120
    with Image.open(io.BytesIO(page.preview)) as preview:
        assert max(preview.size) <= 1400
    assert page.weight > len(page.preview)
