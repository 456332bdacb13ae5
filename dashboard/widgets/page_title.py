"""The head of a page."""

from html import escape

import streamlit as st

from dashboard import state


def show_page_title(title: str, lead: str) -> None:
    """The page's name and one sentence on what it is for; and the message that an action left, if any."""
    st.title(title, anchor=False)
    st.html(f'<p class="lead">{escape(lead)}</p>')
    notice = state.take_notice()
    if notice:
        st.toast(notice[0], icon=f":material/{notice[1]}:")
