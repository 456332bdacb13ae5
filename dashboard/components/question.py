"""One picture put to the chosen model and to those beside it."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.answer_card import show_answer, show_compared_answer
from dashboard.components.correction import Answered, offer_correction
from dashboard.components.steps import show_steps
from dashboard.figures.style import Palette
from dashboard.resources import recognizer
from models.store import StoredModel
from pipeline.imaging import Picture
from pipeline.normalization import Normalized
from pipeline.recognition import Prediction


def show_answers(
    picture: Picture,
    normalized: Normalized,
    models: Sequence[StoredModel],
    palette: Palette,
    source: str,
) -> Prediction:
    """Shows what the first model answers in full and the others in short, and offers to correct it.

    Returns:
        The first model's answer.
    """
    first, *others = models
    image = normalized.image
    prediction = recognizer(first).predict_picture(image)
    show_answer(prediction, image, palette, first.name, key=source)
    if others:
        with st.container(horizontal=True, key=f"compared_{source}"):
            for model in others:
                show_compared_answer(recognizer(model).predict_picture(image), palette, model.name)
    with st.container(horizontal=True, key=f"after_{source}"):
        offer_correction(Answered(picture, normalized, prediction, first.name, source), key=source)
    way = st.expander(
        "How the picture came to be",
        icon=":material/conversion_path:",
        key=f"steps_{source}",
        on_change="rerun",
    )
    if way.open:
        with way:
            show_steps(normalized.steps, palette)
    return prediction
