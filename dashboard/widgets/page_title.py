"""The head of a page."""

from html import escape

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from dashboard.server.upload_limits import uploads
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
    context = get_script_run_ctx()
    refusal = uploads().take_refusal(context.session_id) if context else None
    if refusal:
        st.toast(refusal, icon=":material/error:", duration="infinite")
