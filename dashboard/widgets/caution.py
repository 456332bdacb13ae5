"""How careful a model is to be: the choice of a risk, and answers weighed by it; the same on Recognize and Read."""

import streamlit as st

from dashboard import state
from dashboard.resources import caution, trust_report
from dashboard.widgets.address import Parameter, one_of
from dashboard.widgets.message import show_error
from dashboard.widgets.plain_text import as_written
from models.errors import DigitLabError
from models.recognizer import Prediction
from models.store import StoredModel
from pipeline.evaluation.trust.bounds import one_in
from pipeline.evaluation.trust.caution import LEVELS
from pipeline.evaluation.trust.report import in_words

_WIDTH = 340
"""Of the words in the popover, in pixels."""

EVERY = ""
"""Stands for no risk: every answer counts."""

CAUTION = Parameter(state.CAUTION, one_of(LEVELS), default=EVERY)
"""The chosen level in an address."""


def chosen_risk() -> float | None:
    """The share of wrong answers that this person allows among those that count; None where every answer counts."""
    return LEVELS.get(st.session_state.get(state.CAUTION, EVERY))


def pick_caution(model: StoredModel | None = None) -> None:
    """The choice, in a popover, with what it comes to for a model on its test digits where one is given."""
    level = st.session_state.get(state.CAUTION)
    # said anew each time: a value that no person chose by hand would be lost at a page change
    st.session_state[state.CAUTION] = level if level in LEVELS else EVERY
    risk = chosen_risk()
    label = f"At most {one_in(risk)} wrong" if risk else "How careful"
    with st.popover(label, icon=":material/verified_user:", key="caution_choice"):
        st.radio(
            "Which answers count",
            [EVERY, *LEVELS],
            format_func=_in_words,
            key=state.CAUTION,
            persist_state="session",
        )
        st.caption(
            "An answer counts only if it is so sure that at most this share of such answers is wrong. "
            "The others are left to you.",
            width=_WIDTH,
        )
        if risk and model:
            _explain(model, risk)


def _explain(model: StoredModel, risk: float) -> None:
    try:
        report, count = trust_report(model, risk)
    except DigitLabError as error:
        show_error(error)
        return
    promise = f"**{as_written(model.name)}** {in_words(report, count)}."
    if report.chosen is None:
        st.warning(f"{promise} No answer counts.", icon=":material/block:", width=_WIDTH)
    else:
        st.caption(f"{promise} Pictures of your own may be harder than test digits.", width=_WIDTH)


def weigh(model: StoredModel, prediction: Prediction) -> Prediction:
    """What a model answered, with candidates where that is too doubtful to count at the chosen risk.

    Raises:
        DigitLabError: a risk is chosen, and the model's test answers or their labels are gone or damaged.
    """
    risk = chosen_risk()
    return prediction if risk is None else caution(model, risk).weigh(prediction)


def _in_words(level: str) -> str:
    if level not in LEVELS:
        return "All of them"
    return f"{level.capitalize()}: at most {one_in(LEVELS[level])} wrong"
