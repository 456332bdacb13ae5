"""What the address of the Explain page says, and links to that page from others."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.widgets.address import MODEL, PageAddress, Parameter, one_of, whole_number
from models.unit_arithmetic import Unit

SECTION = "explain_section"
"""Widget key: what is shown of the picture."""

SECTIONS = {
    "layers": ":material/layers: Layer by layer",
    "why": ":material/help: Why this answer",
}

_DIGIT = "_explain_digit"
_UNIT = "_explain_unit"
_EPOCH = "_explain_epoch"


def _read_unit(text: str) -> Unit | None:
    """A unit from its layer, map, row and column, each from 1: 2.13.4.5."""
    numbers = [whole_number(1, 9999)(part) for part in text.split(".")]
    plain = [number - 1 for number in numbers if number is not None]
    return Unit(*plain) if len(plain) == len(numbers) == 4 else None


def _write_unit(unit: Unit) -> str:
    return ".".join(str(number + 1) for number in (unit.layer, unit.channel, unit.row, unit.column))


ADDRESS = PageAddress(
    {
        "model": MODEL,
        "digit": Parameter(_DIGIT, whole_number(0, 10_000_000)),
        "show": Parameter(SECTION, one_of(SECTIONS), default="layers"),
        "unit": Parameter(_UNIT, _read_unit, _write_unit),
        "epoch": Parameter(_EPOCH, whole_number(0, 1_000_000)),
    }
)


@dataclass(frozen=True)
class ExplainView:
    """What is looked at.

    Attributes:
        digit: place in the test set; None for the drawing.
        show: a key of `SECTIONS`.
        unit: whose arithmetic is shown, if any's.
        epoch: as the network was after so many; None for the model as it is.
    """

    digit: int | None = None
    show: str = "layers"
    unit: Unit | None = None
    epoch: int | None = None


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
    return ExplainView(session[_DIGIT], session[SECTION], session[_UNIT], session[_EPOCH])


def open_digit(index: int | None) -> None:
    """Opens a test digit, or the drawing."""
    st.session_state[_DIGIT] = index


def open_unit(unit: Unit | None) -> None:
    """Shows the arithmetic of a unit, or of none."""
    st.session_state[_UNIT] = unit


def go_to_epoch(epoch: int | None) -> None:
    """Shows the network as it was after so many epochs, or the model as it is."""
    st.session_state[_EPOCH] = epoch
