"""Where a digit is drawn. The drawing belongs to the session and is still there after a page change."""

from contextlib import suppress
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from dashboard import state
from dashboard.figures.style import Palette
from dashboard.widgets.component_assets import declare
from models.errors import InputError
from pipeline.imaging.drawing import SIDE, draw_strokes

_PEN = "canvas_pen"


def draw_digit(palette: Palette, key: str = "canvas_sheet") -> tuple[list[Any], DeltaGenerator]:
    """The canvas with its tools.

    Args:
        palette: of the page's theme.
        key: of the canvas, another on each page: what was drawn on one page is there on the other.

    Returns:
        The strokes, for `draw_strokes`; and the place for a short answer right below the canvas, which only phones
        show.
    """
    if key not in st.session_state:
        # the component was away (another page, another source): it begins with what was drawn before
        state.start_canvas(state.drawing())
    st.html(f"<style>.st-key-sheet {{ background: {palette.paper}; }}</style>")
    width = st.session_state.get(state.STROKE, 20)
    with st.container(key="canvas", gap="small"):
        with st.container(key="sheet", width=SIDE, gap=None):
            strokes, canvas_round = state.canvas_start()
            result = st_canvas(
                stroke_width=width,
                stroke_color=palette.ink,
                width=SIDE,
                height=SIDE,
                initial_drawing={
                    "objects": [_as_object(stroke, palette.ink) for stroke in strokes],
                    "round": canvas_round,  # differs each time, so that the canvas takes it
                },
                key=key,
            )
            declare("pen")(
                data={"pen": width, "ink": palette.ink, "mark": palette.answer, "round": canvas_round},
                key=_PEN,
                on_stroke_change=_add_stroke,
            )
        drawing = _strokes_of(result.json_data)
        state.save_drawing(drawing)
        st.caption("Keys: Tab to the canvas; arrows move the pen, Space puts it down and lifts it.")
        glance = st.container(key="glance")
        _show_tools(empty=not drawing)
    return drawing, glance


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


def _add_stroke() -> None:
    """Puts a stroke that the keyboard has drawn on the canvas; what a browser sends in its place is left out."""
    stroke = st.session_state[_PEN].stroke
    with suppress(InputError):
        draw_strokes([stroke])
        state.start_canvas([*state.drawing(), stroke])


def _as_object(stroke: dict[str, Any], color: str) -> dict[str, Any]:
    """A stroke as Fabric.js, which the canvas is built on, writes its paths."""
    (x, y), *others = stroke["points"]
    path = [["M", x, y], *(["L", *point] for point in others or [(x + 0.01, y)])]
    return {
        "type": "Path", "path": path, "fill": None, "stroke": color, "strokeWidth": stroke["width"],
        "strokeLineCap": "round", "strokeLineJoin": "round",
    }  # fmt: skip


def _strokes_of(drawing: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What the canvas sent, each path as its width and its points; whatever else a browser may send is left out."""
    strokes = []
    for item in (drawing or {}).get("objects") or ():
        try:
            points: list[tuple[float, float]] = []
            for _, *numbers in item["path"]:
                *control, x, y = map(float, numbers)
                if control and points:  # a quadratic curve: its middle, then its end
                    (a, b), (c, d) = points[-1], control
                    points.append(((a + 2 * c + x) / 4, (b + 2 * d + y) / 4))
                points.append((x, y))
            strokes.append({"width": round(item["strokeWidth"]), "points": points})
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return strokes
