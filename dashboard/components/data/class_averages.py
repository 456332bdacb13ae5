"""The average of each digit, how far people depart from it, and what the pixels are like."""

import streamlit as st

from dashboard.figures.dataset import ink_by_digit, pixel_levels
from dashboard.figures.style import Palette
from dashboard.resources import averages, pixels
from dashboard.widgets.chart import drawn, show_chart
from dashboard.widgets.digit_image import show_digit_grid
from dashboard.widgets.facts import Fact, show_facts
from models.formatting import percent
from models.store import StoredModel

_DIGITS = [str(digit) for digit in range(10)]


def show_averages(model: StoredModel | None, palette: Palette) -> None:
    """Shows mean and variation of the ten digits."""
    pictures = averages(model)
    st.header("The average of each digit", anchor=False)
    st.caption("The mean of all training images of each digit.")
    show_digit_grid(pictures.mean, palette, [f"The average {digit}" for digit in _DIGITS], _DIGITS, side=92)
    st.header("Where writers differ", anchor=False)
    ink = "brighter" if palette.dark else "darker"
    st.caption(f"Standard deviation of each pixel: the {ink}, the less writers agree.")
    strongest = max(float(pictures.deviation.max()), 1e-6)
    show_digit_grid(
        pictures.deviation / strongest,
        palette,
        [f"Where writers differ on a {digit}" for digit in _DIGITS],
        _DIGITS,
        side=92,
    )


def show_pixels(model: StoredModel | None, palette: Palette) -> None:
    """Shows what the pixels of all training images are like."""
    statistics, pictures = pixels(model), averages(model)
    st.header("The pixels", anchor=False)
    show_facts(
        [
            Fact("Mean level", f"{statistics.mean:.4f}", "of all pixels, 0 paper to 1 full stroke"),
            Fact("Standard deviation", f"{statistics.deviation:.4f}", "of all pixels"),
            Fact("Blank", percent(statistics.blank, 1), "of all pixels are exactly 0"),
            Fact("Full stroke", percent(statistics.full, 1), "are at 250 to 255"),
            Fact("Never inked", str(statistics.never_inked), "of 784 pixels, in any image"),
        ]
    )
    left, right = st.columns(2, gap="medium")
    with left:
        show_chart(
            drawn(pixel_levels, statistics.levels.tolist(), palette),
            key="pixel_levels",
            alt=f"Pixel brightness: {percent(statistics.blank, 0)} are blank, "
            f"{percent(statistics.full, 0)} are full, the others in between.",
        )
    with right:
        most, least = int(pictures.ink.argmax()), int(pictures.ink.argmin())
        show_chart(
            drawn(ink_by_digit, pictures.ink.tolist(), palette),
            key="ink_by_digit",
            alt=f"Share of the picture that is stroke, by digit: most for {most}, least for {least}.",
        )
