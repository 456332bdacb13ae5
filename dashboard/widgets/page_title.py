"""The head of a page, and the name of its browser tab."""

from html import escape

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from dashboard.server.upload_limits import uploads
from dashboard.widgets.projector import show_projector_switch
from dashboard.widgets.visitor_card import meet_visitor, show_visitor


def show_page_title(title: str, lead: str) -> None:
    """The page's name and one sentence on what it is for; and the message that an action left, if any.

    Where several people share the server, nothing below is run before it is known who is there.
    """
    name_tab(title)
    meet_visitor()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content", gap="medium"):
            show_projector_switch()
            show_visitor()
    st.html(f'<p class="lead">{escape(lead)}</p>')
    notice = state.take_notice()
    if notice:
        st.toast(notice[0], icon=f":material/{notice[1]}:")
    context = get_script_run_ctx()
    refusal = uploads().take_refusal(context.session_id) if context else None
    if refusal:
        st.toast(refusal, icon=":material/error:", duration="infinite")


def name_tab(page: str, subject: str = "") -> None:
    """Has the browser's tab say the page, and what it shows, such as a model's name."""
    st.set_page_config(page_title=" · ".join(filter(None, (page, subject, "Digit Lab"))))
