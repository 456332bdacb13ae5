"""Which theme this person looks at."""

import streamlit as st

from dashboard.figures.style import Palette, palette_for


def current_palette() -> Palette:
    """The colors that fit the page as it is shown now."""
    return palette_for(st.context.theme.type)
