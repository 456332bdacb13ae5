"""Correcting an answer: the right label is asked for, and the digit is saved."""

from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.components.recognize.digit_pictures import DigitPicture
from dashboard.quotas import check_quota
from dashboard.visitor import visitor
from dashboard.widgets.message import errors_shown
from models.recognizer import Prediction
from pipeline.data import saved_digits

_NOT_A_DIGIT = -1
"""In place of a label."""


@dataclass(frozen=True)
class Answered:
    """A picture with the chosen model's answer.

    Attributes:
        picture: as it was uploaded or drawn, and what the model saw.
        prediction: what it answered.
        model: its name.
        source: canvas, upload or camera.
    """

    picture: DigitPicture
    prediction: Prediction
    model: str
    source: str


def offer_correction(answered: Answered, key: str) -> None:
    """A button that opens the ten digits, and "Not a digit"; choosing one saves the picture under that label."""
    # once a digit is saved the keys change, and with them the popover closes
    with st.popover("Correct the answer", icon=":material/thumb_down:", key=f"wrong_{key}_{state.notices()}"):
        st.markdown("**Which digit is it?**")
        st.caption("The picture is saved with the label you choose. Digits can be trained on later.")
        with st.container(width=300, key=f"right_digit_{key}"):
            label = st.pills(
                "Correct digit",
                [*range(10), _NOT_A_DIGIT],
                format_func=lambda label: "Not a digit" if label == _NOT_A_DIGIT else str(label),
                label_visibility="collapsed",
                key=f"label_{key}_{state.notices()}",
                width="stretch",
            )
        if label is not None:
            with errors_shown():
                _save(answered, None if label == _NOT_A_DIGIT else int(label))


def _save(answered: Answered, label: int | None) -> None:
    check_quota(visitor(), digits=1)
    saved = saved_digits.save(
        answered.picture.pixels,
        answered.picture.image,
        label,
        answered.prediction.digit,
        answered.prediction.confidence,
        answered.model,
        answered.source,
        visitor().name,
    )
    article = "" if label is None else "a "
    state.leave_notice(f"Saved as {article}{saved.record.label_name}. Thank you.", "bookmark_added")
    st.rerun()
