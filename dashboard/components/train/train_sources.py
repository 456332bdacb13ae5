"""What a training run starts with: its data set and its initial weights."""

import streamlit as st

from dashboard.components.train import train_state
from dashboard.widgets.dataset_names import name_datasets
from dashboard.widgets.distinct_labels import distinct_labels
from models.store import list_models
from models.train_config import TrainConfig, same_network
from pipeline.data.user_datasets import MNIST, list_saved


def ask_dataset() -> str:
    """The data set's reference as `pipeline.data.dataset_choice.open_to_train` takes it."""
    names = {"": MNIST} | name_datasets([stored for stored in list_saved() if stored.train is not None])
    if st.session_state.get(train_state.TRAINING_SET, "") not in names:
        del st.session_state[train_state.TRAINING_SET]
    chosen = st.selectbox(
        "Train on",
        list(names),
        format_func=distinct_labels(names),
        key=train_state.TRAINING_SET,
        help="MNIST, 60,000 training digits, is included. Digits that you corrected on Recognize become a data set "
        "too: half for training, half for testing.",
        persist_state="session",
    )
    st.page_link("views/data.py", label="Add a data set on Data", icon=":material/arrow_forward:")
    return chosen or ""


def ask_start(config: TrainConfig) -> str:
    """The reference of the model whose weights to begin with, or "" for random ones."""
    fitting = {
        model.reference: model.name for model in list_models() if same_network(model.record.config, config)
    }
    starts = {"": "Random weights"} | fitting
    key = train_state.hyperparameter_key(config.architecture, "start")
    if st.session_state.get(key, "") not in starts:
        del st.session_state[key]
    return (
        st.selectbox(
            "Start from",
            list(starts),
            format_func=distinct_labels(starts),
            key=key,
            help="Random weights, or those of a trained model with the same network.",
            persist_state="session",
        )
        or ""
    )
