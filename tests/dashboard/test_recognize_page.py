"""Recognize: empty, drawn, uploaded, with several models and with errors."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dashboard import state
from pipeline import my_digits
from tests.dashboard.conftest import charts_of, open_page, text_of


def drawn_seven() -> bytes:
    """A PNG as the canvas sends it: transparent, with a 7 in ink."""
    picture = Image.new("RGBA", (320, 320), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line(
        [(90, 70), (220, 70), (150, 250)], fill=(28, 35, 51, 255), width=20, joint="curve"
    )
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


DRAWING: dict[str, Any] = {"_drawing": ([{"type": "Path"}], drawn_seven())}


def test_without_any_model_the_page_leads_to_training(home: Path, no_shipped_models: Path) -> None:
    app = open_page()
    assert not app.exception
    assert "There is no model yet" in text_of(app)


def test_before_anything_is_drawn_the_page_says_so(tiny_model: Path) -> None:
    app = open_page()
    assert not app.exception
    assert "Nothing drawn yet" in text_of(app)


def test_a_drawing_is_answered_and_can_be_corrected(tiny_model: Path) -> None:
    app = open_page(**DRAWING)
    assert not app.exception
    assert 'data-testid="answer"' in text_of(app)
    (chart,) = charts_of(app)
    assert len(chart["data"][0]["x"]) == 10
    pills: Any = next(group for group in app.get("button_group") if str(group.key).startswith("label_canvas"))
    pills.set_value(7).run()
    assert not app.exception
    (kept,) = my_digits.list_kept()
    assert kept.record.label == 7
    assert kept.record.source == "canvas"
    assert "Kept digits" in text_of(app)


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


def test_uploads_are_answered_and_broken_ones_named(tiny_model: Path) -> None:
    app = open_page(source="upload")
    white = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(white, "PNG")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("seven.png", drawn_seven(), "image/png")
    uploader.upload("broken.png", b"no picture", "image/png")
    uploader.upload("white.png", white.getvalue(), "image/png").run()
    assert not app.exception
    errors = [error.value for error in app.error]
    assert len(errors) == 2
    assert errors[0].startswith("broken.png:")
    assert errors[1].startswith("white.png:")
    assert 'data-testid="answer"' in text_of(app)


def test_uploads_are_still_there_after_another_page_until_they_are_put_away(tiny_model: Path) -> None:
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    uploader.upload("seven.png", drawn_seven(), "image/png").run()
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
    seven = drawn_seven()
    monkeypatch.setattr(state, "MOST_KEPT_BYTES", 2 * len(seven))
    app = open_page(source="upload")
    uploader: Any = app.get("file_uploader")[0]
    for name in ("a.png", "b.png", "c.png"):
        uploader.upload(name, seven, "image/png")
    app.run()
    app.switch_page("views/models.py").run()
    app.switch_page("views/recognize.py").run()
    assert "2 of the 3 pictures from before" in text_of(app)


def test_kept_digits_can_be_deleted(tiny_model: Path) -> None:
    my_digits.keep(np.zeros((40, 40, 3), np.uint8), np.eye(28, dtype=np.float32), 1, 7, 0.99999, "tiny")
    (kept,) = my_digits.list_kept()
    app = open_page(chosen_kept=kept.id)
    assert "read as 7 (> 99 % sure)" in text_of(app), "no certainty is claimed"
    app.button(key="kept_delete_one").click().run()
    assert not app.exception
    assert my_digits.list_kept() == []
