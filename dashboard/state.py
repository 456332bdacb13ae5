"""Every key of the session's state, behind typed getters and setters. Values are small and picklable.

Widgets take their key from here together with `persist_state="session"`, so that what a person chose is still
there after a page change. Nothing here is shared between sessions.
"""

from typing import Any

import streamlit as st

MODEL = "model"
"""Widget key: id of the model that answers on every page."""

COMPARED = "compared"
"""Widget key: ids of the models that answer beside it."""

SOURCE = "source"
"""Widget key: where the picture comes from on the Recognize page."""

STROKE = "stroke"
"""Widget key: width of the pen on the canvas."""


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


def _text(key: str) -> str | None:
    value: Any = st.session_state.get(key)
    return value if isinstance(value, str) else None
