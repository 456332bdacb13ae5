"""The lesson: the row of steps, and the one that is open."""

import streamlit as st

from dashboard import state
from dashboard.components.learn.address import STEP
from dashboard.components.learn.own_words import ask_own_words
from dashboard.components.learn.prediction import ask_prediction, show_prediction
from dashboard.components.learn.task import show_task
from dashboard.visitor import visitor
from dashboard.widgets.choice import choose
from dashboard.widgets.facts import Fact, show_facts
from pipeline.evaluation.learning.outcomes import notice
from pipeline.evaluation.learning.progress import (
    LessonProgress,
    Outcome,
    StepProgress,
    change_progress,
    read_progress,
)
from pipeline.evaluation.learning.steps import STEPS, Step, find_step


def show_lesson() -> None:
    """The steps, and what is to be done in the one that is open."""
    progress = _look_what_was_done()
    done = sum(progress.step(step.key).outcome is not None for step in STEPS)
    if st.session_state[STEP] is None:
        st.session_state[STEP] = _first_open(progress)
    st.caption(
        f"{done} of {len(STEPS)} steps done. They make most sense in this order, but any order works, and what you did "
        "is kept. With the shipped networks the lesson takes about 20 minutes."
    )
    key = choose("Step", {step.key: _label(step, progress) for step in STEPS}, STEP, quiet=True, wrap=True)
    step = find_step(key)
    mine = progress.step(key)
    st.header(f"{STEPS.index(step) + 1}. {step.title}", anchor=False)
    st.markdown(step.about)
    st.subheader("What do you expect?", anchor=False)
    if mine.prediction is None:
        ask_prediction(step)
        return
    show_prediction(step, mine)
    if mine.outcome is None:
        st.subheader("Try it", anchor=False)
        show_task(step, progress)
        return
    st.subheader("What came out", anchor=False)
    _show_outcome(step, mine, mine.outcome)
    show_task(step, progress)
    ask_own_words(step, mine)
    _offer_next(progress)


def _look_what_was_done() -> LessonProgress:
    """The visitor's progress, with what came of steps since it was looked at last."""
    who = visitor()
    progress = read_progress(who)
    visited = state.take_visits()
    with st.spinner("Looking at what you did"):
        found = notice(progress, who, visited)
    if not found:
        return progress

    def add(latest: LessonProgress) -> LessonProgress:
        for key, outcome in found.items():
            latest = latest.with_step(key, outcome=outcome)
        return latest

    return change_progress(who, add)


def _first_open(progress: LessonProgress) -> str:
    return next((step.key for step in STEPS if progress.step(step.key).outcome is None), STEPS[0].key)


def _label(step: Step, progress: LessonProgress) -> str:
    mine = progress.step(step.key)
    if mine.outcome is not None:
        return f":material/check: {step.short}"
    return step.short if mine.prediction is None else f":material/hourglass_top: {step.short}"


def _show_outcome(step: Step, mine: StepProgress, outcome: Outcome) -> None:
    if mine.prediction is None:
        return
    show_facts(
        [
            Fact("You said", step.in_words(mine.prediction)),
            Fact("It was", step.in_words(outcome.value), step.judge(mine.prediction, outcome.value)),
        ]
    )
    st.text(outcome.told)
    st.markdown(f"**Why?** {step.why}")


def _offer_next(progress: LessonProgress) -> None:
    """A button that opens the next step that isn't done."""
    following = next((step for step in STEPS if progress.step(step.key).outcome is None), None)
    if following is None:
        st.success(
            "All six steps are done. Print or send your report, or play the contest.",
            icon=":material/celebration:",
        )
        return

    def go_on() -> None:
        st.session_state[STEP] = following.key

    st.button(
        f"Next: {following.title}",
        type="primary",
        icon=":material/arrow_forward:",
        on_click=go_on,
        key="lesson_next",
    )
