"""Everybody with what they have here, for the teacher."""

import pandas as pd
import streamlit as st

from dashboard import people
from dashboard.quotas import holdings
from dashboard.widgets.message import errors_shown


def show_members() -> None:
    """One row a person."""
    st.header("People", divider="gray", anchor=False)
    with errors_shown():
        seen = people.last_seen()
        has = holdings(seen)
        rows = [
            {
                "Name": name,
                "Runs": has[name].runs,
                "Models": has[name].models,
                "Saved digits": has[name].digits,
                "Disk": has[name].size / 1024**2,
                "Last seen": pd.to_datetime(moment) if moment else None,
            }
            for name, moment in seen.items()
        ]
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            key="class_members",
            placeholder="-",
            column_config={
                "Name": st.column_config.TextColumn(width="medium"),
                "Disk": st.column_config.NumberColumn(
                    format="%.1f MB", help="Runs, saved digits, data sets and pages of Read."
                ),
                "Last seen": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            },
            alt=f"Table of {len(rows)} people.",
        )
