"""The training digits that are most alike to the model; their features are computed once, beside the page."""

from concurrent.futures import Future
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.resources import dataset
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.plain_text import as_written
from models.layer_outputs import LayerReader
from models.store import StoredModel
from pipeline.data.dataset import Dataset
from pipeline.evaluation.explanation.similar_digits import (
    MOST_DIGITS,
    features_known,
    find_similar,
    training_features,
)
from pipeline.evaluation.test_predictions import most_common

_LOOK_AGAIN = 1.0  # seconds


class FeatureWork:
    """The features of a model's training digits, on their way: on one core, one model at a time.

    Attributes:
        share: of the digits that are done, 0 to 1.
        reader: the model.
        features: the result, to come.
    """

    _one_at_a_time = Lock()

    def __init__(self, model: StoredModel, digits: Dataset) -> None:
        self.share = 0.0
        self.reader = LayerReader(model.directory.litert_file, 1)
        self.features: Future[NDArray[np.float16]] = Future()
        Thread(target=self._compute, args=(model.directory.litert_file, digits), daemon=True).start()

    def _compute(self, litert_file: Path, digits: Dataset) -> None:
        try:
            with self._one_at_a_time:
                self.features.set_result(
                    training_features(self.reader, litert_file, digits, self._on_progress, 1)
                )
        except Exception as error:  # the page tells it, or shows the defect
            self.features.set_exception(error)

    def _on_progress(self, share: float) -> None:
        self.share = share


def show_similar_digits(image: NDArray[np.float32], model: StoredModel, palette: Palette) -> None:
    """Shows the nearest training digits, or a button to have them found where that takes long.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        model: the one that answers.
        palette: of the page's theme.

    Raises:
        InputError: the data that the model was trained on is not here.
    """
    st.header("Similar training digits", anchor=False)
    digits = dataset(model)
    count = min(MOST_DIGITS, len(digits.train[0]))
    asked = f"_similar_to_{model.version}"
    if not features_known(model.directory.litert_file, digits) and not st.session_state.get(asked):
        st.caption(
            f"Which of the {count:,} digits that it was trained on does {as_written(model.name)} take to be most like "
            "this one? The first time, the model has to look at all of them, for up to a minute."
        )
        st.button(
            "Find similar digits",
            icon=":material/image_search:",
            key="find_similar",
            on_click=st.session_state.update,
            args=({asked: True},),
        )
        return
    work = _work(model.version, digits.sha256, model, digits)
    if work.features.done():
        _show_found(image, digits, work, palette)
    else:
        st.fragment(_wait_for, run_every=_LOOK_AGAIN)(work, count)


def _wait_for(work: FeatureWork, count: int) -> None:
    if work.features.done():
        st.rerun()
    st.progress(work.share, f"Looking at {count:,} training digits")


def _show_found(image: NDArray[np.float32], digits: Dataset, work: FeatureWork, palette: Palette) -> None:
    error = work.features.exception()
    if error is not None:
        _work.clear()  # so that it can be tried again
        raise error
    images, labels = digits.train
    similar = find_similar(image, work.reader, work.features.result(), labels)
    show_digit_grid(
        [images[digit.index] for digit in similar],
        palette,
        [f"Training digit {digit.index}, labeled {digit.label}" for digit in similar],
        [f"{digit.label} · {digit.distance:.2f}" for digit in similar],
        side=66,
    )
    common, times = most_common([digit.label for digit in similar])
    st.caption(
        f"The label and the distance of each, nearest first; {times} of {len(similar)} are labeled {common}.",
        help="Two digits are alike where the network's last layer but one answers alike to them: the cosine "
        "distance of these features, 0 for the same direction. Pixels play no part.",
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _work(version: str, sha256: str, _model: Any, _digits: Any) -> FeatureWork:  # noqa: ARG001
    return FeatureWork(_model, _digits)
