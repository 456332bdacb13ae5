"""Pages that were read: the picture with its boxes, one digit to check, the text, all pages in a table."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.digit_review import digit_to_check, show_digit_check
from dashboard.components.read.page_boxes import pick_from_page
from dashboard.components.read.reading_progress import Keyed, with_work
from dashboard.components.read.reading_table import show_reading_export, show_reading_table
from dashboard.components.read.reading_text import show_reading_text
from dashboard.figures.style import Palette
from dashboard.widgets.message import show_empty, show_error
from pipeline.reading.export import Sheet


@st.fragment
def show_reading_desk(pages: Sequence[Keyed], palette: Palette) -> None:
    """Shows what was read, open for corrections.

    Args:
        pages: what was handed in, at least one.
        palette: of the page's theme.
    """
    pages = [(key, with_work(key, sheet)) for key, sheet in pages]
    failed = [sheet for _, sheet in pages if sheet.page is None]
    for sheet in failed[:3]:
        show_error(f"{sheet.name}: {sheet.error}")
    if len(failed) > 3:
        st.caption(f"{len(failed) - 3} more could not be read; the table below says why.")
    read = [(key, sheet) for key, sheet in pages if sheet.page is not None]
    if not read:
        show_empty(
            "nothing-read",
            "search_off",
            "Nothing was read",
            "Try a sharper picture, taken from nearer and in even light.",
        )
        return
    number = _pick_page(pages)
    if pages[number][1].page is not None:
        _show_page(pages, number, palette)
    st.subheader("All pictures" if len(pages) > 1 else "Take along", divider="gray", anchor=False)
    if len(pages) > 1:
        show_reading_table(pages)
    show_reading_export([sheet for _, sheet in pages])


def _show_page(pages: Sequence[Keyed], number: int, palette: Palette) -> None:
    key, sheet = pages[number]
    left, right = st.columns([3, 2], gap="large")
    with left:
        picked = pick_from_page(sheet, digit_to_check(key, sheet), palette, key="page_boxes")
        if picked is not None:
            review_state.choose_digit(key, picked)
            st.rerun(scope="fragment")
        st.html(_legend(palette, bool(sheet.page and sheet.page.reading.left_out)))
    with right:
        show_digit_check(pages, number, palette)
        show_reading_text((key, sheet))


def _pick_page(pages: Sequence[Keyed]) -> int:
    """The picker of the page to show, where there are several; the first that could be read at first."""
    usual = next(number for number, (_, sheet) in enumerate(pages) if sheet.page is not None)
    number = review_state.begin_pages(len(pages), usual)
    if len(pages) == 1:
        return number
    # phones call every picture alike, so a name that comes twice has its place in the list behind it
    often = Counter(sheet.name for _, sheet in pages)
    names = [
        f"{_in_short(sheet)} · picture {place}" if often[sheet.name] > 1 else _in_short(sheet)
        for place, (_, sheet) in enumerate(pages, 1)
    ]
    return int(
        st.selectbox(
            "Picture",
            range(len(pages)),
            format_func=lambda number: names[number] if number < len(names) else "",
            key=review_state.OPEN,
            width=480,
        )
    )


def _in_short(sheet: Sheet) -> str:
    if sheet.page is None:
        return f"{sheet.name} · can't be read"
    doubtful = len(sheet.doubtful)
    count = sheet.digit_count
    return f"{sheet.name} · {count} digit{'s' if count != 1 else ''}" + (
        f", {doubtful} doubtful" if doubtful else ""
    )


def _legend(palette: Palette, left_out: bool) -> str:
    entries = (
        ("Read", palette.answer),
        ("Doubtful", palette.doubt),
        ("Checked by you", palette.right),
        *((("Left alone: words, edges", palette.muted),) if left_out else ()),
    )
    marks = "".join(f'<span><i style="background:{color}"></i>{name}</span>' for name, color in entries)
    return f'<div class="box-legend">{marks}</div>'
