"""Which model answers: each session has its own choice, the same on every page."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import streamlit as st

from dashboard import state
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import show_empty
from models.errors import ModelError
from models.formatting import CLAIMED, percent
from models.store import StoredModel, default_model, list_models


def pick_model(label: str = "Model", quiet: bool = False) -> StoredModel:
    """The picker, and the model it stands at; ends the page with a friendly card where there is none.

    Args:
        label: what the picker is called.
        quiet: whether only screen readers get the label.
    """
    models = {model.id: model for model in list_models()}
    if not models:
        _stop_without_model()
    chosen = state.chosen_model()
    # said anew each time: a value that no person chose by hand would be lost at a page change
    state.choose_model(chosen if chosen in models else _default_id(models))
    picked = st.selectbox(
        label,
        list(models),
        format_func=_labels(models),
        key=state.MODEL,
        persist_state="session",
        label_visibility="collapsed" if quiet else "visible",
        width=330,
    )
    return models[picked]


def pick_more_models(chosen: StoredModel, label: str = "Models to compare with") -> list[StoredModel]:
    """Up to four other models to put the same question to, in a popover."""
    others = {model.id: model for model in list_models() if model.id != chosen.id}
    state.compare_models([key for key in state.compared_models() if key in others])
    count = len(state.compared_models())
    with st.popover(f"Compare ({count})" if count else "Compare", icon=":material/compare_arrows:"):
        keys = st.multiselect(
            label,
            list(others),
            format_func=_labels(others),
            key=state.COMPARED,
            persist_state="session",
            placeholder="Choose up to four" if others else "No other models yet",
            max_selections=4,
            disabled=not others,
            width=340,
        )
    return [others[key] for key in keys]


def describe(model: StoredModel) -> str:
    """A model in one line: its name, its accuracy, whose it is."""
    results = model.record.results
    parts = [model.name, percent(results.test_accuracy) if results else "not evaluated"]
    if results and results.claimed:
        parts[-1] += f" ({CLAIMED})"
    return " · ".join([*parts, "shipped" if model.shipped else "own"])


def _labels(models: Mapping[str, StoredModel]) -> Callable[[str], str]:
    return distinct_labels({key: describe(model) for key, model in models.items()})


def _default_id(models: dict[str, StoredModel]) -> str:
    try:
        preferred = default_model().id
    except ModelError:
        preferred = ""
    return preferred if preferred in models else next(iter(models))


def _stop_without_model() -> NoReturn:
    show_empty(
        "models",
        "network_node",
        "No models yet",
        "Train one first; the fast network takes less than a minute.",
        page="views/train.py",
        page_label="Train a model",
    )
    st.stop()
