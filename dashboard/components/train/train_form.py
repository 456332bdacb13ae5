"""The form for a new training run. A moved control runs this fragment and nothing else."""

import streamlit as st

from dashboard.components.train import train_state
from dashboard.components.train.hyperparameter_form import (
    ask_main_settings,
    ask_more_settings,
    ask_parameters,
)
from dashboard.components.train.model_summary import show_model_summary
from dashboard.components.train.train_sources import ask_dataset, ask_start
from dashboard.quotas import check_quota
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown
from models.architectures import CATALOGUE, class_count, summarize
from models.formatting import rough_duration
from models.train_config import TrainConfig, default_config, make_config, new_seed
from pipeline.data.dataset import MNIST_SHA256
from pipeline.data.dataset_choice import open_to_train
from pipeline.data.user_datasets import find_saved
from pipeline.runs import queue
from pipeline.runs.pace import MeasuredEpoch, expect_seconds, measured_epochs


@st.fragment
def show_train_form() -> None:
    """Architecture, hyperparameters and summary, and the button that adds the run to the queue."""
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Network", anchor=False)
        name = st.radio(
            "Architecture",
            list(CATALOGUE),
            format_func=lambda key: CATALOGUE[key].title if key in CATALOGUE else str(key),
            captions=[entry.description for entry in CATALOGUE.values()],
            key=train_state.ARCHITECTURE,
            label_visibility="collapsed",
            persist_state="session",
        )
        entry, defaults = CATALOGUE[name], default_config(name)
        parameters = ask_parameters(entry)
        summary = st.container()
    with right:
        st.header("Training", anchor=False)
        settings = ask_main_settings(defaults)
        with st.expander("More", icon=":material/tune:"):
            settings |= ask_more_settings(defaults)
        with errors_shown():
            if settings["seed"] is None:
                settings["seed"] = new_seed()
            config = make_config(name, parameters=parameters, **settings)
            with st.expander("Data and initial weights", icon=":material/database:"):
                dataset, start_from = ask_dataset(), ask_start(config)
            run_name = st.text_input(
                "Name",
                placeholder="Generated from the architecture and the time",
                max_chars=60,
                key=train_state.RUN_NAME,
                help="Name of the run and its model.",
            )
            _show_estimate(config, dataset)
            if st.button("Start training", type="primary", icon=":material/play_arrow:", width="stretch"):
                _start(config, run_name, dataset, start_from)
    with summary, errors_shown():
        show_model_summary(
            summarize(name, parameters, settings["dropout"], class_count(settings["not_a_digit"]))
        )
    train_state.ADDRESS.write()


def _show_estimate(config: TrainConfig, dataset: str) -> None:
    """How long the training will take, where this computer has trained on the same data before."""
    stored = find_saved(dataset) if dataset else None
    sha256 = MNIST_SHA256 if not dataset else stored.sha256 if stored else ""
    seconds = expect_seconds(config, sha256, _measured())
    if seconds:
        st.caption(
            f":material/timer: About {rough_duration(seconds)}, going by earlier trainings on this computer."
        )


@st.cache_resource(ttl=30, show_spinner=False)
def _measured() -> list[MeasuredEpoch]:
    """As `measured_epochs`, which reads all runs: now and then for all sessions together."""
    return measured_epochs()


def _start(config: TrainConfig, name: str, dataset: str, start_from: str) -> None:
    with st.spinner("Starting training"):
        who = visitor()
        check_quota(who, runs=1)
        run = queue.submit(config, open_to_train(dataset, who), name, start_from, who.name)
    train_state.watch_run(run.id)
    train_state.open_tab("watch")
    st.rerun()
