"""The address of what stands on the Mistakes page: its query parameters, and the session's state behind them.

The address follows the page; where somebody comes in with another address, the page follows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.visitor import other_parameters, set_other_parameters
from pipeline.evaluation.test_predictions import ORDERS, Order

TRUE = "mistakes_true"
"""Widget key: the label to filter by."""

READ = "mistakes_read"
"""Widget key: the answer to filter by."""

ORDER = "mistakes_order"
"""Widget key: what to sort by."""

_PAGE = "_mistakes_page"
_PAGER = "_mistakes_pager"
_DIGIT = "_mistakes_digit"
_WRITTEN = "_mistakes_link"


@dataclass(frozen=True)
class MistakeView:
    """What is looked at: filters (None: any), order, page from 1, and the opened digit's place in the test set."""

    true: int | None = None
    read: int | None = None
    order: Order = "surest"
    page: int = 1
    digit: int | None = None


def to_parameters(model_id: str, view: MistakeView) -> dict[str, str]:
    """The query parameters; what stands at its default is left out."""
    default = MistakeView()
    given = {name: getattr(view, name) for name in ("true", "read", "order", "page", "digit")}
    changed = {name: str(value) for name, value in given.items() if value != getattr(default, name)}
    return {"model": model_id, **changed}


def from_parameters(parameters: Mapping[str, str]) -> tuple[str | None, MistakeView]:
    """The model's id and the view; whatever makes no sense counts as not given."""
    order: Order = next((name for name in ORDERS if name == parameters.get("order")), "surest")
    return parameters.get("model"), MistakeView(
        _number(parameters.get("true"), 0, 9),
        _number(parameters.get("read"), 0, 9),
        order,
        _number(parameters.get("page"), 1, 1_000_000) or 1,
        _number(parameters.get("digit"), 0, 10_000_000),
    )


def adopt_link() -> str | None:
    """Follows an address that somebody came in with, before any widget is drawn; the model's id that it names."""
    given = other_parameters()
    if not given or given == st.session_state.get(_WRITTEN):
        return None
    model_id, view = from_parameters(given)
    if model_id:
        state.choose_model(model_id)
    keep(view)
    return model_id


def keep(view: MistakeView) -> None:
    """Makes a view the one to show; only before its widgets are drawn, or in a callback."""
    for key, value in (
        (TRUE, view.true),
        (READ, view.read),
        (ORDER, view.order),
        (_DIGIT, view.digit),
    ):
        st.session_state[key] = value
    turn_to(view.page)


def current_view() -> MistakeView:
    """What this person looks at."""
    session: Any = st.session_state
    order: Order = next((name for name in ORDERS if name == session.get(ORDER)), "surest")
    return MistakeView(
        session.get(TRUE), session.get(READ), order, session.get(_PAGE) or 1, session.get(_DIGIT)
    )


def hold_filters() -> None:
    """Says the filters anew; what came with a link, and not by hand, would be lost at a page change."""
    view = current_view()
    st.session_state[TRUE], st.session_state[READ], st.session_state[ORDER] = view.true, view.read, view.order


def turn_to(page: int) -> None:
    """Shows another page of the gallery, from 1."""
    st.session_state[_PAGE] = page
    st.session_state[_PAGER] = st.session_state.get(_PAGER, 0) + 1


def pager_key() -> str:
    """Key of the widget that turns pages; another one after each `turn_to`, so that it begins where that went."""
    return f"mistakes_pager_{st.session_state.get(_PAGER, 0)}"


def follow_pager() -> None:
    """Takes over the page that somebody chose."""
    st.session_state[_PAGE] = st.session_state[pager_key()]


def open_digit(index: int | None) -> None:
    """Opens a test digit, or closes the one that is open."""
    st.session_state[_DIGIT] = index


def write_link(model_id: str) -> None:
    """Brings the address up to date."""
    wanted = to_parameters(model_id, current_view())
    if other_parameters() != wanted:
        set_other_parameters(wanted)
    st.session_state[_WRITTEN] = wanted


def _number(text: str | None, low: int, high: int) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 8:
        return None
    return int(text) if low <= int(text) <= high else None
