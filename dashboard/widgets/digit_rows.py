"""Rows of digits, a label before each; a row shows as many as fit beside it."""

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.widgets.digit_image import digit_uri


def show_digit_rows(
    rows: Sequence[Sequence[NDArray[Any]] | NDArray[Any]],
    labels: Sequence[str],
    alts: Sequence[str],
    palette: Palette,
    side: int = 44,
    mark_first: bool = False,
) -> None:
    """Shows the rows.

    Args:
        rows: (28, 28) images, as in `digit_png`.
        labels: stand before the rows.
        alts: words for screen readers, one a row.
        palette: of the page's theme.
        side: least width of a digit in pixels.
        mark_first: whether the first of each row is another kind than the rest.
    """
    lines = []
    for images, label, alt in zip(rows, labels, alts, strict=True):
        pictures = "".join(
            f'<img src="{digit_uri(image, palette)}" alt=""{" class=first" if mark_first and not place else ""}>'
            for place, image in enumerate(images)
        )
        lines.append(
            f'<div class="digit-row"><span aria-hidden="true">{escape(label)}</span>'
            f'<div role="img" aria-label="{escape(alt)}">{pictures}</div></div>'
        )
    style = f"--side:{side}px; --mark:{palette.answer}"
    st.html(f'<div class="digit-rows" style="{style}">{"".join(lines)}</div>')
