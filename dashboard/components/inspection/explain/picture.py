"""The picture that is explained: a drawing on the canvas, or a test digit."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard import state
from dashboard.components.inspection.explain.layers import show_layers
from dashboard.components.inspection.explain.why import show_why
from dashboard.figures.style import Palette
from dashboard.resources import held_out_set
from dashboard.widgets import explain_link
from dashboard.widgets.canvas import draw_digit
from dashboard.widgets.choice import choose
from dashboard.widgets.digit_image import show_digit
from dashboard.widgets.message import errors_shown, show_empty
from models.errors import InputError
from models.store import StoredModel
from pipeline.imaging.drawing import draw_strokes
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture

SOURCES = {"draw": ":material/draw: Draw", "test": ":material/dataset: Test digit"}
_SOURCE = "explain_source"
_INDEX = "explain_index"
_LAST = "_explain_last_digit"
_CANVAS = "explain_sheet"


def pick_source() -> None:
    """Whether a drawing or a test digit is explained."""
    digit = explain_link.current_view().digit
    st.session_state[_SOURCE] = "draw" if digit is None else "test"
    choose("Picture", SOURCES, _SOURCE, quiet=True, on_change=_change_source)


@st.fragment
def show_picture(model: StoredModel, palette: Palette) -> None:
    """Shows the picture, and explains it; a stroke or another test digit runs this fragment and nothing else."""
    view, image = explain_link.current_view(), None
    sides = st.container(horizontal=True, gap="large", key="sides_explained")
    with sides.container(width="content", key="explained_picture"), errors_shown():
        image = _draw(palette) if view.digit is None else _pick_test_digit(view.digit, model, palette)
    with sides.container(key="answer_explained"), errors_shown():
        if image is not None and view.show == "why":
            show_why(image, model)
        elif image is not None:
            show_layers(image, model, palette)
        elif view.digit is None and not state.drawing():
            show_empty(
                "explained",
                "draw",
                "Nothing drawn yet",
                "Draw a digit, and watch every layer of the network light up. Or take a test digit.",
            )
    explain_link.ADDRESS.write()


def _draw(palette: Palette) -> NDArray[np.float32] | None:
    """What the model sees of the drawing; None where there is none yet."""
    strokes, _ = draw_digit(palette, _CANVAS)
    return normalize(read_picture(draw_strokes(strokes))).image if strokes else None


def _pick_test_digit(index: int, model: StoredModel, palette: Palette) -> NDArray[np.float32]:
    """The test digit with this place, and the widget to take another."""
    images, labels = held_out_set(model)
    last = len(images) - 1
    st.session_state[_INDEX] = st.session_state[_LAST] = min(index, last)
    st.number_input(
        "Test digit", 0, last, key=_INDEX, on_change=_change_digit, help=f"Its place, 0 to {last:,}."
    )
    if index > last:
        raise InputError("", f"There is no test digit {index:,}: the last one is {last:,}.")
    caption = f"Labeled {labels[index]}"
    show_digit(images[index], palette, f"Test digit {index}, labeled {labels[index]}", caption, "320px")
    return np.asarray(images[index] / 255, np.float32)


def _change_source() -> None:
    drawing = st.session_state[_SOURCE] == "draw"
    explain_link.open_digit(None if drawing else st.session_state.get(_LAST, 0))


def _change_digit() -> None:
    explain_link.open_digit(st.session_state[_INDEX])
