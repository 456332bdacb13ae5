"""The contest: a start, one digit after the other without a word on who is right, and the end with both scores."""

import secrets
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.components.learn.address import CONTEST
from dashboard.components.learn.contest_end import show_end
from dashboard.figures.style import Palette
from dashboard.resources import contest as contest_against
from dashboard.visitor import visitor
from dashboard.widgets.digit_image import show_digit
from dashboard.widgets.message import errors_shown
from dashboard.widgets.model_picker import pick_model
from dashboard.widgets.plain_text import as_written
from models.digits import DIGITS
from models.store import StoredModel, find_model
from pipeline.evaluation.learning.contest import LENGTH, MOST_SEED, Contest, keep_answers
from pipeline.evaluation.learning.progress import read_progress

_NUMBER = "contest_number"


def show_contest(palette: Palette) -> None:
    """What there is to see of the contest in the address, or how to begin one."""
    seed = st.session_state[CONTEST]
    if seed is None:
        _show_start()
        return
    model = find_model(state.chosen_model())
    contest = contest_against(int(seed), model)
    answers = _answers(contest, model)
    if len(answers) < LENGTH:
        _ask(contest, model, palette)
    else:
        show_end(contest, model, answers, palette)


def _show_start() -> None:
    st.header("You against the model", anchor=False)
    st.markdown(
        f"You and a model read the same {LENGTH} handwritten digits. All of them are hard: models misread them, or "
        "people disagree about them. Who reads more of them right? Neither of you is told anything before the end."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="contest_start"):
        pick_model("Your opponent")
        st.session_state.setdefault(_NUMBER, secrets.randbelow(MOST_SEED) + 1)
        st.number_input(
            "Contest number",
            1,
            MOST_SEED,
            key=_NUMBER,
            persist_state="session",
            width=200,
            help="Everybody who plays the same number against the same model gets the same digits. The page's address "
            "holds both, so send it to whoever should play along.",
        )

        def begin() -> None:
            st.session_state[CONTEST] = st.session_state[_NUMBER]

        st.button("Start", type="primary", icon=":material/play_arrow:", on_click=begin, key="contest_begin")
    past = read_progress(visitor()).contests
    played = [record for record in past if record.scores]
    if played:
        st.subheader("Played so far", anchor=False)
        for record in reversed(played):
            person, model, count = record.scores or (0, 0, 0)
            st.text(
                f"Contest {record.seed} against {record.model_name}: you {person}, it {model}, of {count}."
            )


@st.fragment
def _ask(contest: Contest, model: StoredModel, palette: Palette) -> None:
    """One digit with ten buttons; a fragment, so that the next one is there at once."""
    with errors_shown():
        answers = _answers(contest, model)
        place = len(answers)
        if place >= LENGTH:
            st.rerun()
        st.header(f"Digit {place + 1} of {LENGTH}", anchor=False)
        st.progress(place / LENGTH)
        show_digit(
            contest.images[place], palette, "A handwritten digit, to be read by eye", width="min(280px, 100%)"
        )
        st.markdown("**Which digit is it?**")
        with st.container(horizontal=True, key="contest_digits"):
            for digit in range(DIGITS):
                st.button(
                    str(digit),
                    key=f"contest_answer_{digit}",
                    shortcut=str(digit),
                    on_click=_keep,
                    args=(contest, model, [*answers, digit]),
                )
        st.caption(
            f"Click, or press a key from 0 to 9. You play contest {contest.seed} against {as_written(model.name)}, and "
            "the scores are told at the end."
        )
        with st.container(horizontal=True, key="contest_ways"):
            st.button(
                "Take back the last answer",
                type="tertiary",
                icon=":material/undo:",
                disabled=not answers,
                on_click=_keep,
                args=(contest, model, answers[:-1]),
                key="contest_back",
            )
            if st.button("Leave the contest", type="tertiary", icon=":material/close:", key="contest_leave"):
                st.session_state[CONTEST] = None
                st.rerun()


def _answers(contest: Contest, model: StoredModel) -> list[int]:
    record = read_progress(visitor()).contest(contest.seed, model.id)
    return list(record.answers) if record else []


def _keep(contest: Contest, model: StoredModel, answers: list[Any]) -> None:
    with errors_shown():
        keep_answers(visitor(), contest, model, answers)
