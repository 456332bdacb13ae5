"""Where a digit is drawn. The drawing belongs to the session and is still there after a page change."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.figures.style import Palette
from dashboard.widgets.component_assets import declare


def draw_digit(palette: Palette) -> tuple[list[Any], DeltaGenerator]:
    """The canvas with its tools.

    Returns:
        The strokes as the browser sent them, for `draw_strokes`; and the place for a short answer right below the
        canvas, which only phones show.
    """
    if state.CANVAS not in st.session_state:
        # the component was away (another page, another source): it begins with what was drawn before
        state.start_canvas(state.drawing())
    with st.container(key="canvas", gap="small"):
        result = declare("drawing")(
            data={
                **state.canvas_start(),
                "pen": st.session_state.get(state.STROKE, 20),
                "ink": palette.ink,
                "paper": palette.paper,
                "mark": palette.answer,
            },
            key=state.CANVAS,
            on_drawing_change=lambda: None,
        )
        state.save_drawing(result.get("drawing"))
        glance = st.container(key="glance")
        _show_tools(empty=not state.drawing())
    return state.drawing(), glance


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
    state.start_canvas(state.drawing()[:-1])


def _clear() -> None:
    state.start_canvas([])
