"""One picture put to the chosen model and to those beside it."""

import io
from collections.abc import Callable, Sequence

import streamlit as st
from PIL import Image

from dashboard import batch_store
from dashboard.components.recognize.answer_card import show_answer, show_compared_answer
from dashboard.components.recognize.correction import Answered, offer_correction
from dashboard.components.recognize.digit_pictures import DigitPicture
from dashboard.components.recognize.steps import show_steps
from dashboard.figures.style import Palette
from dashboard.quotas import check_quota
from dashboard.resources import recognizer
from dashboard.visitor import visitor
from dashboard.widgets.caution import weigh
from dashboard.widgets.explain_link import link_to_why
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from models.errors import InputError
from models.recognizer import Prediction
from models.store import StoredModel
from pipeline.imaging.picture import Step
from pipeline.reading.reader import read_page


def show_answers(
    picture: DigitPicture,
    steps: Callable[[], Sequence[Step]],
    models: Sequence[StoredModel],
    palette: Palette,
    source: str,
) -> Prediction:
    """Shows what the first model answers in full and the others in short, and offers to correct it.

    Args:
        picture: the picture.
        steps: gives what led to the image; only called when they are looked at.
        models: the first is the chosen one.
        palette: of the page's theme.
        source: canvas, upload or camera.

    Returns:
        The first model's answer.
    """
    first, *others = models
    image = picture.image
    prediction = weigh(first, recognizer(first).predict_picture(image))
    if source == "canvas" and (picture.others or prediction.refused):
        _show_number(picture, first)
    elif picture.others:
        _show_others(picture.others)
    show_answer(prediction, image, palette, first.name, key=source)
    if others:
        with st.container(horizontal=True, key=f"compared_{source}"):
            for model in others:
                compared = weigh(model, recognizer(model).predict_picture(image))
                show_compared_answer(compared, palette, model.name)
    with st.container(horizontal=True, key=f"after_{source}"):
        offer_correction(Answered(picture, prediction, first.name, source), key=source)
        if source == "canvas":
            link_to_why(first.id)
    way = st.expander(
        "How the picture was processed",
        icon=":material/conversion_path:",
        key=f"steps_{source}",
        on_change="rerun",
    )
    if way.open:
        with way:
            show_steps(steps(), palette)
    return prediction


def _show_others(count: int) -> None:
    """Says that the answer is for one of several digits, and where all are read."""
    st.info(
        f"The picture shows about {count + 1} digits; this answer is for one of them.",
        icon=":material/filter_1:",
    )
    st.page_link("views/read.py", label="Read all of them", icon=":material/arrow_forward:")


def _show_number(picture: DigitPicture, model: StoredModel) -> None:
    """What a drawing of several digits reads as; nothing where it shows only one after all."""
    try:
        reading = read_page(picture.pixels, recognizer(model))
        several = len(reading.digits) > 1
    except InputError:
        several = False
    if several:
        st.info(
            f"Read as a number: **{as_written(reading.text)}**. The answer below is for a single digit.",
            icon=":material/filter_1:",
        )
        if st.button("Open on Read", icon=":material/document_scanner:", key="open_on_read"):
            with errors_shown():
                st.switch_page("views/read.py", query_params={"batch": _make_batch(picture)})
    elif picture.others:
        st.info(
            f"The drawing shows about {picture.others + 1} digits. Draw one at a time.",
            icon=":material/filter_1:",
        )


def _make_batch(picture: DigitPicture) -> str:
    """The id of a new batch on Read with this drawing as its only page."""
    file, batch = io.BytesIO(), batch_store.new_batch_id()
    Image.fromarray(picture.pixels).save(file, "PNG")
    check_quota(visitor(), size=file.tell())
    batch_store.add_file(batch, "drawing.png", file.getvalue(), visitor())
    return batch
