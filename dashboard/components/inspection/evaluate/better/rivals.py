"""The models that the chosen one is compared with, and what all of them answer to the same images."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.resources import recognizer
from dashboard.widgets.comparison_link import MOST_RIVALS, RIVALS
from dashboard.widgets.distinct_labels import distinct_labels
from dashboard.widgets.model_picker import describe
from dashboard.widgets.work_progress import progress_shown
from models.store import StoredModel, list_models
from pipeline.data.dataset import Dataset
from pipeline.evaluation.model_evaluation import answers_on

_PICKER = "rivals"


@dataclass(frozen=True)
class Contest:
    """Models on the same images.

    Attributes:
        models: two or more.
        names: what each is called here; all differ.
        digits: the data set.
        answers: (k, n), the digit that each model answers to each test image.
    """

    models: Sequence[StoredModel]
    names: Sequence[str]
    digits: Dataset
    answers: NDArray[np.int64]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(k, n), whether each answer is right."""
        return np.asarray(self.answers == self.digits.test[1], np.bool_)


def pick_rivals(model: StoredModel) -> list[StoredModel]:
    """A picker of models to compare the chosen one with, at first the best other one; [] where there is no other."""
    others = {other.id: other for other in list_models() if other.id != model.id}
    if not others:
        return []
    wanted = [key for key in st.session_state.get(RIVALS) or [] if key in others]
    st.session_state[_PICKER] = wanted[:MOST_RIVALS] or [_best(model, others.values()).id]
    picked = st.multiselect(
        f"Compare {model.name} with",
        list(others),
        format_func=distinct_labels({key: describe(other) for key, other in others.items()}),
        key=_PICKER,
        on_change=_keep,
        max_selections=MOST_RIVALS,
        help="Up to four models, each judged on the same test images. Without one, the best other model.",
    )
    return [others[key] for key in picked]


def _keep() -> None:
    st.session_state[RIVALS] = st.session_state[_PICKER] or None


def _best(model: StoredModel, others: Iterable[StoredModel]) -> StoredModel:
    """The most accurate of those that were judged on the same data set; of all where there is none."""

    def rank(other: StoredModel) -> tuple[bool, float]:
        results = other.record.results
        same = other.record.dataset.sha256 == model.record.dataset.sha256
        return same, results.test_accuracy if results else 0.0

    return max(others, key=rank)


def answers_of(models: Sequence[StoredModel], digits: Dataset) -> Contest:
    """What the models answer; measured, with progress, where it is not known.

    Raises:
        DigitLabError: the data set or a model is gone or damaged.
    """
    with progress_shown("Evaluating on the same images") as on_progress:
        answers = answers_on(models, digits, recognizer, on_progress)
    label = distinct_labels({model.id: model.name for model in models})
    return Contest(models, [label(model.id) for model in models], digits, answers)
