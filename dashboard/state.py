"""Every key of the session's state, behind typed getters and setters. Values are small and picklable.

Widgets take their key from here together with `persist_state="session"`, so that what a person chose is still
there after a page change. Nothing here is shared between sessions.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

MODEL = "model"
"""Widget key: id of the model that answers on every page."""

COMPARED = "compared"
"""Widget key: ids of the models that answer beside it."""

TICKED = "ticked_models"
"""Ids of the models that are ticked on the Models page."""

SOURCE = "source"
"""Widget key: where the picture comes from on the Recognize page."""

CAUTION = "caution"
"""Widget key: the name of the risk that was chosen, "" where every answer counts."""

STROKE = "stroke"
"""Widget key: width of the pen on the canvas."""

_VISITS = "_visits"
_NOTICE = "_notice"
_NOTICES = "_notices"
_DRAWING = "_drawing"
_UPLOADS = "_uploads"
_NEEDED = "_needed_uploads"
_CANVAS_START = "_canvas_start"
_CANVAS_ROUND = "_canvas_round"
_VISITS = "_visits"

MOST_SAVED_BYTES = 128 * 1024**2
"""Uploaded files that a session keeps for one uploader while another page is open."""


def chosen_model() -> str | None:
    """Id of the model this person chose, if any."""
    return _text(MODEL)


def choose_model(model_id: str) -> None:
    """Makes a model this person's choice; only before its widget is drawn in this run of the page."""
    st.session_state[MODEL] = model_id


def compared_models() -> list[str]:
    """Ids of the models to put beside the chosen one."""
    return [value for value in st.session_state.get(COMPARED) or [] if isinstance(value, str)]


def compare_models(model_ids: list[str]) -> None:
    """Sets the models to put beside the chosen one; only before their widget is drawn."""
    st.session_state[COMPARED] = model_ids


def ticked_models() -> list[str]:
    """Ids of the models that are ticked on the Models page."""
    return list(st.session_state.get(TICKED) or [])


def tick_models(model_ids: list[str]) -> None:
    """Sets the models that are ticked on the Models page."""
    st.session_state[TICKED] = model_ids


def note_visit(page: str) -> None:
    """Remembers that a page was looked at, by its name in addresses; the start page has none."""
    st.session_state[_VISITS] = sorted({*st.session_state.get(_VISITS, []), page})


def take_visits() -> set[str]:
    """The pages that were looked at since this was asked last."""
    return set(st.session_state.pop(_VISITS, []))


def leave_notice(text: str, icon: str) -> None:
    """Leaves a short message for the next run of a page, such as after `st.rerun`."""
    st.session_state[_NOTICE] = (text, icon)
    st.session_state[_NOTICES] = notices() + 1


def notices() -> int:
    """How many messages were left so far: a key that changes with each."""
    return int(st.session_state.get(_NOTICES, 0))


def take_notice() -> tuple[str, str] | None:
    """The message and its icon, once."""
    value: tuple[str, str] | None = st.session_state.pop(_NOTICE, None)
    return value


def drawing() -> list[Any]:
    """The strokes that were drawn last."""
    return list(st.session_state.get(_DRAWING, []))


def save_drawing(strokes: list[Any]) -> None:
    """Remembers the drawing for the time when the canvas is not on the page."""
    st.session_state[_DRAWING] = strokes


def start_canvas(strokes: list[Any]) -> None:
    """Has the canvas begin anew with these strokes."""
    st.session_state[_CANVAS_ROUND] = st.session_state.get(_CANVAS_ROUND, 0) + 1
    st.session_state[_CANVAS_START] = strokes


def canvas_start() -> tuple[list[Any], int]:
    """The strokes that the canvas begins with, and how often it has begun."""
    return st.session_state.get(_CANVAS_START, []), st.session_state.get(_CANVAS_ROUND, 0)


def save_uploads(key: str, files: Sequence[UploadedFile]) -> None:
    """Remembers names and contents for the time when the uploader is not on the page.

    The first ones that fit into `MOST_SAVED_BYTES` are saved.
    """
    saved, room = [], MOST_SAVED_BYTES
    for file in files:
        room -= file.size
        if room < 0:
            break
        saved.append((file.name, file.getvalue(), file.file_id))
    st.session_state.setdefault(_UPLOADS, {})[key] = (saved, len(files))


def saved_uploads(key: str) -> tuple[list[tuple[str, bytes]], int]:
    """Names and contents of what was uploaded there last, as far as saved, and how many there were."""
    saved, count = st.session_state.get(_UPLOADS, {}).get(key, ([], 0))
    return [(name, data) for name, data, _ in saved], count


def unneeded_uploads() -> set[str]:
    """Ids of files that stood in an uploader, do so no longer, and are not saved either."""
    needed = {file_id for saved, _ in st.session_state.get(_UPLOADS, {}).values() for _, _, file_id in saved}
    for value in st.session_state.values():
        files = value if isinstance(value, list) else [value]
        needed |= {file.file_id for file in files if isinstance(file, UploadedFile)}
    before: set[str] = st.session_state.get(_NEEDED, set())
    st.session_state[_NEEDED] = needed
    return before - needed


def forget_uploads(key: str) -> None:
    """Forgets what was uploaded there."""
    st.session_state.get(_UPLOADS, {}).pop(key, None)


def _text(key: str) -> str | None:
    value: Any = st.session_state.get(key)
    return value if isinstance(value, str) else None
