"""`digitlab read` with files of several pages: PDF, TIFF, GIF, HEIC, AVIF, zip archives and folders of them."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from PIL import Image

from pipeline.imaging.decode import FORMATS
from tests.conftest import Digitlab
from tests.pipeline.imaging.test_documents import locked_pdf, locked_zip, page, pdf_of, stream, zip_of
from tests.pipeline.imaging.test_picture import encoded
from tests.pipeline.reading.test_reader import page_of

ROWS = (("3141",), ("5926",), ("5358",))


def sheets() -> list[Image.Image]:
    return [Image.fromarray(page_of(rows)) for rows in ROWS]


def of_all(kind: str) -> bytes:
    """One file with all sheets."""
    first, *others = sheets()
    content = io.BytesIO()
    first.save(content, kind, save_all=True, append_images=others)
    return content.getvalue()


def one(kind: str = "PNG") -> bytes:
    return encoded(sheets()[0], kind)


def pdf_with_a_bad_page() -> bytes:
    """A scan, a page that is missing, and a scan that stands on its head but for the page's rotation."""
    scans = [image.rotate(angle).convert("RGB") for image, angle in zip(sheets(), (0, 0, 180), strict=True)]
    pictures = {
        200 + number: stream(
            encoded(image, "JPEG"),
            f"/Type/XObject/Subtype/Image/Width {image.width}/Height {image.height}"
            "/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode",
        )
        for number, image in enumerate(scans)
    }
    contents = {
        100 + number: stream(f"q {image.width} 0 0 {image.height} 0 0 cm /I Do Q".encode())
        for number, image in enumerate(scans)
    }
    pages = [
        page(
            f"/Contents {100 + number} 0 R/Resources<</XObject<</I {200 + number} 0 R>>>>"
            + ("/Rotate 180" if number == 2 else ""),
            f"0 0 {image.width} {image.height}",
        )
        for number, image in enumerate(scans)
    ]
    return pdf_of([pages[0], None, pages[2]], {**contents, **pictures})


def test_odd_names_are_harmless_in_the_table_and_found_again(
    home: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    names = ["=HYPERLINK(1).png", "-x.png", "a\r.png", os.fsdecode(b"\xff.png")]
    for name in names:
        (home / name).write_text("no picture")
    cells = ["'=HYPERLINK(1).png", "'-x.png", r"a\r.png", r"\udcff.png"]
    for call in range(2):  # the second reads the same files again, since they failed
        assert digitlab("read", "--csv", table, "--", *names).code == 1
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["path"] for row in rows] == cells, call
        assert all(row["error"].startswith(cell) for row, cell in zip(rows, cells, strict=True))


@pytest.mark.slow
def test_every_page_of_every_format_is_an_entry_of_its_own(digitlab: Digitlab, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    (folder / "sub").mkdir(parents=True)
    for form in FORMATS:
        (folder / f"single{form.suffixes[0]}").write_bytes(one(form.decoder))
    (folder / "sub" / "all.pdf").write_bytes(of_all("PDF"))
    (folder / "sub" / "all.TIF").write_bytes(of_all("TIFF"))
    (folder / "sub" / "all.gif").write_bytes(of_all("GIF"))
    (folder / "sub" / "one.pdf").write_bytes(one("PDF"))
    (folder / "sub" / "closed.zip").write_bytes(b"not opened")
    table = tmp_path / "cells.csv"
    outcome = digitlab("read", folder, "--json", "--cells", table)
    assert outcome.code == 0, outcome.out
    assert "1 zip archive in folders not opened" in outcome.err
    records = outcome.json_lines()
    found = {(record["path"], record.get("page")): record["text"] for record in records}
    assert len(found) == len(records)
    several: dict[tuple[str, int | None], str] = {
        (str(folder / "sub" / name), number): rows[0]
        for name in ("all.pdf", "all.TIF", "all.gif")
        for number, rows in enumerate(ROWS, 1)
    }
    single: dict[tuple[str, int | None], str] = {
        (str(folder / f"single{form.suffixes[0]}"), None): "3141" for form in FORMATS
    }
    single[str(folder / "sub" / "one.pdf"), None] = "3141"
    assert found == several | single
    assert list(records[0])[:2] == ["path", "text"], "a picture's record has no page"
    cells = list(csv.DictReader(io.StringIO(table.read_text())))
    assert {(row["path"], row["page"], row["cell 1"]) for row in cells} == {
        (path, str(page or ""), text) for (path, page), text in found.items()
    }


def test_bad_pages_are_named_and_the_rest_is_read(digitlab: Digitlab, tmp_path: Path) -> None:
    good = one()
    archive = zip_of(
        ("b/2.png", b"broken"),
        ("b/1.png", good),
        ("b/3.pdf", pdf_with_a_bad_page()),
        ("inner.zip", zip_of(("a.png", good))),
        ("locked.png", good),
        ("notes.txt", b"no picture, and not told of"),
    )
    contents = {
        "scans.zip": locked_zip(archive, "locked.png"),
        "empty.zip": zip_of(),
        "locked.zip": locked_zip(zip_of(("a.png", good)), "a.png"),
        "bomb.zip": zip_of(("a.bmp", bytes(30 * 1024**2))),
        "locked.pdf": locked_pdf(),
    }
    paths = [tmp_path / name for name in contents]
    for path, data in zip(paths, contents.values(), strict=True):
        path.write_bytes(data)
    outcome = digitlab("read", *paths)
    assert outcome.code == 1
    scans = paths[0]
    assert outcome.out.splitlines() == [
        f"{scans}/b/1.png: 3141",
        f"{scans}/b/3.pdf, page 1: 3141",
        f"{scans}/b/3.pdf, page 3: 5358",
    ]
    told = [line.removeprefix(f"digitlab: {tmp_path}/") for line in outcome.err.splitlines()]
    expected = {
        "scans.zip/b/2.png": "text file",
        "scans.zip/b/3.pdf, page 2": "damaged or missing",
        "scans.zip/inner.zip": "an archive in an archive is not opened",
        "scans.zip/locked.png": "encrypted",
        "empty.zip": "there is none",
        "locked.zip": "encrypted",
        "bomb.zip/a.bmp": "zip bomb",
        "locked.pdf": "encrypted",
    }
    told = [line for line in told if ": expected " in line]
    assert [line.split(": ")[0] for line in told] == list(expected)
    for line, words in zip(told, expected.values(), strict=True):
        assert words in line


@pytest.mark.slow
def test_a_table_goes_on_page_by_page_and_those_of_before_are_taken(
    digitlab: Digitlab, tmp_path: Path
) -> None:
    single, several, table = tmp_path / "one.png", tmp_path / "all.pdf", tmp_path / "table.csv"
    single.write_bytes(one())
    several.write_bytes(pdf_with_a_bad_page())
    before = "path,text,digits,doubtful,lowest_confidence,disagreeing,error"
    table.write_text(f"{before}\n{single},by hand,4,0,0.9000,,\ncut")
    first = digitlab("read", single, several, "--csv", table)
    assert first.code == 1
    assert "1 of 4 pictures are in" in first.err
    again = digitlab("read", single, several, "--csv", table)
    assert "3 of 4 pictures are in" in again.err
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["path"], row["page"], row["text"]) for row in rows] == [
        (str(single), "", "by hand"),
        (str(several), "1", "3141"),
        (str(several), "3", "5358"),
        (str(several), "2", ""),
    ]
    assert rows[3]["error"].startswith(f"{several}, page 2: ")
    assert list(rows[0])[:7] == before.split(",")


def test_one_digit_is_asked_of_a_picture_and_documents_are_sent_on(
    tiny_model: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("all.pdf", "all.zip", "one.heic", "one.avif", "all.tif")]
    contents = [of_all("PDF"), zip_of(("a.png", one())), one("HEIF"), one("AVIF"), of_all("TIFF")]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    outcome = digitlab("predict", *paths, "--json", "--model", "tiny")
    assert outcome.code == 1
    document, archive, *answers = (json.loads(line) for line in outcome.out.splitlines())
    for record, kind in ((document, "PDF document"), (archive, "zip archive")):
        assert f"this is a {kind} (`digitlab read` and the Read page take it)" in record["error"]
    assert all("digit" in answer for answer in answers), "of several pages, the first"
