"""Who this session belongs to, where several people share the server: a name behind a token in the address, or a login.

Each page of the session keeps the token in its address; no cookie is set.
"""

import time

import streamlit as st

from dashboard import people
from models.ownership import ADMINISTRATOR, Person

WHO = "who"
"""Query parameter: the visitor's token."""

_NAME = "_visitor_name"
_TOKEN = "_visitor_token"  # noqa: S105
_TEACHER = "_visitor_is_teacher"
_NOTED = "_visitor_noted"
_NOTE_AGAIN = 60.0  # seconds


def visitor() -> Person:
    """Whoever this session belongs to, with an empty name before that is known; the administrator where none share."""
    if not people.is_shared():
        return ADMINISTRATOR
    return Person(st.session_state.get(_NAME, ""), st.session_state.get(_TEACHER, False))


def logs_in() -> bool:
    """Whether names come from Streamlit's login, which is configured."""
    return "is_logged_in" in st.user


def recognize_visitor() -> None:
    """Finds out who is there; `ModelError` where that can't be read."""
    if logs_in():
        known = st.user.is_logged_in
        st.session_state[_NAME] = str(st.user.get("email") or st.user["sub"]) if known else ""
        _note()
        return
    token = st.query_params.get(WHO) or st.session_state.get(_TOKEN, "")
    name = people.name_of(token) or ""  # asked each time: a class that was reset has no names
    if (name, token) != (visitor().name, st.session_state.get(_TOKEN, "")):
        _become(name, token)
    _note()
    if visitor().name and st.query_params.get(WHO) != token:
        st.query_params[WHO] = token


def register_visitor(name: str, code: str) -> None:
    """Gives this session a name that is new; with the teacher's code, a teacher's. `ModelError` where refused."""
    if code:
        people.check_teacher_code(code)
    token = people.register(name)
    _become(people.name_of(token) or "", token)
    st.session_state[_TEACHER] = bool(code)
    st.query_params[WHO] = token


def become_teacher(code: str) -> None:
    """Lets this session change everything; `ModelError` where that is not the teacher's code."""
    people.check_teacher_code(code)
    st.session_state[_TEACHER] = True


def _note() -> None:
    """Remembers now and then when the visitor was here last."""
    name, noted = visitor().name, st.session_state.get(_NOTED, ("", 0.0))
    if name and (noted[0] != name or time.monotonic() - noted[1] > _NOTE_AGAIN):
        people.note_seen(name)
        st.session_state[_NOTED] = (name, time.monotonic())


def _become(name: str, token: str) -> None:
    st.session_state[_NAME], st.session_state[_TOKEN], st.session_state[_TEACHER] = name, token, False
