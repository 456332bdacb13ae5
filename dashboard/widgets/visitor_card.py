"""Asks who is there where several people share the server, and shows it."""

import streamlit as st

from dashboard import people
from dashboard.visitor import become_teacher, logs_in, recognize_visitor, register_visitor, visitor
from dashboard.widgets.message import errors_shown
from dashboard.widgets.plain_text import as_written


def meet_visitor() -> None:
    """Asks who is there, in place of the page, where that is not known; nothing if none share the server."""
    if not people.is_shared():
        return
    with errors_shown():
        recognize_visitor()
        if not visitor().name and not logs_in():
            _ask_name()
        elif not visitor().name and st.button("Log in", type="primary", icon=":material/login:"):
            st.login()
    if not visitor().name:
        st.stop()


def _ask_name() -> None:
    with st.form("visitor", width=440):
        st.header("Who are you?", anchor=False)
        st.caption(
            "Your runs, models and saved digits carry your name. Only you or the teacher can change them."
        )
        name = st.text_input("Name or nickname", max_chars=60, key="visitor_name")
        code = _ask_code("Leave it empty if you are not a teacher.") if people.has_teacher_code() else ""
        if st.form_submit_button("Continue", type="primary", key="visitor_sent"):
            with errors_shown():
                register_visitor(name, code)
                st.rerun()


def _ask_code(help_text: str) -> str:
    return st.text_input("Teacher's code", type="password", key="teacher_code", help=help_text)


def show_visitor() -> None:
    """The visitor's name and, behind it, what to know and do about it; nothing if none share the server."""
    if not people.is_shared():
        return
    who = visitor()
    name = as_written(who.name) + (" (teacher)" if who.teacher else "")
    with (
        st.container(key="visitor", width="content"),
        st.popover(name, icon=":material/person:", type="tertiary"),
    ):
        if not logs_in():
            st.write(
                "Digit Lab knows you by `who` in the address: bookmark this page, and share links without it."
            )
        elif st.button("Log out", icon=":material/logout:"):
            st.logout()
        if people.has_teacher_code() and not who.teacher:
            with st.form("teacher", border=False):
                code = _ask_code("With it you can change everything until you reload the page.")
                if st.form_submit_button("Become a teacher", key="teacher_sent"):
                    with errors_shown():
                        become_teacher(code)
                        st.rerun()
