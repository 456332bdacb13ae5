"""Read: empty, full, corrected, with something known of the lines, and with files that can't be read."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.components.read.constraint_form import ConstraintValues
from dashboard.components.read.readings import read_uploads, review_key
from dashboard.uploads import make_upload
from dashboard.work_queue import SizedCache
from models.errors import ConfigError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import FailedReading
from tests.dashboard.conftest import open_page, text_of
from tests.pipeline.cli.test_read import pdf_with_a_bad_page
from tests.pipeline.imaging.test_documents import locked_pdf, pdf_of, zip_of
from tests.pipeline.reading.test_reader import page_of, page_with_a_doubt


def png(pixels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


WHITE = png(np.full((120, 160), 250, np.uint8))


def open_read(*files: tuple[str, bytes], **session: object) -> AppTest:
    """The Read page with these files handed in."""
    app = open_page("read", **session)
    uploader: Any = app.get("file_uploader")[0]
    for name, data in files:
        uploader.upload(name, data, "image/png")
    if files:
        app.run()
    return app


def boxes_of(app: AppTest) -> dict[str, Any]:
    """What the picture with its boxes was given."""
    protos = [element.proto for element in app.get("bidi_component")]
    (data,) = (json.loads(proto.json) for proto in protos if proto.component_name.endswith("page_boxes"))
    return dict(data)


def key_of(data: bytes) -> str:
    """The key of what cnn-deep reads with nothing known."""
    upload = make_upload("", data)
    return review_key(upload, next(read_uploads([upload], find_model("cnn-deep"), [])))


def text_lines(app: AppTest) -> list[str]:
    """The text as it stands beside the picture."""
    return str(app.text_area(key="read_text").value).split("\n")


def test_without_any_model_the_page_leads_to_training(home: Path, no_shipped_models: Path) -> None:
    app = open_page("read")
    assert not app.exception
    assert "No models yet" in text_of(app)


@pytest.mark.parametrize(("source", "words"), [("upload", "No pages yet"), ("camera", "No photo yet")])
def test_without_a_picture_the_page_says_what_to_do(tiny_model: Path, source: str, words: str) -> None:
    app = open_page("read", read_source=source)
    assert not app.exception
    assert words in text_of(app)


def test_a_page_is_shown_with_boxes_and_its_text(home: Path) -> None:
    app = open_read(("page.png", png(page_of(("3141", "592")))), model="cnn-deep")
    assert not app.exception
    assert app.text_area(key="read_text").value == "3141\n592"
    data = boxes_of(app)
    assert [box["text"] for box in data["boxes"]] == list("3141592")
    assert data["boxes"][4]["words"].startswith("Line 2, digit 1: read as 5, ")
    assert "3141, 592" in data["alt"]
    exports = [button.key for button in app.get("download_button")]
    assert exports == ["read_xlsx", "read_csv", "read_json", "read_zip"]


def test_a_model_that_knows_no_refusal_reads_pages_as_well(tiny_model: Path) -> None:
    app = open_read(("page.png", png(page_of(("3141", "592")))), model=tiny_model.name)
    assert not app.exception
    assert len(boxes_of(app)["boxes"]) == 7


def test_a_digit_is_corrected_by_key_and_the_text_follows(home: Path) -> None:
    picture = png(page_of(("3142", "592")))
    app = open_read(("page.png", picture), model="cnn-deep")
    assert "No doubtful digits" in text_of(app)
    app.session_state["_read_chosen"] = (key_of(picture), 6)
    app.run()
    assert "Line 2, digit 3" in text_of(app)
    app.button(key="digit_key_8").click().run()
    assert app.text_area(key="read_text").value == "3142\n598"
    assert boxes_of(app)["boxes"][6]["words"].endswith("corrected to 8")
    app.button(key="digit_key_none").click().run()
    assert app.text_area(key="read_text").value == "3142\n59"
    app.button(key="read_undo").click().run()
    assert app.text_area(key="read_text").value == "3142\n592"
    assert not app.exception


def test_the_text_is_edited_and_keeps_digits_and_signs_only(home: Path) -> None:
    app = open_read(("page.png", png(page_of(("3141", "592")))), model="cnn-deep")
    app.text_area(key="read_text").set_value("31416\n5y2").run()
    assert not app.exception
    assert app.text_area(key="read_text").value == "31416\n52"
    assert [box["text"] for box in boxes_of(app)["boxes"]] == ["3", "1", "4", "16", "5", "", "2"]
    assert "2 characters edited" in text_of(app)


def test_doubtful_digits_are_walked_through_over_all_pictures(home: Path) -> None:
    recognizer = Recognizer(find_model("cnn-deep").directory.litert_file)
    doubted, reading = page_with_a_doubt(recognizer, ("3141", "592"), 0, 3)
    others = ", ".join(f"314{digit}" for digit in "023456789" if digit != reading.lines[0][3])
    allowed = {"known_allowed": f"592, {others}"}  # what is forced upon a digit is doubtful
    files = [("one.png", png(page_of(("592",)))), ("two.png", png(doubted))]
    app = open_read(*files, model="cnn-deep", **allowed)
    assert "1 doubtful digit left in other pictures" in text_of(app)
    app.button(key="doubt_next").click().run()
    assert text_lines(app) in [[other, "592"] for other in others.split(", ")]
    assert "Line 1, digit 4" in text_of(app)
    app.button(key="digit_key_1").click().run()
    assert app.text_area(key="read_text").value == "3141\n592"
    assert "All doubtful digits reviewed" in text_of(app)
    (warning,) = app.warning
    assert "Line 1 (3141) disagrees" in warning.value
    assert "no plausible reading" not in warning.value, "one fitted, until a person corrected it"
    assert not app.exception


def test_pictures_of_one_name_can_be_told_apart(home: Path) -> None:
    files = [("image.png", png(page_of((text,)))) for text in ("3141", "5926")]  # as phones call them
    app = open_read(*files, model="cnn-deep")
    options = app.selectbox(key="read_open").options
    assert len(set(options)) == 2
    assert all(option.startswith("image.png · 4 digits") for option in options)


def test_files_that_fail_are_told_of_and_the_others_go_on(home: Path) -> None:
    page = png(page_of(("3141",)))
    app = open_read(("broken.png", b"no picture"), ("white.png", WHITE), ("page.png", page), model="cnn-deep")
    assert not app.exception
    errors = [error.value for error in app.error]
    assert [error.split(":")[0] for error in errors] == ["broken.png", "white.png"]
    assert app.text_area(key="read_text").value == "3141"
    (table,) = app.dataframe
    assert list(table.value["Picture"]) == ["broken.png", "white.png", "page.png"]
    assert list(table.value["Text"]) == ["", "", "3141"]


def test_pages_are_still_there_after_another_page(home: Path) -> None:
    app = open_read(("page.png", png(page_of(("3141",)))), model="cnn-deep")
    app.switch_page("views/models.py").run()
    app.switch_page("views/read.py").run()
    assert "1 file, kept with your corrections" in text_of(app)
    assert app.text_area(key="read_text").value == "3141"
    app.button(key="read_new_batch").click().run()
    assert "No pages yet" in text_of(app)
    assert not app.exception


def test_each_page_of_a_document_or_archive_is_an_entry(home: Path) -> None:
    inside = zip_of(("a/1.png", png(page_of(("592",)))), ("a/2.png", b"broken"), ("b.zip", zip_of()))
    files = [("all.pdf", pdf_with_a_bad_page()), ("scans.zip", inside), ("locked.pdf", locked_pdf())]
    app = open_read(*files, model="cnn-deep")
    assert not app.exception
    (table,) = app.dataframe
    names = ["all.pdf, page 1", "all.pdf, page 2", "all.pdf, page 3"]
    names += ["scans.zip/a/1.png", "scans.zip/a/2.png", "scans.zip/b.zip", "locked.pdf"]
    assert list(table.value["Picture"]) == names
    assert list(table.value["Text"]) == ["3141", "", "5358", "592", "", "", ""]
    errors = [error.value.split(":")[0] for error in app.error]
    assert errors == ["all.pdf, page 2", "scans.zip/a/2.png", "scans.zip/b.zip"]
    assert "1 more could not be read" in text_of(app)
    app.selectbox(key="read_open").set_value(2).run()
    assert app.text_area(key="read_text").value == "5358"
    app.text_area(key="read_text").set_value("535").run()
    app.selectbox(key="read_open").set_value(0).run()
    assert app.text_area(key="read_text").value == "3141", "a page's corrections are its own"
    assert not app.exception


def test_a_folder_is_read_and_more_pages_than_fit_are_told_of(home: Path) -> None:
    app = open_read(("many.pdf", pdf_of([None] * 102)), model="cnn-deep", read_source="folder")
    assert not app.exception
    assert "The first 100 of 102 pages are read" in text_of(app)


def test_when_nothing_can_be_read_the_page_says_so(home: Path) -> None:
    app = open_read(("white.png", WHITE), model="cnn-deep")
    assert not app.exception
    assert "No digits found" in text_of(app)


def test_what_contradicts_itself_is_told(home: Path) -> None:
    app = open_page("read", known_low=9, known_high=3)
    assert not app.exception
    assert "from a smaller to a larger" in app.error[0].value


def test_a_rule_that_a_sure_line_breaks_is_told_and_changes_nothing(home: Path) -> None:
    app = open_read(("page.png", png(page_of(("2653",)))), model="cnn-deep", known_check="luhn")
    assert not app.exception
    assert app.text_area(key="read_text").value == "2653"
    assert "Line 1 (2653) disagrees with the line rules" in app.warning[0].value
    assert not any(box["doubtful"] for box in boxes_of(app)["boxes"])


def test_what_is_known_has_the_names_of_the_command_line() -> None:
    known = ConstraintValues(8, "luhn", None, 500, "DDMMYYYY", "12, 15\n20")
    wanted = ["length=8", "luhn", "date=DDMMYYYY", "range=0..500", "one-of=12,15,20"]
    assert known.names() == wanted
    assert [constraint.name for constraint in known.constraints()] == wanted
    assert ConstraintValues().names() == []
    assert ConstraintValues(low=0).names() == ["range=0..999999999999999999"]
    with pytest.raises(ConfigError, match="made of digits"):
        ConstraintValues(allowed="../list.txt").names()


def test_a_picture_is_read_once_and_the_cache_is_bounded(home: Path) -> None:
    model = find_model("cnn-deep")
    uploads = [make_upload("a.png", png(page_of(("31",)))), make_upload("b.png", b"broken")]
    first, broken = read_uploads(uploads, model, [])
    assert isinstance(first, PageWithCrops)
    assert isinstance(broken, FailedReading)
    assert next(iter(read_uploads(uploads, model, []))) is first
    cache: SizedCache[PageWithCrops] = SizedCache(first.weight * 2)
    for key in ("one", "two", "three"):
        cache.put(key, first)
    assert cache.get("one") is None
    assert cache.get("three") is first
