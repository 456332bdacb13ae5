"""How much of what a person may have here is the visitor's."""

import streamlit as st

from dashboard.quotas import holdings, in_megabytes, quota
from dashboard.visitor import visitor
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.message import errors_shown


def show_own_share() -> None:
    """Runs, saved digits and disk, each with the most that a person may have."""
    st.header("Yours", anchor=False)
    with errors_shown():
        name, most = visitor().name, quota()
        has = holdings([name])[name]
        models = f"{has.models} of them {'models' if has.models != 1 else 'a model'}"
        show_facts(
            [
                Fact("Runs", f"{has.runs} of {most.runs}", models),
                Fact("Saved digits", f"{has.digits} of {most.digits}"),
                Fact("Disk", in_megabytes(has.size), f"of {most.megabytes:,} MB"),
            ]
        )
