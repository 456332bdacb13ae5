"""The canvas and the answer beside it; a stroke runs this fragment and nothing else."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.recognize.answer_card import show_blank, show_glance
from dashboard.components.recognize.answers import show_answers
from dashboard.components.recognize.digit_pictures import DigitPicture
from dashboard.figures.style import Palette
from dashboard.widgets.canvas import draw_digit
from dashboard.widgets.message import show_error
from models.errors import DigitLabError
from models.store import StoredModel
from pipeline.imaging.drawing import draw_strokes
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture


@st.fragment
def show_drawing(models: Sequence[StoredModel], palette: Palette) -> None:
    """Shows the canvas, and what the models say of what is drawn on it."""
    sides = st.container(horizontal=True, gap="large", key="sides_canvas")
    with sides.container(width="content"):
        strokes, glance = draw_digit(palette)
    with sides.container(key="answer_canvas"):
        if not strokes:
            show_blank(palette, "canvas")
            with glance:
                show_glance(None, palette)
            return
        try:
            picture = read_picture(draw_strokes(strokes))
            normalized = normalize(picture)
            drawn = DigitPicture(picture.pixels, normalized.image, normalized.others)
            prediction = show_answers(drawn, lambda: normalized.steps, models, palette, "canvas")
            with glance:
                show_glance(prediction, palette)
        except DigitLabError as error:
            show_error(error)
