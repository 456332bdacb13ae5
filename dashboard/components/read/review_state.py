"""What a person does with pages on the Read page: corrections, digits looked at, which page is open.

Corrections belong to a page and to what was read on it, so they are there again whenever the page reads the same:
kept on disk for the batch that is open, in the session's state where that is impossible.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from dashboard import batch_store
from dashboard.batch_store import Decision, KeepingError
from dashboard.visitor import visitor
from models.ownership import refusal

SOURCE = "read_source"
"""Widget key: where the pages come from."""

OPEN = "read_open"
"""Widget key: place of the page that is shown."""

BATCH = "_read_batch"
"""Id of the batch that is open."""

_OWNER = "_read_owner"
_UNKEPT = "_read_unkept_reviews"
_PROBLEM = "_read_unkept_why"
_CHOSEN = "_read_chosen"
_NEXT_OPEN = "_read_next_open"
_CANCELED = "_read_canceled"
_MOST = 400


@dataclass(frozen=True)
class PageReview:
    """What was done with one reading: corrections by place, and places of digits that are right."""

    corrections: dict[int, str] = field(default_factory=dict)
    checked: tuple[int, ...] = ()


def open_batch() -> str | None:
    """The id of the batch that is open; None while nothing is kept."""
    batch: str | None = st.session_state.get(BATCH)
    return batch


def refused() -> str | None:
    """Why the visitor may only look at the batch that is open, one sentence; None where they may change it."""
    batch = open_batch()
    if batch is None:
        return None
    known: tuple[str, str] = st.session_state.get(_OWNER, ("", ""))
    if known[0] != batch:
        try:
            owner = batch_store.owner_of(batch)
        except KeepingError:
            return None  # told where the files are read
        if owner is None:
            return None
        known = st.session_state[_OWNER] = (batch, owner)
    return refusal(known[1], visitor())


def reviews(kept: bool = True) -> Mapping[str, PageReview]:
    """What was done with each reading of the batch so far, by this person or others; `kept`: also what is on disk.

    Raises:
        KeepingError: what was kept can't be read.
    """
    batch = open_batch() if kept else None
    found = batch_store.decisions_of(batch) if batch else {}
    return {reading: _review(decisions) for reading, decisions in found.items()} | _unkept()


def review_of(key: str) -> PageReview:
    """What was done with a reading so far; nothing where that can't be read."""
    try:
        return reviews().get(key, PageReview())
    except KeepingError:
        return reviews(kept=False).get(key, PageReview())


def save_review(key: str, review: PageReview, seen: PageReview | None = None) -> None:
    """Keeps what was decided; what can't be kept stays in the session, and `take_problem` says why.

    Args:
        key: of the reading.
        review: what is done with it by now.
        seen: what the person had before them, so that nothing else changes; by default all that is known.
    """
    batch, before, after = open_batch(), _decisions(seen or review_of(key)), _decisions(review)
    unkept = st.session_state.setdefault(_UNKEPT, {})
    changes = {
        place: after.get(place)
        for place in {*before, *after}
        if key in unkept or before.get(place) != after.get(place)
    }
    if batch is not None:
        try:
            batch_store.decide(batch, key, changes, visitor())
            unkept.pop(key, None)
            return
        except KeepingError as error:
            st.session_state[_PROBLEM] = str(error)
    unkept.pop(key, None)
    unkept[key] = (review.corrections, review.checked)
    while len(unkept) > _MOST:  # the oldest are forgotten
        unkept.pop(next(iter(unkept)))


def take_problem() -> str | None:
    """Why the last decision could not be kept, once."""
    problem: str | None = st.session_state.pop(_PROBLEM, None)
    return problem


def forget_page() -> None:
    """Forgets which page and digit are open, and what could not be kept: another batch begins."""
    for key in (_UNKEPT, _CHOSEN, _NEXT_OPEN, _CANCELED, OPEN):
        st.session_state.pop(key, None)


def is_canceled() -> bool:
    """Whether the reading of the batch was canceled."""
    return bool(st.session_state.get(_CANCELED))


def cancel() -> None:
    """Has the pages that are not read yet wait for `resume`."""
    st.session_state[_CANCELED] = True


def resume() -> None:
    """Has the rest of the pages read."""
    st.session_state.pop(_CANCELED, None)


def _unkept() -> dict[str, PageReview]:
    kept = st.session_state.get(_UNKEPT, {})
    return {
        key: PageReview(dict(corrections), tuple(checked)) for key, (corrections, checked) in kept.items()
    }


def _decisions(review: PageReview) -> dict[int, Decision]:
    places = {*review.corrections, *review.checked}
    return {place: Decision(review.corrections.get(place), place in review.checked) for place in places}


def _review(decisions: Mapping[int, Decision]) -> PageReview:
    corrections = {place: one.text for place, one in decisions.items() if one.text is not None}
    return PageReview(corrections, tuple(place for place, one in decisions.items() if one.checked))


def chosen_digit() -> tuple[str, int] | None:
    """The reading's key and the digit's place, if one was chosen."""
    value: tuple[str, int] | None = st.session_state.get(_CHOSEN)
    return value


def choose_digit(key: str, place: int) -> None:
    """Makes a digit the one to look at."""
    st.session_state[_CHOSEN] = (key, place)


def open_page(number: int) -> None:
    """Has the page with this place shown from the next run on."""
    st.session_state[_NEXT_OPEN] = number


def begin_pages(count: int, default: int) -> int:
    """Settles which of the pages is shown, before the widget for it is drawn; `default` until the person chose."""
    number = st.session_state.pop(_NEXT_OPEN, st.session_state.get(OPEN, default))
    st.session_state[OPEN] = number if isinstance(number, int) and 0 <= number < count else default
    return int(st.session_state[OPEN])
