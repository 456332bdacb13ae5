"""Which theme, and what kind of screen, this person looks at."""

import streamlit as st

from dashboard.figures.style import Palette, palette_for


def current_palette() -> Palette:
    """The colors that fit the page as it is shown now."""
    return palette_for(st.context.theme.type)


def on_phone() -> bool:
    """Whether the browser says that it runs on a phone, where dragging must scroll the page."""
    return "Mobi" in str(st.context.headers.get("User-Agent", ""))
