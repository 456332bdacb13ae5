"""Why the model answers as it does: what in the picture spoke for and against each digit."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.components.inspection.explain.changed_digits import show_changes
from dashboard.components.inspection.explain.similar_digits import show_similar_digits
from dashboard.figures.evidence import evidence_colors, evidence_image
from dashboard.figures.style import Palette
from dashboard.resources import recognizer
from dashboard.widgets.digit_image import colored_digit_html
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written
from dashboard.widgets.theme import current_palette
from models.digits import DIGITS
from models.recognizer import Prediction
from models.store import StoredModel
from pipeline.evaluation.explanation.explain import row_of
from pipeline.evaluation.explanation.occlusion import Evidence, find_evidence
from pipeline.evaluation.explanation.words import (
    NO_DIGIT,
    answer_and_confidence,
    answer_in_words,
    strongest_zones,
    times,
)

_ODDS = (
    "Odds are how often it is this digit for each time that it is not: 80 % are odds of 4 to 1. They show what a "
    "probability near 100 % hides."
)


def show_why(image: NDArray[np.float32], model: StoredModel) -> None:
    """Shows what spoke for and against each digit, what would change the answer, and similar training digits.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        model: the one that answers.
    """
    palette = current_palette()
    prediction, steady, evidence = _evidence(model.version, image.tobytes(), image, model)
    st.header("What spoke for and against", anchor=False)
    st.markdown(f"{as_written(model.name)} says **{answer_and_confidence(prediction)}**.")
    if answer_in_words(steady) != answer_in_words(prediction):
        st.caption(
            f"Recognize looks at a picture from several views, and says {answer_and_confidence(steady)}. "
            "What follows is about this one view."
        )
    _show_evidence(image, prediction, evidence, palette)
    show_changes(image, prediction, model, palette)
    with errors_shown():
        show_similar_digits(image, model, palette)


def _show_evidence(
    image: NDArray[np.float32], prediction: Prediction, evidence: Evidence, palette: Palette
) -> None:
    figures = []
    for row, values in enumerate(evidence.pixels):
        name = NO_DIGIT if row == DIGITS else str(row)
        picture = evidence_image(values, image, evidence.bound, palette)
        figure = colored_digit_html(picture, _alt(name, evidence, row), name)
        said = row == row_of(prediction)
        figures.append(f'<div class="{"said" if said else ""}">{figure}</div>')
    against, quiet, speaking = evidence_colors(palette)
    st.html(
        f'<div class="evidence" style="--mark:{palette.answer}">{"".join(figures)}</div>'
        '<div class="evidence-scale"><span>against</span>'
        f'<div style="background:linear-gradient(90deg,{against},{quiet},{speaking})"></div><span>for</span></div>'
    )
    st.caption(
        "Ink was taken away patch by patch, and the model asked again each time: ink without which the odds of a digit "
        f"fall speaks for it. The full color means odds that change {times(evidence.bound)} times or more. The answer "
        "is framed.",
        help=_ODDS,
    )
    speaking_zones, against_zones = strongest_zones(evidence.zones[:, :, row_of(prediction)])
    answer = answer_in_words(prediction)
    st.markdown(
        f"**For {answer}**: {', '.join(speaking_zones) or 'no part of the ink alone'}.  \n"
        f"**Against {answer}**: {', '.join(against_zones) or 'nothing'}."
    )


def _alt(name: str, evidence: Evidence, row: int) -> str:
    """What the picture of a digit's evidence shows, for those who can't see it."""
    sides = zip(("for", "against"), strongest_zones(evidence.zones[:, :, row]), strict=True)
    return "; ".join(f"{side} {name}: {', '.join(zones) or 'nothing'}" for side, zones in sides)


@st.cache_resource(max_entries=64, show_spinner=False)
def _evidence(
    version: str,  # noqa: ARG001
    content: bytes,  # noqa: ARG001
    _image: NDArray[np.float32],
    _model: StoredModel,
) -> tuple[Prediction, Prediction, Evidence]:
    """The answer to the image as it is, from several views, and what the ink says."""
    asked = recognizer(_model)
    return asked.predict(_image[None])[0], asked.predict_picture(_image), find_evidence(_image, asked)
