"""What the address of the Explain page says, and links to that page from others."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.widgets.address import MODEL, PageAddress, Parameter, one_of, whole_number

SECTION = "explain_section"
"""Widget key: what is shown of the picture."""

SECTIONS = {
    "layers": ":material/layers: Layer by layer",
    "why": ":material/help: Why this answer",
}

_DIGIT = "_explain_digit"

ADDRESS = PageAddress(
    {
        "model": MODEL,
        "digit": Parameter(_DIGIT, whole_number(0, 10_000_000)),
        "show": Parameter(SECTION, one_of(SECTIONS), default="layers"),
    }
)


@dataclass(frozen=True)
class ExplainView:
    """What is looked at: a test digit's place in the test set, None for the drawing; and a key of `SECTIONS`."""

    digit: int | None = None
    show: str = "layers"


def to_parameters(model_id: str, view: ExplainView) -> dict[str, str]:
    """The query parameters of a view, for links to it."""
    return ADDRESS.to_parameters(model=model_id, **vars(view))


def link_to_why(model_id: str, digit: int | None = None) -> None:
    """A link to what the drawing, or this test digit, is explained by."""
    st.page_link(
        "views/explain.py",
        label="Why?",
        icon=":material/psychology_alt:",
        query_params=to_parameters(model_id, ExplainView(digit, "why")),
        help="See what spoke for and against each digit, and look inside the network.",
    )


def current_view() -> ExplainView:
    """What this person looks at."""
    session: Any = st.session_state
    return ExplainView(session[_DIGIT], session[SECTION])


def open_digit(index: int | None) -> None:
    """Opens a test digit, or the drawing."""
    st.session_state[_DIGIT] = index
