"""What the Read page stands at beside its pages: the model, the line rules and the risk."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.components.read import constraint_form


def current_settings() -> dict[str, Any]:
    """The model's id, the line rules and the name of the risk, as values of JSON."""
    rules = {key: st.session_state.get(key) for key in constraint_form.KEYS}
    caution = st.session_state.get(state.CAUTION)
    return {state.MODEL: state.chosen_model(), state.CAUTION: caution, **rules}


def restore_settings(settings: Mapping[str, Any]) -> None:
    """Has the page stand at what `current_settings` gave, before its widgets are drawn; nothing for no settings."""
    for key in (state.MODEL, state.CAUTION, *constraint_form.KEYS):
        if settings.get(key) is not None:
            st.session_state[key] = settings[key]
