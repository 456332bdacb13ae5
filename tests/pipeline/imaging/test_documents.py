"""Documents made here, byte by byte where a whole one would not do: how their pages are found, drawn and bounded."""

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from pipeline.imaging import documents
from pipeline.imaging.documents import find_pages, page_pixels

SIDE = 60
STROKES = "0 g 15 10 5 40 re f 15 10 25 5 re f"
"""An L in a page of 60 by 60 points."""


def pdf_of(
    pages: Sequence[bytes | None], more: Mapping[int, bytes] | None = None, trailer: str = ""
) -> bytes:
    """A document of these page dictionaries; None is a page that is missing. `more` are objects from 100 on."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        **{number: page for number, page in enumerate(pages, 3) if page},
        **(more or {}),
    }
    content, table = b"%PDF-1.7\n", b"xref\n0 1\n0000000000 65535 f \n"
    for number, body in objects.items():
        table += f"{number} 1\n{len(content):010d} 00000 n \n".encode()
        content += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    end = f"trailer<</Size {max(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(content)}\n%%EOF"
    return content + table + end.encode()


def page(more: str = "", box: str = f"0 0 {SIDE} {SIDE}") -> bytes:
    return f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{more}>>".encode()


def stream(content: bytes, more: str = "") -> bytes:
    return f"<</Length {len(content)}{more}>>stream\n".encode() + content + b"\nendstream"


def image_of(pixels: NDArray[np.uint8], width: int, height: int) -> bytes:
    size = (
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/DeviceGray"
    )
    return stream(pixels.tobytes(), size)


def locked_pdf() -> bytes:
    """A document with a password that nobody knows."""
    key = "00" * 32
    return pdf_of(
        [page()], trailer=f"/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>/ID[<00><00>]"
    )


def zip_of(*files: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


def locked_zip(data: bytes, name: str) -> bytes:
    """The archive with one of its files marked as encrypted, in its directory and before the file."""
    locked = bytearray(data)
    for magic, flags, start in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        place = locked.find(magic)
        while locked[place + start : place + start + len(name)] != name.encode():
            place = locked.find(magic, place + 1)
        locked[place + flags] |= 1
    return bytes(locked)


def frames_of(kind: str, count: int) -> bytes:
    """A file with frames of one gray each, brighter and brighter."""
    frames = [Image.new("L", (40, 30), number % 250) for number in range(count)]
    content = io.BytesIO()
    frames[0].save(content, kind, save_all=True, append_images=frames[1:])
    return content.getvalue()


def problems(data: bytes, name: str = "it") -> list[str]:
    """What is said of each page that can't be read."""
    sentences = []
    for found in find_pages(data, name):
        try:
            page_pixels(data, found)
        except InputError as error:
            sentences.append(f"{found.name}: {error.reason}")
    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)
    return sentences


def test_a_page_of_strokes_and_a_page_that_is_a_picture_are_drawn_alike() -> None:
    pixels = np.full((SIDE, SIDE), 255, np.uint8)
    pixels[10:50, 15:20] = 0
    pixels[45:50, 15:40] = 0
    whole = f"q {SIDE} 0 0 {SIDE} 0 0 cm /I Do Q".encode()
    data = pdf_of(
        [
            page("/Contents 100 0 R"),
            page("/Contents 101 0 R/Resources<</XObject<</I 102 0 R>>>>"),
            page("/Contents 100 0 R/Rotate 90"),
        ],
        {100: stream(STROKES.encode()), 101: stream(whole), 102: image_of(pixels, SIDE, SIDE)},
    )
    strokes, picture, turned = (page_pixels(data, found) for found in find_pages(data, "a.pdf"))
    assert strokes.shape[:2] == pytest.approx((SIDE * 300 / 72,) * 2, abs=1)
    assert np.mean(strokes < 128) == pytest.approx(300 / SIDE**2, rel=0.1)
    assert np.mean((strokes < 128) == (picture < 128)) > 0.98
    assert np.mean((np.rot90(strokes, -1) < 128) == (turned < 128)) > 0.98


def test_a_large_sheet_is_drawn_more_coarsely_and_a_large_picture_in_a_page_is_refused() -> None:
    wide = page("/Contents 100 0 R/Resources<</XObject<</I 101 0 R>>>>")
    draw = stream(b"q 60 0 0 60 0 0 cm /I Do Q")
    giant = image_of(np.zeros(9, np.uint8), 60_000, 60_000)
    data = pdf_of([page(box="0 0 14400 14400"), page(box="0 0 1 14400"), wide], {100: draw, 101: giant})
    large, narrow, third = find_pages(data, "a.pdf")
    assert page_pixels(data, large).shape[:2] == (4000, 4000)
    assert max(page_pixels(data, narrow).shape) <= 60_001
    with pytest.raises(InputError, match="expected at most 50 megapixels, got 60000 x 60000"):
        page_pixels(data, third)


def test_a_missing_page_is_named_and_the_others_are_drawn() -> None:
    (problem,) = problems(pdf_of([page(), None, page()]), "a.pdf")
    assert problem.startswith("a.pdf, page 2: expected a page")


@pytest.mark.parametrize(("kind", "most"), [("TIFF", 500), ("GIF", 100)])
def test_every_frame_is_a_page_up_to_a_bound(kind: str, most: int) -> None:
    data = frames_of(kind, 3)
    found = find_pages(data, "a")
    assert [one.name for one in found] == ["a, page 1", "a, page 2", "a, page 3"]
    assert [int(page_pixels(data, one)[0, 0, 0]) for one in found] == [0, 1, 2]
    assert find_pages(frames_of(kind, 1), "a")[0].number is None
    *pages, rest = find_pages(frames_of(kind, most + 20), "a")
    assert len(pages) == most
    assert rest.name == "a"
    assert f"at most {most} pages" in rest.problem
    assert f"after page {most} are left out" in rest.problem


def test_smaller_copies_in_a_tiff_are_no_pages() -> None:
    content = io.BytesIO()
    sheet, copy = Image.new("L", (40, 30), 9), Image.new("L", (20, 15), 9)
    copy.encoderinfo = {"tiffinfo": {254: 1}}
    sheet.save(content, "TIFF", save_all=True, append_images=[copy, sheet])
    assert [found.frame for found in find_pages(content.getvalue(), "a")] == [0, 2]


def test_a_tiff_that_is_cut_short_gives_the_pages_before() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 90, 90), np.uint8)
    content = io.BytesIO()
    frames = [Image.fromarray(frame) for frame in noise]
    frames[0].save(content, "TIFF", save_all=True, append_images=frames[1:])
    data = content.getvalue()[:-4000]
    found = find_pages(data, "a.tif")
    assert page_pixels(data, found[0]).shape == (90, 90, 3)
    assert problems(data, "a.tif")


def test_too_many_pages_of_a_document() -> None:
    *pages, rest = find_pages(pdf_of([page()] * 502), "a.pdf")
    assert len(pages) == 500
    assert rest.problem.startswith("expected at most 500 pages in a PDF file, got 502;")


def test_too_large_a_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 1024**2)
    for data in (pdf_of([page()]), zip_of(("a.png", b"x")), frames_of("TIFF", 2)):
        path = tmp_path / "large"
        path.write_bytes(data + bytes(1024**2))
        (found,) = find_pages(path, "large")
        assert "file of at most 1 MB, got 1.0 MB." in found.problem


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 junk", "expected a whole PDF document, but it is damaged"),
        (b" \n%PDF-1.7 junk", "expected a whole PDF document, but it is damaged"),
        (locked_pdf(), "this PDF is encrypted"),
        (zip_of(), "there is none"),
        (zip_of(("notes.txt", b"x"), (".hidden.png", b"x"), ("__MACOSX/a.png", b"x")), "there is none"),
        (zip_of(("a.png", b"x"))[:60], "expected a whole zip archive, but it is damaged"),
        (zip_of(("[Content_Types].xml", b"x"), ("word/media/a.png", b"x")), "office document"),
        (locked_zip(zip_of(("a.png", b"x")), "a.png"), "this one is encrypted"),
        (zip_of(*((f"{number}.txt", b"") for number in range(10_001))), "at most 10,000 files"),
    ],
    ids=["junk", "late junk", "locked", "empty", "no picture", "cut off", "office", "locked zip", "too many"],
)
def test_what_can_not_be_opened_is_one_sentence(data: bytes, words: str) -> None:
    (sentence,) = problems(data)
    assert words in sentence


def test_bombs_are_seen_before_they_are_unpacked() -> None:
    zeros = bytes(50 * 1024**2)
    data = zip_of(("a.bmp", zeros), ("b.pdf", b"%PDF-" + zeros))
    tracemalloc.start()
    start = time.monotonic()
    sentences = problems(data, "bomb.zip")
    assert time.monotonic() - start < 5
    assert tracemalloc.get_traced_memory()[1] < 10 * 1024**2
    tracemalloc.stop()
    assert [sentence.split(":")[0] for sentence in sentences] == ["bomb.zip/a.bmp", "bomb.zip/b.pdf"]
    assert all(sentence.endswith("this one is a zip bomb.") for sentence in sentences)


@pytest.mark.parametrize(
    ("size", "words"), [(10, "damaged"), (30 * 1024**2, "a picture of at most 20 MB"), (2**32 - 2, "at most")]
)
def test_a_size_that_is_a_lie(size: int, words: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, 60_000, np.uint8).tobytes()
    data = bytearray(zip_of(("a.png", noise)))
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, size)
    (sentence,) = problems(bytes(data))
    assert words in sentence


def test_a_directory_of_more_than_an_honest_size_is_not_read() -> None:
    name = "n" * 60_000 + ".png"
    data = zip_of(*((f"{number}{name}", b"") for number in range(80)))
    (sentence,) = problems(data)
    assert "at most 10,000 files in an archive, got many more" in sentence


def test_too_many_files_in_an_archive() -> None:
    data = zip_of(*((f"{number}.png", b"x") for number in range(2010)))
    *pages, rest = find_pages(data, "a.zip")
    assert len(pages) == 2000
    assert rest.problem == "expected at most 2,000 pages in an archive; its last 10 files are left out."


def test_names_in_an_archive_stay_on_one_line_and_need_not_be_unique() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zip_of(("a\nb.png", b"1"), ("../c.png", b"2"), ("../c.png", frames_of("TIFF", 1)))
    names = [found.path for found in find_pages(data, "z.zip")]
    assert names == ["z.zip/../c.png", "z.zip/../c.png", "z.zip/a\\nb.png"]
    assert [page_pixels(data, found).shape for found in find_pages(data, "z.zip")[1:2]] == [(30, 40, 3)]


def test_a_file_is_what_it_holds_and_not_what_it_is_called() -> None:
    data = zip_of(("a.png", pdf_of([page(), page()])), ("b.jpg", zip_of(("c.png", b"x"))))
    found = find_pages(data, "z.zip")
    assert [one.name for one in found] == ["z.zip/a.png, page 1", "z.zip/a.png, page 2", "z.zip/b.jpg"]
    assert "an archive in an archive is not opened" in found[2].problem
