"""What a training begins with: the digits to learn from and the weights to start from."""

import streamlit as st

from dashboard import state
from dashboard.components.message import show_error
from models.architectures import class_count
from models.errors import InputError
from models.store import list_models
from pipeline import own_datasets
from pipeline.config import TrainConfig

_UPLOADED = "training_set_uploaded"


def ask_dataset() -> str:
    """The file name of a data set that was handed in, or "" for MNIST."""
    kept = [path.name for path in own_datasets.list_kept()]
    fresh = st.session_state.pop(_UPLOADED, None)
    if fresh in kept:
        st.session_state[state.TRAINING_SET] = fresh
    chosen = st.selectbox(
        "Learn from",
        ["", *kept],
        format_func=lambda name: name or "MNIST",
        key=state.TRAINING_SET,
        help="MNIST is shipped: 60,000 digits. Your own come as an .npz file; the Data page makes one of the digits "
        "that you corrected and kept.",
        persist_state="session",
    )
    file = st.file_uploader(
        "Your own digits (.npz)",
        type=["npz"],
        key="training_set_file",
        help="Arrays x_train, y_train, x_test and y_test: uint8 images of 28 by 28 with bright strokes, labels 0 to 9.",
    )
    if file is not None and st.session_state.get("training_set_seen") != file.file_id:
        st.session_state["training_set_seen"] = file.file_id
        try:
            st.session_state[_UPLOADED] = own_datasets.keep(file.name, file.getvalue()).path.name
        except InputError as error:
            show_error(error)
        else:
            st.rerun()
    return chosen or ""


def ask_start(config: TrainConfig) -> str:
    """The id of the model whose weights to begin with, or "" for random ones."""
    fitting = {model.id: model.name for model in list_models() if _fits(model.record.config, config)}
    key = state.knob(config.architecture, "start")
    if st.session_state.get(key, "") not in ("", *fitting):
        del st.session_state[key]
    return (
        st.selectbox(
            "Start from",
            ["", *fitting],
            format_func=lambda model: fitting.get(model, "Random weights"),
            key=key,
            help="Random weights, or those of a trained model with the same network, which then learns on.",
            persist_state="session",
        )
        or ""
    )


def _fits(stored: dict[str, object], config: TrainConfig) -> bool:
    try:
        classes = class_count(float(str(stored.get("not_a_digit", 0))))
    except ValueError:
        return False
    return (
        stored.get("architecture") == config.architecture
        and stored.get("parameters") == config.parameters
        and classes == config.classes
    )
