"""What to look at on the Mistakes page: filters and order."""

import streamlit as st

from dashboard.widgets import mistake_link
from dashboard.widgets.choice import choose
from dashboard.widgets.digit_filter import filter_by_digit
from pipeline.evaluation.test_predictions import Order

ORDER_NAMES: dict[Order, str] = {
    "surest": "Most confident",
    "unsurest": "Least confident",
    "loss": "Highest loss",
    "index": "Lowest index",
}


def show_mistake_filters() -> None:
    """The widgets; what they stand at is in `mistake_link.current_view`."""
    with st.container(horizontal=True, gap="medium", key="mistake_filters"):
        filter_by_digit("True digit", mistake_link.TRUE, _start_over, width="stretch")
        filter_by_digit("Read as", mistake_link.READ, _start_over, width="stretch")
    choose(
        "Sort by",
        ORDER_NAMES,
        mistake_link.ORDER,
        on_change=_start_over,
        wrap=True,
        help="By the confidence of the prediction, by its loss (high where the true digit is improbable), or by index.",
    )


def _start_over() -> None:
    mistake_link.turn_to(1)
