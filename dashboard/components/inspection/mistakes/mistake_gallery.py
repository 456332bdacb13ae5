"""The misread digits, page by page; one can be chosen."""

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.widgets import mistake_link
from dashboard.widgets.answered_digits import pick_answered
from dashboard.widgets.message import show_empty
from models.formatting import show_confidence
from pipeline.evaluation.test_predictions import TestPredictions

PAGE_SIZE = 36


def show_gallery(
    mistakes: TestPredictions, total: int, images: NDArray[np.uint8], palette: Palette
) -> int | None:
    """Shows one page.

    Args:
        mistakes: those that pass the filters, in order.
        total: how many there are without filters.
        images: uint8 (n, 28, 28), the test set.
        palette: of the page's theme.

    Returns:
        Place in the test set of the digit that was just clicked, in that run of the page only.
    """
    if not total:
        show_empty("flawless", "trophy", "No mistakes", "This model reads every test digit correctly.")
        return None
    if not len(mistakes):
        show_empty("filtered", "filter_alt_off", "No matching mistakes", "Select other digits above.")
        return None
    pages = math.ceil(len(mistakes) / PAGE_SIZE)
    number = mistake_link.current_view().page
    if number > pages:
        number = pages
        mistake_link.turn_to(number)
    shown = mistakes.page(number, PAGE_SIZE)
    first = (number - 1) * PAGE_SIZE + 1
    part = "" if pages == 1 else f", {first:,} to {first + len(shown) - 1:,} shown"
    share = "" if len(mistakes) == total else f" of {total:,}"
    st.caption(
        f"{len(mistakes):,}{share} mistake{'s' if total > 1 else ''}{part}. True digit → prediction and "
        "confidence; select one for details."
    )
    sure = [show_confidence(float(confidence)) for confidence in shown.confidence]
    picked = pick_answered(shown, images, sure, palette, key="mistake_grid")
    if pages > 1:
        st.pagination(
            pages,
            default=number,
            max_visible_pages=5,
            key=mistake_link.pager_key(),
            on_change=mistake_link.follow_pager,
        )
    return picked
