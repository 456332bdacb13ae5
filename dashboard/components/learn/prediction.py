"""The question before a step, and what the visitor answered."""

import streamlit as st

from dashboard.visitor import visitor
from models.records import now
from pipeline.evaluation.learning.progress import LessonProgress, StepProgress, change_progress
from pipeline.evaluation.learning.steps import Amount, Step


def ask_prediction(step: Step) -> None:
    """The question with its slider or choices, and the button that settles the answer."""
    key = f"lesson_answer_{step.key}"
    answer: int | str | None
    if isinstance(step.kind, Amount):
        answer = st.slider(
            step.question,
            0,
            step.kind.most,
            step.kind.most // 2 // step.kind.step * step.kind.step,
            step.kind.step,
            key=key,
        )
    else:
        options = step.kind.options
        answer = st.radio(
            step.question,
            list(options),
            format_func=lambda option: options.get(option, str(option)),
            index=None,
            key=key,
        )
    settled = st.button(
        "That is my prediction",
        type="primary",
        icon=":material/psychology:",
        disabled=answer is None,
        key="lesson_predict",
        help="Guess first, then try it: you will see how good your picture of the network is.",
    )
    if settled and answer is not None:
        _keep(step, prediction=answer, predicted=now(), outcome=None)
        st.rerun()


def show_prediction(step: Step, mine: StepProgress) -> None:
    """What was answered, and a way to begin the step anew."""
    if mine.prediction is None:
        return
    st.markdown(step.question)
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_prediction"):
        st.markdown(f":material/psychology: You said: **{step.in_words(mine.prediction)}**", width="content")
        if st.button(
            "Begin this step anew",
            type="tertiary",
            icon=":material/restart_alt:",
            key="lesson_anew",
            help="Forgets your prediction and the result; your sentence stays.",
        ):
            _keep(step, prediction=None, predicted="", outcome=None)
            st.rerun()


def _keep(step: Step, **changes: object) -> LessonProgress:
    return change_progress(visitor(), lambda progress: progress.with_step(step.key, **changes))
