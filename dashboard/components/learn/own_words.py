"""The learner's own sentence on a step, and the report to hand in."""

from datetime import UTC, datetime

import streamlit as st

from dashboard.visitor import visitor
from dashboard.widgets.download import offer_download
from dashboard.widgets.message import errors_shown
from pipeline.evaluation.learning.progress import (
    LONGEST_NAME,
    LONGEST_SENTENCE,
    StepProgress,
    change_progress,
    read_progress,
)
from pipeline.evaluation.learning.report import to_html
from pipeline.evaluation.learning.steps import Step

_NAME = "lesson_name"


def ask_own_words(step: Step, mine: StepProgress) -> None:
    """A field for the learner's own sentence, kept as it is left."""
    key = f"lesson_sentence_{step.key}"

    def keep() -> None:
        text = str(st.session_state[key])[:LONGEST_SENTENCE]
        with errors_shown():
            change_progress(visitor(), lambda progress: progress.with_step(step.key, sentence=text))

    st.text_area(
        "In your own words: what did you find out?",
        mine.sentence,
        max_chars=LONGEST_SENTENCE,
        key=key,
        height=90,
        on_change=keep,
        help="Your sentence is part of the report.",
    )


def show_report() -> None:
    """The name that stands on the report, and the report as a file."""
    who = visitor()
    progress = read_progress(who)
    st.header("Report to hand in", anchor=False)
    st.caption(
        "Your predictions, the results, your sentences and your last contest on one page, as an HTML file to print or "
        "to send."
    )

    def keep() -> None:
        name = str(st.session_state[_NAME]).strip()[:LONGEST_NAME]
        with errors_shown():
            change_progress(who, lambda latest: latest.model_copy(update={"name": name}))

    with st.container(horizontal=True, vertical_alignment="bottom", key="lesson_report"):
        st.text_input(
            "Your name",
            progress.name or progress.owner,
            max_chars=LONGEST_NAME,
            key=_NAME,
            on_change=keep,
            width=330,
        )
        offer_download(
            "Download the report",
            lambda: to_html(read_progress(who), datetime.now(UTC).date()),
            "digit-lab-report.html",
        )
