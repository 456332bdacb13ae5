"""What to look at on the Mistakes page: filters and order."""

import streamlit as st

from dashboard import mistake_link
from pipeline.evaluation.test_predictions import ORDERS, Order

ORDER_NAMES: dict[Order, str] = {
    "surest": "Surest",
    "unsurest": "Least sure",
    "loss": "Costliest",
    "index": "Lowest index",
}


def show_mistake_filters() -> None:
    """The widgets; what they stand at is in `mistake_link.current_view`."""
    mistake_link.hold_filters()
    with st.container(horizontal=True, gap="medium", key="mistake_filters"):
        _pick_digit("True digit", mistake_link.TRUE)
        _pick_digit("Read as", mistake_link.READ)
    st.segmented_control(
        "Show first",
        ORDERS,
        format_func=lambda order: ORDER_NAMES.get(order, str(order)),
        required=True,
        key=mistake_link.ORDER,
        on_change=_start_over,
        persist_state="session",
        wrap=True,
        help="By the model's confidence in its answer, by its loss (how little it gave the true digit), or by index.",
    )


def _pick_digit(label: str, key: str) -> None:
    st.pills(
        label,
        list(range(10)),
        format_func=str,
        key=key,
        on_change=_start_over,
        persist_state="session",
        wrap=True,
        width="stretch",
    )


def _start_over() -> None:
    mistake_link.turn_to(1)
