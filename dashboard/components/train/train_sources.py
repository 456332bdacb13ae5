"""What a training run starts with: its data set and its initial weights."""

import streamlit as st

from dashboard.components.train import train_state
from dashboard.visitor import visitor
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.message import errors_shown
from models.store import list_models
from models.train_config import TrainConfig, same_network
from pipeline.data import saved_digits, user_datasets

_SEEN = "training_set_seen"
"""Session key: id of the last uploaded file, so that each is saved once."""


def ask_dataset() -> str:
    """The data set's name as `user_datasets.open_saved` takes it."""
    choice = st.container()
    file = st.file_uploader(
        "Your own digits (.npz)",
        type=["npz"],
        key="training_set_file",
        max_upload_size=user_datasets.LARGEST_UPLOAD // 1024**2,
        help="Arrays x_train, y_train, x_test and y_test: uint8 images of 28 by 28 with bright strokes, labels 0 to 9.",
    )
    if file is not None and st.session_state.get(_SEEN) != file.file_id:
        st.session_state[_SEEN] = file.file_id
        with errors_shown():
            st.session_state[train_state.TRAINING_SET] = user_datasets.save(
                file.name, file.getvalue()
            ).path.name
    count = len(saved_digits.labeled(saved_digits.list_saved(visitor())))
    names = {"": "MNIST", user_datasets.MY_DIGITS: f"My saved digits ({count})"}
    if not count:
        del names[user_datasets.MY_DIGITS]
        if st.session_state.get(train_state.TRAINING_SET) == user_datasets.MY_DIGITS:
            del st.session_state[train_state.TRAINING_SET]
    return (
        choice.selectbox(
            "Train on",
            [*names, *(path.name for path in user_datasets.list_saved())],
            format_func=lambda name: names.get(name, name),
            key=train_state.TRAINING_SET,
            help="MNIST, 60,000 training digits, is included. Digits that you corrected on Recognize become a data set "
            "too: half for training, half for testing. Upload any others as an .npz file.",
            persist_state="session",
        )
        or ""
    )


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
