"""The head of a page."""

from html import escape

import streamlit as st


def show_page_title(title: str, lead: str) -> None:
    """The page's name and one sentence on what it is for."""
    st.title(title, anchor=False)
    st.html(f'<p class="lead">{escape(lead)}</p>')
