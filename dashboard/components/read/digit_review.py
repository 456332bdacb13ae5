"""One digit of a page under the magnifier: what it was read as, keys to say what it is, and on to the next."""

import base64
import string
from collections.abc import Sequence

import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.reading_progress import Keyed
from dashboard.components.read.review_state import PageReview
from dashboard.figures.style import Palette
from models.formatting import show_confidence
from pipeline.reading.corrections import correct_digit, pieces, written
from pipeline.reading.export import positions
from pipeline.reading.page_reading import SIGN_NAMES
from pipeline.reading.review import ReviewedPage


def digit_to_check(key: str, page: ReviewedPage) -> int | None:
    """Place of the chosen digit of this page; without one the first doubtful, if any."""
    chosen = review_state.chosen_digit()
    if chosen and chosen[0] == key and chosen[1] < len(page.reading.characters):
        return chosen[1]
    return next(iter(page.doubtful), None)


def show_digit_review(
    pages: Sequence[Keyed], number: int, key: str, page: ReviewedPage, palette: Palette
) -> None:
    """The card of the chosen digit.

    Args:
        pages: all that were uploaded.
        number: place of the one that is shown.
        key: of its reading.
        page: the one that is shown.
        palette: of the page's theme.
    """
    place = digit_to_check(key, page)
    with st.container(border=True, key="digit_check", gap="small"):
        if place is None:
            doubted = any(character.doubtful for character in page.reading.characters)
            words = "All doubtful digits reviewed" if doubted else "No doubtful digits"
            st.markdown(f":green[:material/task_alt:] **{words}**")
            st.caption("To change a digit, select it in the picture.")
        else:
            st.html(_head(page, place, palette))
            _show_keys(key, page, place)
        _show_previous_and_next(pages, number, place)


def _head(page: ReviewedPage, place: int, palette: Palette) -> str:
    character, now = page.reading.characters[place], written(page.reading, page.corrections)[place]
    crop = base64.b64encode(page.source.digit_crops[place]).decode()
    _, line, position = list(positions(page.reading))[place]
    needs_review, reviewed = place in page.doubtful, place in page.checked or place in page.edits
    tone = palette.doubt if needs_review else palette.right if reviewed else palette.answer
    kind = "digit" if character.is_digit else "sign"
    name = SIGN_NAMES.get(character.text, character.text)
    verdict = "Reviewed by you." if reviewed else "Doubtful." if needs_review else ""
    return (
        f'<div class="digit-check" role="status"><img src="data:image/png;base64,{crop}" '
        f'alt="The {kind} as it appears in the picture">'
        f'<div class="digit-check-now" style="color:{tone}" data-testid="checked-digit">{now or "&empty;"}</div>'
        f"<div>Line {line}, {kind} {position}<br>"
        f"Read as {name}, {show_confidence(character.confidence)} confidence. {verdict}</div></div>"
    )


def _show_keys(key: str, page: ReviewedPage, place: int) -> None:
    now = written(page.reading, page.corrections)[place]
    with st.container(horizontal=True, gap="xsmall", key="digit_keys"):
        for name in [*map(str, range(10)), ""]:
            _show_key(name, now, key, page, place)
    with st.container(horizontal=True, gap="xsmall", key="sign_keys"):
        for name in SIGN_NAMES:
            _show_key(name, now, key, page, place)


def _show_key(name: str, now: str, key: str, page: ReviewedPage, place: int) -> None:
    """A button that puts a character, or nothing, in the place of one."""
    sign = name in SIGN_NAMES
    st.button(
        _as_markdown(name) or "Nothing",
        key=f"digit_key_{SIGN_NAMES[name] if sign else name or 'none'}",
        help=SIGN_NAMES[name].capitalize() if sign else None,
        type="primary" if name == now else "secondary",
        shortcut=None if sign else name or "X",
        disabled=bool(review_state.refused()),
        on_click=_decide,
        args=(key, page, place, name),
    )


def _as_markdown(name: str) -> str:
    """A character as a label shows it, not as formatting."""
    return "".join("\\" + character if character in string.punctuation else character for character in name)


def _decide(key: str, page: ReviewedPage, place: int, digit: str) -> None:
    """Applies the user's answer for a digit, and moves on to the next doubtful one of the page."""
    reading, review = page.reading, review_state.review_of(key)
    corrections = correct_digit(reading, review.corrections, place, digit)
    if corrections[place] == pieces(reading, {})[place]:
        del corrections[place]
    review_state.save_review(key, PageReview(corrections, tuple({*review.checked, place})))
    rest = [other for other in page.doubtful if other != place]
    following = [other for other in rest if other > place] or rest
    if following:
        review_state.choose_digit(key, following[0])
    elif place in page.doubtful:
        review_state.choose_digit("", 0)


def _show_previous_and_next(pages: Sequence[Keyed], number: int, place: int | None) -> None:
    """Buttons to the doubtful digits before and after, on whichever page they are."""
    doubtful = [page.doubtful if isinstance(page, ReviewedPage) else [] for _, page in pages]
    spots = [(index, place) for index, places in enumerate(doubtful) for place in places]
    here = (number, -1 if place is None else place)
    before = [spot for spot in spots if spot < here] or [spot for spot in spots if spot > here]
    after = [spot for spot in spots if spot > here] or [spot for spot in spots if spot < here]
    if not before and not after:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="digit_ways"):
        for label, icon, shortcut, targets in (
            ("Previous", "arrow_back", "Left", before[-1:]),
            ("Next", "arrow_forward", "Right", after[:1]),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"doubt_{label.lower()}",
                shortcut=shortcut,
                disabled=not targets,
                on_click=_go,
                args=(pages[targets[0][0]][0], *targets[0]) if targets else None,
            )
        if spots:
            left, where = len(spots), "" if doubtful[number] else " in other pictures"
            st.caption(f"{left} doubtful digit{'s' if left > 1 else ''} left{where}")


def _go(key: str, number: int, place: int) -> None:
    review_state.open_page(number)
    review_state.choose_digit(key, place)
