"""The images on which two models differ, page by page; one can be opened on Mistakes."""

import math
from collections.abc import Sequence

import streamlit as st

from dashboard.components.inspection.evaluate.better.rivals import Contest
from dashboard.figures.style import Palette
from dashboard.widgets.address import Parameter, one_of, whole_number
from dashboard.widgets.choice import choose
from dashboard.widgets.digit_buttons import pick_digit
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.mistake_link import MistakeView, to_parameters
from dashboard.widgets.plain_text import as_written
from pipeline.evaluation.trust.significance import KINDS, Kind, Pair, differing_images
from pipeline.evaluation.trust.wording import kinds_in_words

_KIND = "differing_kind"
_PAIR = "differing_pair"
_PAGE = "_differing_page"
_PAGE_SIZE = 24
_SIDE = 72

PARAMETERS = {
    "differ": Parameter(_KIND, one_of(KINDS), default="only_first"),
    "pair": Parameter(_PAIR, whole_number(0, 99), default=0),
    "differ_page": Parameter(_PAGE, whole_number(1, 1_000_000), default=1),
}
"""What the address says of these images: how the models differ, which two of several, which page."""


def show_differing(contest: Contest, pairs: Sequence[Pair], palette: Palette) -> None:
    """Shows them with both answers, filtered by the way in which the models differ."""
    st.subheader("Images where they differ", anchor=False)
    pair = _pick_pair(contest, pairs)
    labels = contest.digits.test[1]
    first, second = contest.names[pair.first], contest.names[pair.second]
    kinds = differing_images(contest.answers[pair.first], contest.answers[pair.second], labels)
    words = kinds_in_words(as_written(first), as_written(second))
    kind: Kind = choose(
        "How they differ",
        {kind: f"{words[kind]} · {len(places):,}" for kind, places in kinds.items()},
        _KIND,
        quiet=True,
        wrap=True,
        on_change=_begin_anew,
    )
    places = kinds[kind]
    if not len(places):
        st.caption("No image.")
        return
    pages = math.ceil(len(places) / _PAGE_SIZE)
    number = min(st.session_state.get(_PAGE) or 1, pages)
    shown = places[(number - 1) * _PAGE_SIZE : number * _PAGE_SIZE]
    wrong = contest.models[pair.second if kind == "only_first" else pair.first]
    linked = wrong.record.dataset.sha256 == contest.digits.sha256
    st.caption(
        f"True digit: the answer of {as_written(first)}, then of {as_written(second)}."
        + (f" Select one to open it among the mistakes of {as_written(wrong.name)}." if linked else "")
    )
    images = contest.digits.test[0][shown]
    answers = contest.answers[[pair.first, pair.second]][:, shown].T
    alts = [
        f"Test digit {index}: a {labels[index]} that {first} reads as {one} and {second} as {other}"
        for index, (one, other) in zip(shown, answers, strict=True)
    ]
    captions = [
        f"{labels[index]}: {one}, {other}" for index, (one, other) in zip(shown, answers, strict=True)
    ]
    if linked:
        picked = pick_digit(images, palette, alts, captions, key="differing_digits", side=_SIDE)
        if picked is not None and picked < len(shown):
            index = int(shown[picked])
            answer = int(answers[picked, 1 if kind == "only_first" else 0])
            view = MistakeView(int(labels[index]), answer, digit=index)
            st.switch_page("views/mistakes.py", query_params=to_parameters(wrong.id, view))
    else:
        show_digit_grid(images, palette, alts, captions, side=_SIDE)
    if pages > 1:
        key = f"differing_pager {kind} {contest.models[pair.first].id} {contest.models[pair.second].id}"
        st.pagination(pages, default=number, max_visible_pages=5, key=key, on_change=_turn, args=(key,))


def _pick_pair(contest: Contest, pairs: Sequence[Pair]) -> Pair:
    if len(pairs) == 1:
        return pairs[0]
    if st.session_state.get(_PAIR, 0) >= len(pairs):
        st.session_state[_PAIR] = 0
    place = st.selectbox(
        "Which two",
        range(len(pairs)),
        format_func=lambda place: (
            f"{contest.names[pairs[place].first]} and {contest.names[pairs[place].second]}"
        ),
        key=_PAIR,
        persist_state="session",
        on_change=_begin_anew,
        width=330,
    )
    return pairs[place]


def _begin_anew() -> None:
    st.session_state[_PAGE] = 1


def _turn(key: str) -> None:
    st.session_state[_PAGE] = st.session_state[key]
