"""The test digits that cost a model most."""

import streamlit as st

from dashboard.components.digit_buttons import pick_digit
from dashboard.components.message import show_empty
from dashboard.components.plain_text import as_written
from dashboard.figures.style import Palette
from dashboard.mistake_link import MistakeView, to_parameters
from dashboard.resources import answers, held_out_set
from models.store import StoredModel

_DIGIT = "hardest_digit"
_MOST = 30


def show_hardest(model: StoredModel | None, palette: Palette) -> None:
    """Shows those to whose true digit the model gave least, read right or not."""
    st.subheader("The hardest to read", anchor=False)
    if model is None:
        show_empty(
            "hardest", "network_node", "No model has read them yet", "Train one, and see what it finds hard."
        )
        return
    true = st.pills(
        "True digit", list(range(10)), format_func=str, key=_DIGIT, wrap=True, persist_state="session"
    )
    images, _ = held_out_set(model)
    shown = answers(model).select(true).sort("loss").page(1, _MOST)
    st.caption(
        f"The test digits with the highest loss for {as_written(model.name)}: the less it believed in the true "
        "digit, the higher. True digit → answer, and the loss in nats; choose one for more."
    )
    picked = pick_digit(
        images[shown.index],
        palette,
        [
            f"Test digit {index}: a {label} read as {read}"
            for index, label, read in zip(shown.index, shown.true, shown.predicted, strict=True)
        ],
        [
            f"{label} → {read} · {loss:.1f}"
            for label, read, loss in zip(shown.true, shown.predicted, shown.loss, strict=True)
        ],
        key="hardest_grid",
        side=80,
    )
    if picked is not None and picked < len(shown):
        view = MistakeView(order="loss", digit=int(shown.index[picked]))
        st.switch_page("views/mistakes.py", query_params=to_parameters(model.id, view))
