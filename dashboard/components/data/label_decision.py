"""One label that may be wrong under the magnifier: keys to keep it, change it or drop the image."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.figures.style import Palette
from dashboard.visitor import visitor
from dashboard.widgets.digit_image import digit_html
from dashboard.widgets.message import errors_shown
from models.digits import DIGITS
from models.formatting import percent
from pipeline.data.dataset import MNIST_SHA256, Dataset
from pipeline.data.label_decisions import PARTS, Decision, Part, decide, images_of, undo
from pipeline.data.label_errors import DISPUTES
from pipeline.evaluation.trust.label_audit import Candidate

Decisions = Mapping[tuple[Part, int], Decision]


def show_decision(
    digits: Dataset,
    part: Part,
    candidates: Sequence[Candidate],
    place: int,
    decisions: Decisions,
    palette: Palette,
) -> int | None:
    """Shows the card of one candidate.

    Args:
        digits: the data set.
        part: of it.
        candidates: in their order.
        place: of the one to show.
        decisions: of this person, by part and index.
        palette: of the page's theme.

    Returns:
        The place to show next, where a button was pressed in this run of the page.
    """
    one = candidates[place]
    decision = decisions.get((part, one.index))
    with st.container(border=True, key="label_decision", gap="small"):
        _show_head(digits, part, one, decision, palette)
        pressed = _show_keys(one, decision)
        way = _show_ways(place, len(candidates), decision is not None)
    if pressed is not None:
        with errors_shown():
            decide(digits.sha256, visitor(), part, one.index, one.given, pressed if pressed >= 0 else None)
            return _next_open(candidates, place, part, decisions)
    if way == "undo" and decision is not None:
        with errors_shown():
            undo(digits.sha256, decision)
            return place
    return {"previous": place - 1, "next": place + 1}.get(way)


def _show_head(
    digits: Dataset, part: Part, one: Candidate, decision: Decision | None, palette: Palette
) -> None:
    noun = PARTS[part].removesuffix("s")
    picture = digit_html(
        images_of(digits, part)[0][one.index],
        palette,
        f"{noun} {one.index}, labeled {one.given}",
        width="132px",
    )
    votes = _votes(one.index) if part == "test" and digits.sha256 == MNIST_SHA256 else ""
    now = f"<p>You decided: {decision.in_words}.</p>" if decision else ""
    st.html(
        f'<div class="mistake" role="status">{picture}<div><div class="mistake-labels">'
        f'<span style="color:{palette.answer}"><small>Label</small>{one.given}</span>'
        f'<span style="color:{palette.doubt}"><small>Suggested</small>{one.suggested}</span></div>'
        f"<p>The other images give the label {one.given} a probability of {chance(one.quality)}.{votes}</p>"
        f'{now}<p class="quiet">{noun} {one.index:,}, counted from 0</p></div></div>'
    )


def chance(quality: float) -> str:
    """The probability of a label for people, who needn't read 0.0 %."""
    return percent(quality, 1) if quality >= 0.001 else "below 0.1 %"


def _votes(index: int) -> str:
    dispute = next((dispute for dispute in DISPUTES if dispute.index == index), None)
    if dispute is None:
        return ""
    for_given, for_other, for_neither = dispute.votes
    other = "" if dispute.other is None else f"{for_other} see a {dispute.other}, "
    return f" Of five people {for_given} see a {dispute.given}, {other}{for_neither} see neither."


def _show_keys(one: Candidate, decision: Decision | None) -> int | None:
    """The label that a button gives, -1 for dropping the image; None where none was pressed."""
    answers = {
        f"Keep {one.given}": (one.given, "K", "check"),
        f"Change to {one.suggested}": (one.suggested, "S", "edit"),
        "Drop the image": (-1, "X", "delete"),
    }
    pressed = None
    with st.container(horizontal=True, gap="small", key="label_answers"):
        for number, (label, (after, key, icon)) in enumerate(answers.items()):
            holds = decision is not None and (decision.after if decision.after is not None else -1) == after
            if st.button(
                label,
                icon=f":material/{icon}:",
                key=f"label_answer_{number}",
                shortcut=key,
                type="primary" if holds else "secondary",
            ):
                pressed = after
    with st.container(horizontal=True, gap="xsmall", key="label_digits", vertical_alignment="center"):
        st.caption("Or it is a", width="content")
        for digit in range(DIGITS):
            if st.button(str(digit), key=f"label_digit_{digit}", shortcut=str(digit)):
                pressed = digit
    return pressed


def _show_ways(place: int, count: int, decided: bool) -> str:
    """Which of the buttons "previous", "next" and "undo" was pressed; "" for none."""
    pressed = ""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="label_ways"):
        for name, icon, shortcut, possible in (
            ("previous", "arrow_back", "Left", place > 0),
            ("next", "arrow_forward", "Right", place < count - 1),
            ("undo", "undo", "U", decided),
        ):
            if st.button(
                name.capitalize(),
                icon=f":material/{icon}:",
                key=f"label_{name}",
                shortcut=shortcut,
                disabled=not possible,
            ):
                pressed = name
        st.caption(f"{place + 1:,} of {count:,}")
    return pressed


def _next_open(candidates: Sequence[Candidate], place: int, part: Part, decisions: Decisions) -> int:
    """The next one that waits for a decision, after the last from the first; else the next one."""
    order = [*range(place + 1, len(candidates)), *range(place)]
    waiting = [other for other in order if (part, candidates[other].index) not in decisions]
    return next(iter(waiting), min(place + 1, len(candidates) - 1))
