"""What the address of the Mistakes page says, and links to that page from others."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.widgets.address import DIGIT, MODEL, PageAddress, Parameter, model_id, one_of, whole_number
from pipeline.evaluation.explanation.feature_map import METHODS
from pipeline.evaluation.test_predictions import ORDERS, Order

TRUE = "mistakes_true"
"""Widget key: the label to filter by."""

READ = "mistakes_read"
"""Widget key: the answer to filter by."""

ORDER = "mistakes_order"
"""Widget key: what to sort by."""

VIEW = "mistakes_view"
"""Widget key: how the digits are shown."""

VIEWS = {"gallery": "Gallery", "map": "Map"}

METHOD, COLORING, BESIDE = "map_method", "map_coloring", "map_beside"
"""Widget keys of the map: how it is made, what its colors say, and what stands beside it."""

UNTRAINED = "untrained"
"""In place of a model's id: the same network before training."""

_PAGE = "_mistakes_page"
_PAGER = "_mistakes_pager"
_DIGIT = "_mistakes_digit"

ADDRESS = PageAddress(
    {
        "model": MODEL,
        "true": Parameter(TRUE, DIGIT),
        "read": Parameter(READ, DIGIT),
        "order": Parameter(ORDER, one_of(ORDERS), default="surest"),
        "page": Parameter(_PAGE, whole_number(1, 1_000_000), default=1),
        "digit": Parameter(_DIGIT, whole_number(0, 10_000_000)),
        "view": Parameter(VIEW, one_of(VIEWS), default="gallery"),
        "method": Parameter(METHOD, one_of(METHODS), default="pca"),
        "color": Parameter(COLORING, one_of(("digit", "verdict")), default="digit"),
        "beside": Parameter(BESIDE, lambda text: text if text == UNTRAINED else model_id(text)),
    }
)


@dataclass(frozen=True)
class MistakeView:
    """What is looked at: filters (None: any), order, page from 1, and the opened digit's place in the test set."""

    true: int | None = None
    read: int | None = None
    order: Order = "surest"
    page: int = 1
    digit: int | None = None


def to_parameters(model_id: str, view: MistakeView) -> dict[str, str]:
    """The query parameters of a view, for links to it."""
    return ADDRESS.to_parameters(model=model_id, **vars(view))


def current_view() -> MistakeView:
    """What this person looks at."""
    session: Any = st.session_state
    return MistakeView(session[TRUE], session[READ], session[ORDER], session[_PAGE], session[_DIGIT])


def turn_to(page: int) -> None:
    """Shows another page of the gallery, from 1."""
    st.session_state[_PAGE] = page


def pager_key() -> str:
    """Key of the widget that turns pages; another one where the page was turned otherwise, so that it begins there."""
    if st.session_state.get(_pager(), st.session_state[_PAGE]) != st.session_state[_PAGE]:
        st.session_state[_PAGER] = st.session_state.get(_PAGER, 0) + 1
    return _pager()


def follow_pager() -> None:
    """Takes over the page that somebody chose."""
    turn_to(st.session_state[_pager()])


def open_digit(index: int | None) -> None:
    """Opens a test digit, or closes the one that is open."""
    st.session_state[_DIGIT] = index


def _pager() -> str:
    return f"mistakes_pager_{st.session_state.get(_PAGER, 0)}"
