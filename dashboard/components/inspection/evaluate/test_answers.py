"""The chosen model's answers to the test images of a data set: its own, or any other that is here."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.resources import (
    dataset,
    digits_to_evaluate,
    evaluation,
    held_out_set,
    predictions,
    recognizer,
    test_predictions,
)
from dashboard.visitor import visitor
from dashboard.widgets.dataset_names import name_datasets
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.work_progress import progress_shown
from models.records import Evaluation
from models.store import StoredModel
from pipeline.data.dataset import MNIST_SHA256, Dataset
from pipeline.data.user_datasets import MNIST, list_saved
from pipeline.evaluation.model_evaluation import evaluate_model, known_evaluation
from pipeline.evaluation.test_predictions import TestPredictions, score_predictions

OWN = ""
"""Stands for the data set that the model was trained on."""

DATA, COMPARED_DATA = "evaluated_data", "compared_data"
"""Widget keys: the data set, and the one beside it."""


@dataclass(frozen=True)
class TestAnswers:
    """A model's answers.

    Attributes:
        name: of the data set.
        own: whether the model was trained on it.
        evaluation: what the answers are worth.
        images: gives the test images, uint8 (n, 28, 28), where they are still there.
        predictions: gives the answers, as `images`.
        probabilities: gives the probabilities behind them, float32 (n, 10).
    """

    name: str
    own: bool
    evaluation: Evaluation
    images: Callable[[], NDArray[np.uint8]]
    predictions: Callable[[], TestPredictions]
    probabilities: Callable[[], NDArray[np.float32]]

    __test__ = False  # pytest would take the name for one of its own


def pick_data(model: StoredModel) -> list[tuple[str, str]]:
    """Pickers of a data set and of another to compare it with: reference and name of those that are chosen."""
    names = _names(model)
    label = distinct_labels(names)
    if st.session_state.get(DATA, OWN) not in names:
        st.session_state[DATA] = OWN
    chosen = st.selectbox(
        "Data set",
        list(names),
        format_func=label,
        key=DATA,
        persist_state="session",
        width=260,
        help="Of your saved digits, the half for testing. Others are added on the Data page.",
    )
    others = [reference for reference in names if reference != chosen]
    if st.session_state.get(COMPARED_DATA) not in (None, *others):
        st.session_state[COMPARED_DATA] = None
    compared = st.selectbox(
        "Compare with",
        others,
        index=None,
        format_func=label,
        key=COMPARED_DATA,
        persist_state="session",
        placeholder="Another data set" if others else "No other yet",
        disabled=not others,
        width=260,
    )
    return [(reference, names[reference]) for reference in (chosen, compared) if reference is not None]


def _names(model: StoredModel) -> dict[str, str]:
    own = model.record.dataset
    names = {OWN: own.name}
    if own.sha256 != MNIST_SHA256:
        names[MNIST] = MNIST
    return names | name_datasets([stored for stored in list_saved() if stored.sha256 != own.sha256])


def open_digits(model: StoredModel, reference: str) -> Dataset:
    """The data set that a reference means; `InputError` where it is gone or damaged."""
    return dataset(model) if reference == OWN else digits_to_evaluate(reference, visitor())


def answers_to(model: StoredModel, reference: str, name: str) -> TestAnswers:
    """The model's answers to a data set, which are computed where they are not known.

    Raises:
        DigitLabError: the data set or the model is gone or damaged.
    """
    if reference == OWN:
        return TestAnswers(
            name,
            True,
            evaluation(model),
            lambda: held_out_set(model)[0],
            lambda: test_predictions(model),
            lambda: predictions(model),
        )
    digits = open_digits(model, reference)
    known = known_evaluation(model.directory, digits.sha256)
    if known is None:
        with progress_shown(f"Evaluating on {len(digits.test[1]):,} images") as on_progress:
            known = evaluate_model(model.directory, recognizer(model), digits, on_progress)
    probabilities = known.probabilities
    return TestAnswers(
        name,
        False,
        known.evaluation,
        lambda: digits.test[0],
        lambda: score_predictions(probabilities, digits.test[1]),
        lambda: probabilities,
    )
