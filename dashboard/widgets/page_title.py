"""The head of a page."""

from html import escape

import streamlit as st

from dashboard import state
from dashboard.widgets.visitor_card import meet_visitor


def show_page_title(title: str, lead: str) -> None:
    """The page's name and one sentence on what it is for; and the message that an action left, if any.

    Where several people share the server, nothing below is run before it is known who is there.
    """
    meet_visitor()
    st.title(title, anchor=False)
    st.html(f'<p class="lead">{escape(lead)}</p>')
    notice = state.take_notice()
    if notice:
        st.toast(notice[0], icon=f":material/{notice[1]}:")
