"""What a model answers: the digit, large, how sure it is, and what it saw."""

from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.probabilities import probability_bars
from dashboard.figures.style import Palette
from dashboard.widgets.chart import show_chart
from dashboard.widgets.digit_image import digit_html
from models.formatting import percent, show_confidence
from models.recognizer import Prediction
from pipeline.evaluation.trust.caution import between

SURE, LIKELY = 0.9, 0.6


def put_in_words(prediction: Prediction) -> tuple[str, str]:
    """An answer as an honest person would give it: the headline, and a sentence on how sure it is."""
    digit, confidence = prediction.digit, prediction.confidence
    second, chance = prediction.runner_up()
    if prediction.refused:
        return "Perhaps not a digit", f"If it is a digit, most likely a {digit}."
    if prediction.candidates:
        return "Too doubtful to count", f"{between(prediction).capitalize()}."
    if confidence >= SURE:
        share = "Over 99.9 %" if confidence > 0.999 else percent(confidence, 1)
        return f"{digit}", f"{share} confidence."
    if confidence >= LIKELY:
        return (
            f"{digit}, or perhaps {second}",
            f"{percent(confidence, 0)} for {digit}, {percent(chance, 0)} for {second}.",
        )
    return (
        f"Hard to tell: {digit} or {second}",
        f"Only {percent(confidence, 0)} for {digit} and {percent(chance, 0)} for {second}.",
    )


def show_answer(
    prediction: Prediction, image: NDArray[np.float32], palette: Palette, model: str, key: str
) -> None:
    """Shows one model's answer.

    Args:
        prediction: the answer.
        image: float32 (28, 28) in [0, 1], what the model saw.
        palette: of the page's theme.
        model: its name.
        key: unique on the page.
    """
    st.html(_answer_html(prediction, image, palette, model))
    title = "Probability of each digit, if it is one" if prediction.refused else "Probability of each digit"
    show_chart(
        probability_bars(prediction.probabilities, palette, title),
        key=f"bars_{key}",
        alt=f"{title} by {model}; the highest is {prediction.digit} "
        f"with {show_confidence(prediction.confidence, 1)}.",
        live=True,
    )


def show_compared_answer(prediction: Prediction, palette: Palette, model: str) -> None:
    """Shows the answer of a model beside the chosen one, in short."""
    _, sentence = put_in_words(prediction)
    color = _color(prediction, palette)
    st.html(
        f'<div class="answer small"><div class="answer-digit" style="color:{color}">{prediction.digit}</div>'
        f'<div><div class="answer-model">{escape(model)}</div><div>{escape(sentence)}</div></div></div>'
    )


def show_glance(prediction: Prediction | None, palette: Palette) -> None:
    """Shows the answer in one line, for those whose screen has no room for the whole beside the canvas.

    It stands in full elsewhere on the page, so screen readers pass it over.
    """
    digit, color, words = "?", palette.quiet, "The answer appears here"
    if prediction:
        head, sentence = put_in_words(prediction)
        digit, color = str(prediction.digit), _color(prediction, palette)
        words = sentence if head == digit else head
    st.html(
        f'<div class="glance" aria-hidden="true"><b style="color:{color}">{digit}</b>'
        f"<span>{escape(words)}</span></div>"
    )


def show_blank(palette: Palette, key: str) -> None:
    """What stands in the place of an answer before anything is drawn; the bars are ready and empty."""
    st.html(
        f'<div class="answer blank"><div class="answer-digit" style="color:{palette.quiet}" aria-hidden="true">?</div>'
        '<div role="status"><div class="answer-head">Nothing drawn yet</div>'
        "<div>Draw a digit from 0 to 9, large or small, anywhere on the canvas. "
        "The model answers after every stroke.</div></div></div>"
    )
    show_chart(
        probability_bars([0.0] * 10, palette),
        key=f"bars_{key}",
        alt="Bar chart of the ten probabilities, empty so far.",
        live=True,
    )


def _answer_html(prediction: Prediction, image: NDArray[np.float32], palette: Palette, model: str) -> str:
    head, sentence = put_in_words(prediction)
    plain = head == str(prediction.digit)
    headline = "" if plain else f'<div class="answer-head">{escape(head)}</div>'
    seen = digit_html(image, palette, "The model input, 28 by 28 pixels", "Model input", "92px")
    return (
        f'<div class="answer" role="status">'
        f'<div class="answer-digit" data-testid="answer" aria-hidden="{str(not plain).lower()}" '  # the words say it
        f'style="color:{_color(prediction, palette)}">'
        f"{prediction.digit}</div>"
        f'<div class="answer-words">{headline}<div>{escape(sentence)}</div>'
        f'<div class="answer-model">{escape(model)}</div></div>{seen}</div>'
    )


def _color(prediction: Prediction, palette: Palette) -> str:
    unsure = prediction.confidence < SURE or prediction.refused or prediction.candidates
    return palette.doubt if unsure else palette.answer
