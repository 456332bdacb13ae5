"""What the other models say of one test digit."""

from html import escape

import streamlit as st

from dashboard.figures.style import Palette
from dashboard.resources import predictions
from models.errors import ModelError
from models.formatting import show_confidence
from models.store import StoredModel, list_models

_MOST = 12


def show_other_answers(model: StoredModel, index: int, true: int, palette: Palette) -> None:
    """Shows one line a model that was judged by the same test set; nothing where there is no other."""
    lines = []
    for other in list_models():
        if other.id == model.id or other.record.dataset.sha256 != model.record.dataset.sha256:
            continue
        try:
            row = predictions(other)[index]
        except (ModelError, IndexError):
            continue
        lines.append(_line(other.name, int(row.argmax()), float(row.max()), true, palette))
        if len(lines) == _MOST:
            break
    st.markdown("### Predictions of other models")
    if lines:
        st.html(f'<ul class="answers">{"".join(lines)}</ul>')
    else:
        st.caption("No other model has been evaluated on the same digits yet.")


def _line(name: str, digit: int, confidence: float, true: int, palette: Palette) -> str:
    color, verdict = (palette.right, "correct") if digit == true else (palette.wrong, "wrong")
    return (
        f'<li><span class="answers-name">{escape(name)}</span>'
        f'<strong style="color:{color}">{digit}</strong>'
        f"<span>{show_confidence(confidence)} confidence, {verdict}</span></li>"
    )
