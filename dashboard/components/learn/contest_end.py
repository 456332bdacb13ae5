"""The end of a contest: both scores, and the digits on which the two differ."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.learn.address import CONTEST
from dashboard.figures.style import Palette
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.store import StoredModel
from pipeline.data.label_errors import NO_MAJORITY_DIGIT, Dispute
from pipeline.evaluation.learning.contest import Contest, Scores, score


def show_end(contest: Contest, model: StoredModel, answers: Sequence[int], palette: Palette) -> None:
    """Shows who won, and what came of the digits."""
    scores = score(contest, answers)
    st.header(scores.verdict, anchor=False)
    show_facts(
        [
            Fact("You", f"{scores.person} of {scores.count}"),
            Fact(model.name, f"{scores.model} of {scores.count}"),
        ]
    )
    _be_fair(model, scores)
    _show_differing(contest, answers, scores, model, palette)
    _show_disputes(scores)

    def leave() -> None:
        st.session_state[CONTEST] = None

    st.button("Another contest", icon=":material/replay:", on_click=leave, key="contest_leave")
    st.caption(
        f"To let others play the same digits, send them this page's address, or the number {contest.seed} and the "
        "model's name."
    )


def _be_fair(model: StoredModel, scores: Scores) -> None:
    """What the score does not say."""
    results = model.record.results
    usual = ""
    if results and not results.claimed:
        usual = f" Of all {results.test_count:,} test digits it misreads {results.test_errors:,}."
    st.caption(
        "To be fair to the model: the digits were chosen so that it misreads about half of them."
        f"{usual} Right means as MNIST labels it, and a few of those labels are doubtful."
    )
    if scores.disputes:
        person, its, count = scores.by_votes
        st.caption(
            ":material/how_to_vote: Counted by the majority of five people's votes in place of disputed labels, you "
            f"have {person} and {as_written(model.name)} has {its} of {count}."
        )


def _show_differing(
    contest: Contest, answers: Sequence[int], scores: Scores, model: StoredModel, palette: Palette
) -> None:
    st.subheader("Where you differ", anchor=False)
    both = sum(
        answers[place] == contest.answers[place] != contest.labels[place] for place in range(scores.count)
    )
    same = f" You both gave the same wrong answer {both} time{'' if both == 1 else 's'}." if both else ""
    if not scores.differing:
        st.caption(f"Nowhere: you gave the same answers.{same}")
        return
    captions, alts = [], []
    for place in scores.differing:
        label, mine, its = (int(source[place]) for source in (contest.labels, answers, contest.answers))
        mark = "*" if place in scores.disputes else ""
        captions.append(f"{place + 1}. Label {label}{mark}, you {mine}, it {its}")
        alts.append(f"Digit {place + 1}, labeled {label}; you said {mine}, {model.name} said {its}")
    show_digit_grid(contest.images[list(scores.differing)], palette, alts, captions, side=110)
    st.caption(f"“It” is {as_written(model.name)}.{same}")


def _show_disputes(scores: Scores) -> None:
    for place, dispute in scores.disputes.items():
        st.caption(
            f":material/how_to_vote: **\\* The label of digit {place + 1} is disputed.** {_votes(dispute)}"
        )


def _votes(dispute: Dispute) -> str:
    for_given, for_other, for_neither = dispute.votes
    other = "" if dispute.other is None else f"{for_other} see a {dispute.other}, "
    most = (
        "most see no digit" if dispute.majority == NO_MAJORITY_DIGIT else f"it counts as a {dispute.majority}"
    )
    return (
        f"Of five people {for_given} see a {dispute.given} as MNIST says, {other}{for_neither} see neither; by votes, "
        f"{most} (Northcutt, Athalye, Mueller, 2021)."
    )
