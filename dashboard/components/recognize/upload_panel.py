"""Pictures uploaded as files or taken with the camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dashboard.components.recognize.answers import show_answers
from dashboard.components.recognize.digit_pictures import DigitPicture, read_digits, steps_of
from dashboard.figures.style import Palette
from dashboard.resources import recognizer
from dashboard.uploads import Upload
from dashboard.widgets.caution import weigh
from dashboard.widgets.digit_buttons import pick_digit
from dashboard.widgets.message import errors_shown, show_empty, show_error, show_errors
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.upload_box import ask_photo, ask_pictures
from dashboard.widgets.work_progress import watch_work
from models.formatting import show_confidence
from models.recognizer import Prediction
from models.store import StoredModel
from pipeline.evaluation.trust.caution import between
from pipeline.reading.page_reading import FailedReading

_MOST = 60
_CHOSEN = "chosen_upload"


@dataclass(frozen=True)
class _Reading:
    upload: Upload
    picture: DigitPicture


@st.fragment
def show_uploads(models: Sequence[StoredModel], palette: Palette) -> None:
    """Takes any number of files with one digit each and shows what the models say of them."""
    uploads = ask_pictures(
        "Pictures with one digit each",
        key="uploads",
        most=_MOST,
        noun="picture",
        beyond=f"The first {_MOST} of {{count}} pictures are shown.",
    )
    if not uploads:
        show_empty(
            "uploads",
            "add_photo_alternate",
            "No picture yet",
            "Drop photos, scans or drawings of single digits above. Dark on light or light on dark, any size.",
        )
        return
    readings, failed = [], []
    for upload, result in zip(uploads, watch_work(read_digits(uploads), len(uploads)), strict=True):
        if isinstance(result, FailedReading):
            failed.append(f"{upload.name}: {result.reason}")
        else:
            readings.append(_Reading(upload, result))
    show_errors(failed)
    if readings:
        reading = readings[0] if len(readings) == 1 else _choose(readings, models[0], palette)
        _show_reading(reading, models, palette, "upload")


@st.fragment
def show_camera(models: Sequence[StoredModel], palette: Palette) -> None:
    """Takes a photo and shows what the models say of it."""
    left, right = st.columns(2, gap="large")
    with left:
        photo = ask_photo("A photo of one digit that fills most of the frame", key="camera")
    with right:
        if photo is None:
            show_empty(
                "camera",
                "photo_camera",
                "No photo yet",
                "Write a digit on paper, hold it close and take a photo. The browser asks before it uses the camera.",
            )
            return
        with errors_shown():
            (result,) = watch_work(read_digits([photo]), 1)
            if isinstance(result, FailedReading):
                show_error(result.reason)
            else:
                show_answers(result, partial(steps_of, photo), models, palette, "camera")


def _choose(readings: Sequence[_Reading], model: StoredModel, palette: Palette) -> _Reading:
    """All pictures as the model sees them with its answers; the one that was clicked."""
    predictions = [
        weigh(model, recognizer(model).predict_picture(reading.picture.image)) for reading in readings
    ]
    chosen = min(int(st.session_state.get(_CHOSEN, 0)), len(readings) - 1)
    picked = pick_digit(
        [reading.picture.image for reading in readings],
        palette,
        [f"{r.upload.name}: {_in_short(p)}" for r, p in zip(readings, predictions, strict=True)],
        [_in_short(p) for p in predictions],
        key="upload_grid",
        chosen=chosen,
    )
    if picked is not None and picked != chosen and picked < len(readings):
        st.session_state[_CHOSEN] = picked
        st.rerun()
    return readings[chosen]


def _in_short(prediction: Prediction) -> str:
    if prediction.candidates:
        return f"{between(prediction)}?"
    sure = show_confidence(prediction.confidence)
    return f"no digit, or {prediction.digit}" if prediction.refused else f"{prediction.digit} · {sure}"


def _show_reading(reading: _Reading, models: Sequence[StoredModel], palette: Palette, source: str) -> None:
    sides = st.container(horizontal=True, gap="large", key=f"sides_{source}")
    with sides.container(width=320):
        st.image(reading.picture.pixels, alt=f"The picture {reading.upload.name}", width=320)
        st.caption(as_written(reading.upload.name))
    with sides.container(key=f"answer_{source}"):
        show_answers(reading.picture, partial(steps_of, reading.upload), models, palette, source)
