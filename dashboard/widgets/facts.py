"""A few figures that matter, in a row that wraps."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True)
class Fact:
    """One figure: what it is, its value, and what to make of it."""

    label: str
    value: str
    note: str = ""


def show_facts(facts: Sequence[Fact]) -> None:
    """Shows the figures, each with its label above and its note below."""
    entries = "".join(
        f"<div><dt>{escape(fact.label)}</dt><dd>{escape(fact.value)}</dd>"
        f'<dd class="fact-note">{escape(fact.note)}</dd></div>'
        for fact in facts
    )
    st.html(f'<dl class="facts">{entries}</dl>')
