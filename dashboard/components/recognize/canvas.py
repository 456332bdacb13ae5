"""Where a digit is drawn. The drawing belongs to the session and is still there after a page change."""

import io
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from dashboard import state
from dashboard.figures.style import Palette

SIDE = 320
"""Width and height in pixels: fits the narrowest phone."""


def draw_digit(palette: Palette) -> tuple[NDArray[np.uint8] | None, DeltaGenerator]:
    """The canvas with its tools.

    Returns:
        What is drawn as uint8 (320, 320, 4), RGBA, or None while it is empty; and the place for a short answer
        right below the canvas, which only phones show.
    """
    if state.CANVAS not in st.session_state:
        # the component was away (another page, another source): it begins with what was drawn before
        state.start_canvas(state.drawing().strokes)
    st.html(f"<style>.st-key-sheet {{ background: {palette.paper}; }}</style>")
    with st.container(key="canvas", width=SIDE, gap="small"):
        st.caption("One digit, 0 to 9")  # also leaves the component's own tool bar its place
        with st.container(key="sheet", width=SIDE, gap=None):
            result = st_canvas(
                stroke_width=st.session_state.get(state.STROKE, 20),
                stroke_color=palette.ink,
                width=SIDE,
                height=SIDE,
                initial_drawing=state.canvas_start(),
                return_image_data=True,
                key=state.CANVAS,
            )
        glance = st.container(key="glance")
        if result.image_bytes is not None:
            state.save_drawing(_objects(result.json_data), result.image_bytes)
        drawing = state.drawing()
        _show_tools(empty=not drawing.strokes)
    if not drawing.strokes or drawing.png is None:
        return None, glance
    return np.asarray(Image.open(io.BytesIO(drawing.png)).convert("RGBA")), glance


def _show_tools(empty: bool) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Undo", icon=":material/undo:", disabled=empty, on_click=_undo, key="canvas_undo")
        st.button(
            "Clear", icon=":material/delete_sweep:", disabled=empty, on_click=_clear, key="canvas_clear"
        )
        st.slider(
            "Pen width",
            8,
            40,
            20,
            4,
            key=state.STROKE,
            persist_state="session",
            format="%d px",
            width=112,
        )


def _undo() -> None:
    state.start_canvas(state.drawing().strokes[:-1])


def _clear() -> None:
    state.start_canvas([])


def _objects(drawing: dict[str, Any] | None) -> list[dict[str, Any]]:
    return list((drawing or {}).get("objects", []))
