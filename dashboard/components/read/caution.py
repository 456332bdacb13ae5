"""The chosen risk on the pages of a batch: what is doubtful by it, and the digits that a person has checked."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.reading_progress import Keyed
from dashboard.components.read.review_state import PageReview
from dashboard.widgets.caution import chosen_risk
from dashboard.widgets.plain_text import as_written
from pipeline.evaluation.trust.bounds import answers_needed, one_in
from pipeline.reading.caution import PageCaution, lines_in_doubt, measured
from pipeline.reading.export import positions
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage

_MOST_CANDIDATES = 4
"""That are told of a character; of more, the likeliest three."""


def weigh_pages(pages: Sequence[Keyed]) -> tuple[list[Keyed], PageCaution | None]:
    """The pages with what is doubtful at the chosen risk, and where that begins; as they are where none is chosen."""
    risk = chosen_risk()
    if risk is None:
        return list(pages), None
    caution = measured(risk, [page for _, page in pages])
    return [(key, _sure_from(page, caution.sure_from)) for key, page in pages], caution


def _sure_from(page: AnyPage, confidence: float) -> AnyPage:
    if isinstance(page, FailedPage):
        return page
    return replace(page, source=replace(page.source, reading=page.reading.sure_from(confidence)))


def show_caution(caution: PageCaution) -> None:
    """Says where characters become doubtful, and what that rests on."""
    below = f"Doubtful is what has less than {100 * caution.sure_from:.6g} % confidence"
    limit, checked = one_in(caution.risk), f"{caution.checked:,} digits and signs"
    if caution.measured:
        words = (
            f"{below}: going by {checked} that you checked, at most {limit} of the others is wrong, "
            "with 95 % confidence."
        )
    elif caution.missing:
        words = (
            f"{below}, by the model's own estimate, which promises nothing: how sure it is of test digits says little "
            f"about these pages. You have checked {checked}; the limit of {limit} comes from them after about "
            f"{answers_needed(caution.risk):,}, if no sure one is wrong."
        )
    else:
        words = (
            f"{below}, by the model's own estimate: too many sure ones of the {checked} that you checked were wrong "
            f"to promise {limit}."
        )
    st.caption(f":material/verified_user: {words}")


def show_line_doubts(page: ReviewedPage) -> None:
    """Says of each line which of its characters that nobody has decided on may be something else."""
    decided = page.checked | set(page.corrections)
    undecided = {
        (line, position) for place, line, position in positions(page.reading) if place not in decided
    }
    sentences = []
    for doubt in lines_in_doubt(page.reading):
        told = zip(doubt.positions, doubt.candidates, strict=True)
        open_ones = [(place, texts) for place, texts in told if (doubt.line, place) in undecided]
        if open_ones:
            places = "; ".join(f"character {place} is {_or(texts)}" for place, texts in open_ones)
            sentences.append(f"Line {doubt.line}: {places}.")
    if sentences:
        st.caption(
            "  \n".join(sentences),
            help="By the model's own estimate the true text of a line is among those told for 95 % of lines.",
        )


def _or(texts: Sequence[str]) -> str:
    """Candidates in words; of many, the likeliest."""
    *others, last = [as_written(text) if text else "nothing" for text in texts]
    if len(texts) > _MOST_CANDIDATES:
        others, last = others[: _MOST_CANDIDATES - 1], "another"
    return f"{', '.join(others)} or {last}"


def offer_confirmation(key: str, page: ReviewedPage) -> None:
    """A button that says of the whole page that it is right as it now stands, or takes that back."""
    places = range(len(page.reading.characters))
    done = all(place in page.checked for place in places)
    st.button(
        "Page confirmed: take back" if done else "All of this page is correct",
        icon=":material/undo:" if done else ":material/done_all:",
        key="read_confirm_page",
        help="Every digit of the page then counts as checked by you, which shows how sure the model can be.",
        disabled=bool(review_state.refused()),
        on_click=_confirm,
        args=(key, page, () if done else tuple(places)),
    )


def _confirm(key: str, page: ReviewedPage, checked: tuple[int, ...]) -> None:
    seen = PageReview(dict(page.corrections), tuple(page.checked))
    review_state.save_review(key, PageReview(seen.corrections, checked), seen)
