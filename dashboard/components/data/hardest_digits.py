"""The test digits that cost a model most."""

import streamlit as st

from dashboard.components.data.address import HARDEST
from dashboard.figures.style import Palette
from dashboard.resources import held_out_set, test_predictions
from dashboard.widgets.answered_digits import pick_answered
from dashboard.widgets.digit_filter import filter_by_digit
from dashboard.widgets.message import show_empty
from dashboard.widgets.mistake_link import MistakeView, to_parameters
from dashboard.widgets.plain_text import as_written
from models.store import StoredModel

_MOST = 30


def show_hardest(model: StoredModel | None, palette: Palette) -> None:
    """Shows those to whose true digit the model gave least, read right or not."""
    st.header("Hardest test digits", anchor=False)
    if model is None:
        show_empty(
            "hardest", "network_node", "No model yet", "Train a model to see which digits it finds hard."
        )
        return
    true = filter_by_digit("True digit", HARDEST)
    images, _ = held_out_set(model)
    shown = test_predictions(model).select(true).sort("loss").page(1, _MOST)
    st.caption(
        f"The test digits with the highest loss for {as_written(model.name)}: the lower the probability of the true "
        "digit, the higher the loss. True digit → prediction, and the loss; select one for details."
    )
    losses = [f"{loss:.1f}" for loss in shown.loss]
    picked = pick_answered(shown, images, losses, palette, key="hardest_grid")
    if picked is not None:
        view = MistakeView(order="loss", digit=picked)
        st.switch_page("views/mistakes.py", query_params=to_parameters(model.id, view))
