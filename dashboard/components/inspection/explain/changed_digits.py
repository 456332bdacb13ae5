"""The smallest changes of a picture after which the model answers differently, each as it is found."""

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.evidence import erased_image
from dashboard.figures.style import Palette
from dashboard.resources import recognizer
from dashboard.widgets.digit_image import colored_digit_html, digit_html
from models.recognizer import Prediction
from models.store import StoredModel
from pipeline.evaluation.explanation.changes import Kind, Search
from pipeline.evaluation.explanation.explain import KINDS, search_change
from pipeline.evaluation.explanation.words import answer_and_confidence, search_in_sentence

_WIDTH = "92px"


def show_changes(
    image: NDArray[np.float32], prediction: Prediction, model: StoredModel, palette: Palette
) -> None:
    """Shows the changed digits.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        prediction: what the model says of it.
        model: the one that answers.
        palette: of the page's theme.
    """
    st.header("What would change the answer", anchor=False)
    st.caption(
        "The smallest change of each kind that was found. The model was asked again about every picture here."
    )
    place = st.empty()
    cards: list[str] = []
    with st.spinner("Searching the smallest changes", show_time=False):
        for kind in KINDS:
            search = _search(model.version, kind, image.tobytes(), image, prediction, model)
            cards.append(_card(image, prediction, search, palette))
            place.html(f'<div class="changes">{"".join(cards)}</div>')


def _card(image: NDArray[np.float32], prediction: Prediction, search: Search, palette: Palette) -> str:
    sentence = search_in_sentence(search)
    change = search.digit or search.refusal
    pictures = ""
    if change is not None:
        said = answer_and_confidence(change.prediction)
        if search.kind == "erase":
            before = erased_image(image, change.image, palette)
            caption = answer_and_confidence(prediction)
            pictures = colored_digit_html(before, "The digit, what is erased in color", caption, _WIDTH)
        pictures += digit_html(change.image, palette, f"The digit after the change: {said}", said, _WIDTH)
    return f'<div class="change">{pictures}<p>{escape(sentence)}</p></div>'


@st.cache_resource(max_entries=256, show_spinner=False)
def _search(
    version: str,  # noqa: ARG001
    kind: Kind,
    content: bytes,  # noqa: ARG001
    _image: NDArray[np.float32],
    _prediction: Prediction,
    _model: StoredModel,
) -> Search:
    return search_change(kind, _image, recognizer(_model), _prediction)
