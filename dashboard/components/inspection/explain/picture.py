"""The picture that is explained: a drawing on the canvas, or a test digit."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

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


def show_picture(model: StoredModel, palette: Palette) -> None:
    """Shows the picture, and explains it."""
    digit = explain_link.current_view().digit
    if digit is None:
        _show_drawing(model, palette)
    else:
        _show_test_digit(digit, model, palette)


@st.fragment
def _show_drawing(model: StoredModel, palette: Palette) -> None:
    sides = st.container(horizontal=True, gap="large", key="sides_explained")
    with sides.container(width="content"):
        strokes, _ = draw_digit(palette, _CANVAS)
    with sides.container(key="answer_explained"), errors_shown():
        if not strokes:
            show_empty(
                "explained",
                "draw",
                "Nothing drawn yet",
                "Draw a digit, and watch every layer of the network light up.",
            )
            return
        _explain(normalize(read_picture(draw_strokes(strokes))).image, model, palette)


def _show_test_digit(index: int, model: StoredModel, palette: Palette) -> None:
    images, labels = held_out_set(model)
    st.session_state[_LAST] = index
    sides = st.container(horizontal=True, gap="large", key="sides_explained")
    with sides.container(width=320):
        st.session_state[_INDEX] = min(index, len(images) - 1)
        st.number_input(
            f"Test digit, 0 to {len(images) - 1:,}", 0, len(images) - 1, key=_INDEX, on_change=_change_digit
        )
        if index >= len(images):
            raise InputError("", f"No such test digit: the test set has {len(images):,}.")
        show_digit(
            images[index], palette, f"Test digit {index}, labeled {labels[index]}", f"Labeled {labels[index]}"
        )
    with sides.container(key="answer_explained"), errors_shown():
        _explain(images[index].astype(np.float32) / 255, model, palette)


def _explain(image: NDArray[np.float32], model: StoredModel, palette: Palette) -> None:
    if explain_link.current_view().show == "why":
        show_why(image, model)
    else:
        show_layers(image, model, palette)


def _change_source() -> None:
    drawing = st.session_state[_SOURCE] == "draw"
    explain_link.open_digit(None if drawing else st.session_state.get(_LAST, 0))


def _change_digit() -> None:
    explain_link.open_digit(st.session_state[_INDEX])
