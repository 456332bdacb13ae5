"""Recognize: empty, drawn, uploaded, with several models and with errors."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from dashboard import batch_store, state
from dashboard.components.recognize import digit_pictures
from pipeline.data import saved_digits
from pipeline.imaging.picture import Picture, read_picture
from tests.conftest import a_star
from tests.dashboard.conftest import charts_of, open_page, text_of


def drawn(*strokes: list[tuple[int, int]], width: int = 20) -> bytes:
    """A PNG as the canvas sends it: transparent, with strokes in ink."""
    picture = Image.new("RGBA", (320, 320), (0, 0, 0, 0))
    for stroke in strokes:
        ImageDraw.Draw(picture).line(stroke, fill=(28, 35, 51, 255), width=width, joint="curve")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def photo_of_one(width: int = 1000) -> bytes:
    """A stroke in the middle of a sheet, larger than what is kept of a picture; another for each width."""
    picture = Image.new("RGB", (width, 800), (240, 238, 225))
    ImageDraw.Draw(picture).line([(500, 150), (495, 650)], fill=(40, 50, 130), width=50)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The pictures that are read in full, one after another."""
    seen: list[bytes] = []

    def read(data: bytes) -> Picture:
        seen.append(data)
        return read_picture(data)

    monkeypatch.setattr(digit_pictures, "read_picture", read)
    return seen


SEVEN = [(90, 70), (220, 70), (150, 250)]
DRAWING: dict[str, Any] = {"_drawing": [{"width": 20, "points": SEVEN}]}


def two_digits(left: int = 190) -> dict[str, Any]:
    """A 4 and a 7 on the canvas; the 7 begins there."""
    four = [[(70, 90), (50, 190), (130, 190)], [(110, 100), (105, 250)]]
    seven = [(left, 100), (left + 90, 100), (left + 35, 250)]
    return {"_drawing": [{"width": 14, "points": points} for points in (*four, seven)]}


@pytest.mark.parametrize("left", [190, 160], ids=["apart", "close together"])
def test_a_drawing_of_two_digits_is_read_as_a_number(home: Path, left: int) -> None:
    app = open_page(**two_digits(left))
    assert not app.exception
    assert "Read as a number: **47**" in app.info[0].value


def test_a_drawing_of_two_digits_opens_on_read_as_a_page_of_a_batch(home: Path) -> None:
    app = open_page(**two_digits())
    app.button(key="open_on_read").click().run()
    assert not app.exception
    assert app.title[0].value == "Read"
    (file,) = batch_store.files_of(app.query_params["batch"]) or []
    assert file.name == "drawing.png"
    assert "1 file, kept with your corrections" in text_of(app)


def test_what_a_browser_sends_in_place_of_strokes_is_told_of(home: Path) -> None:
    app = open_page(_drawing=[{"width": 20, "points": [[1e9, 0]]}])
    assert not app.exception
    assert app.error[0].value.startswith("Expected strokes with a width and points")


def test_without_any_model_the_page_leads_to_training(home: Path, no_shipped_models: Path) -> None:
    app = open_page()
    assert not app.exception
    assert "No models yet" in text_of(app)


def test_before_anything_is_drawn_the_page_says_so(tiny_model: Path) -> None:
    app = open_page()
    assert not app.exception
    assert "Nothing drawn yet" in text_of(app)


def labels_of_drawing(app: AppTest) -> Any:
    """What the drawing may be said to be."""
    return next(group for group in app.get("button_group") if str(group.key).startswith("label_canvas"))


def label_drawing(app: AppTest, label: int) -> AppTest:
    """Says what the drawing is."""
    labels_of_drawing(app).set_value(label).run()
    return app


def test_a_drawing_is_answered_and_can_be_corrected(tiny_model: Path) -> None:
    app = open_page(**DRAWING)
    assert not app.exception
    assert 'data-testid="answer"' in text_of(app)
    (chart,) = charts_of(app)
    assert len(chart["data"][0]["x"]) == 10
    label_drawing(app, 7)
    assert not app.exception
    (kept,) = saved_digits.list_saved()
    assert kept.record.label == 7
    assert kept.record.source == "canvas"
    assert "Saved digits" in text_of(app)


def test_a_drawing_can_be_saved_as_no_digit_and_is_counted_apart(tiny_model: Path) -> None:
    app = open_page(**DRAWING)
    assert labels_of_drawing(app).options[-1] == "Not a digit"
    label_drawing(app, -1)
    assert not app.exception
    (kept,) = saved_digits.list_saved()
    assert kept.record.label is None
    assert "1 corrected so far, 1 of them not a digit" in text_of(app)
    downloads: list[Any] = list(app.get("download_button"))
    assert [button.label for button in downloads] == ["Pictures (.zip)"]


def test_several_models_answer_side_by_side(tiny_model: Path, shipped_tiny: str) -> None:
    app = open_page(**DRAWING, model=tiny_model.name, compared=["tiny"])
    assert not app.exception
    assert text_of(app).count("answer-digit") >= 2


def test_a_model_that_is_gone_is_replaced_by_the_default(tiny_model: Path) -> None:
    app = open_page(model="deleted-long-ago")
    assert not app.exception
    assert app.session_state["model"] in {tiny_model.name, "cnn-deep"}


@pytest.mark.parametrize("source", ["upload", "camera"])
def test_without_a_picture_the_other_sources_say_what_to_do(tiny_model: Path, source: str) -> None:
    app = open_page(source=source)
    assert not app.exception
    assert {"upload": "No picture yet", "camera": "No photo yet"}[source] in text_of(app)


def test_a_picture_with_several_digits_leads_to_read(tiny_model: Path) -> None:
    app = open_page(source="upload")
    with Image.open(io.BytesIO(drawn(SEVEN))) as digit:
        pair = Image.new("RGB", (3 * digit.width, digit.height), "white")
        pair.paste(digit, (0, 0), digit)
        pair.paste(digit, (2 * digit.width, 0), digit)
    file = io.BytesIO()
    pair.save(file, "PNG")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("pair.png", file.getvalue(), "image/png").run()
    assert not app.exception
    assert "about 2 digits" in text_of(app)


def test_uploads_are_answered_and_broken_ones_named(tiny_model: Path) -> None:
    app = open_page(source="upload")
    white = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(white, "PNG")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("seven.png", drawn(SEVEN), "image/png")
    uploader.upload("broken.png", b"no picture", "image/png")
    uploader.upload("white.png", white.getvalue(), "image/png").run()
    assert not app.exception
    errors = [error.value for error in app.error]
    assert len(errors) == 2
    assert errors[0].startswith("broken.png:")
    assert errors[1].startswith("white.png:")
    assert 'data-testid="answer"' in text_of(app)


def test_the_bars_of_what_may_be_no_digit_say_what_they_mean(home: Path, tmp_path: Path) -> None:
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("star.png", a_star(tmp_path / "star.png").read_bytes(), "image/png").run()
    assert not app.exception
    assert "Perhaps not a digit" in text_of(app)
    (chart,) = charts_of(app)
    assert chart["layout"]["title"]["text"] == "Probability of each digit, if it is one"


def test_screen_readers_are_told_the_answer_once(home: Path) -> None:
    words = text_of(open_page(**DRAWING))
    assert '<div class="answer" role="status">' in words, "its content is read out, and no label before it"
    assert 'data-testid="answer" aria-hidden="false"' in words, "no other words say the digit"


def test_uploads_are_still_there_after_another_page_until_they_are_put_away(tiny_model: Path) -> None:
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("seven.png", drawn(SEVEN), "image/png").run()
    assert "from before" not in text_of(app)
    app.switch_page("views/models.py").run()
    app.switch_page("views/recognize.py").run()
    assert not app.exception
    assert "1 picture from before" in text_of(app)
    assert 'data-testid="answer"' in text_of(app)

    uploader = app.get("file_uploader")[0]
    uploader.upload("broken.png", b"no picture", "image/png").run()
    assert [error.value.split(":")[0] for error in app.error] == ["broken.png"]
    assert 'data-testid="answer"' not in text_of(app), "new files take the place of those from before"
    app.switch_page("views/models.py").run()
    app.switch_page("views/recognize.py").run()
    app.button(key="put_away_uploads").click().run()
    assert "No picture yet" in text_of(app)
    assert not app.exception


def test_many_broken_uploads_are_folded_after_three(tiny_model: Path) -> None:
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    for number in range(5):
        uploader.upload(f"broken-{number}.png", b"no picture", "image/png")
    app.run()
    assert not app.exception
    assert len(app.error) == 3
    (folded,) = [box for box in app.expander if box.label == "2 more could not be read"]
    assert [line.value.split(":")[0] for line in folded.caption] == ["broken-3.png", "broken-4.png"]


def test_only_so_many_bytes_of_uploads_are_kept(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seven = drawn(SEVEN)
    monkeypatch.setattr(state, "MOST_SAVED_BYTES", 2 * len(seven))
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    for name in ("a.png", "b.png", "c.png"):
        uploader.upload(name, seven, "image/png")
    app.run()
    app.switch_page("views/models.py").run()
    app.switch_page("views/recognize.py").run()
    assert "2 of the 3 pictures from before" in text_of(app)


def test_many_uploads_are_read_once_however_often_the_page_runs(
    tiny_model: Path, opened: list[bytes]
) -> None:
    photos = [photo_of_one(width) for width in range(1000, 1020)]
    broken = [b"no picture", b"none either"]
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    for number, content in enumerate([*photos, *broken]):
        uploader.upload(f"{number}.png", content, "image/png")
    app.run()
    assert sorted(opened) == sorted([*photos, *broken])
    app.session_state["chosen_upload"] = 19
    app.run()
    assert not app.exception
    assert "19.png" in [caption.value for caption in app.caption]
    assert len(app.error) == 2
    assert len(opened) == len(photos) + len(broken)


def test_the_way_from_the_picture_is_followed_for_the_chosen_one_when_it_is_looked_at(
    tiny_model: Path, opened: list[bytes]
) -> None:
    photos = [photo_of_one(1000), photo_of_one(1001)]
    app = open_page(source="upload", chosen_upload=1, steps_upload=True)
    uploader: Any = app.get("file_uploader")[0]
    for content in photos:
        uploader.upload("one.png", content, "image/png")
    app.run()
    app.run()
    assert not app.exception
    assert sorted(opened) == sorted([*photos, photos[1]])
    assert [name in text_of(app) for name in ("1. Picture", "2. Ink", "28 x 28")] == [True] * 3


def test_a_corrected_upload_is_kept_as_if_all_of_it_had_been_at_hand(tiny_model: Path) -> None:
    content = photo_of_one()
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("one.png", content, "image/png").run()
    pills: Any = next(group for group in app.get("button_group") if str(group.key).startswith("label_upload"))
    pills.set_value(1).run()
    assert not app.exception
    (kept,) = saved_digits.list_saved()
    assert kept.record.source == "upload"
    with Image.open(io.BytesIO(content)) as whole, Image.open(kept.picture_file) as stored:
        whole.thumbnail((640, 640))
        assert stored.size == (640, 512)
        assert (np.asarray(stored) == np.asarray(whole)).all()


def test_damaged_kept_digits_leave_the_page_and_the_others_alone(tiny_model: Path) -> None:
    black = np.zeros((40, 40, 3), np.uint8)
    kept = [
        saved_digits.save(black, np.eye(28, dtype=np.float32), label, 7, 0.9, "tiny") for label in (1, 2, 3)
    ]
    whole, cut_short, another = kept
    cut_short.image_file.write_bytes(cut_short.image_file.read_bytes()[:45])
    Image.new("L", (20, 20)).save(another.image_file)
    whole.picture_file.write_bytes(b"no picture any more")
    app = open_page(chosen_saved_digit=whole.id)
    assert not app.exception
    assert "1 corrected so far" in text_of(app)
    assert "**1**, read as 7" in text_of(app)


def test_kept_digits_can_be_deleted(tiny_model: Path) -> None:
    saved_digits.save(np.zeros((40, 40, 3), np.uint8), np.eye(28, dtype=np.float32), 1, 7, 0.99999, "tiny")
    (kept,) = saved_digits.list_saved()
    app = open_page(chosen_saved_digit=kept.id)
    assert "read as 7 (> 99 % confidence)" in text_of(app), "no certainty is claimed"
    app.button(key="saved_delete_one").click().run()
    assert not app.exception
    assert saved_digits.list_saved() == []


def test_a_kept_digit_that_cannot_be_deleted_is_told_of(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = saved_digits.save(np.zeros((40, 40, 3), np.uint8), np.eye(28, dtype=np.float32), 1, 7, 0.9, "tiny")
    app = open_page(chosen_saved_digit=kept.id)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    app.button(key="saved_delete_one").click().run()
    assert not app.exception
    assert "Permission denied" in app.error[0].value
