"""What a person does with pages on the Read page: corrections, digits looked at, which page is open.

Part of the session's state, as in `dashboard.state`; it belongs to a reading, so that the same picture with
the same model has its corrections again when it comes back.
"""

from dataclasses import dataclass, field

import streamlit as st

SOURCE = "read_source"
"""Widget key: where the pages come from."""

OPEN = "read_open"
"""Widget key: place of the page that is shown."""

_REVIEWS = "_read_reviews"
_CHOSEN = "_read_chosen"
_NEXT_OPEN = "_read_next_open"
_MOST = 400


@dataclass(frozen=True)
class PageReview:
    """What was done with one reading: corrections by place, and places of digits that are right."""

    corrections: dict[int, str] = field(default_factory=dict)
    checked: tuple[int, ...] = ()


def review_of(key: str) -> PageReview:
    """What was done with a reading so far."""
    corrections, checked = st.session_state.get(_REVIEWS, {}).get(key, ({}, ()))
    return PageReview(dict(corrections), tuple(checked))


def save_review(key: str, review: PageReview) -> None:
    """Remembers what was done; the oldest readings are forgotten when there are very many."""
    reviews = st.session_state.setdefault(_REVIEWS, {})
    reviews.pop(key, None)
    reviews[key] = (review.corrections, review.checked)
    while len(reviews) > _MOST:
        reviews.pop(next(iter(reviews)))


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
