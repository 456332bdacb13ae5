"""Precision, recall and F1 of each digit, as a chart and as a table that can be sorted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.figures.classes import precision_and_recall
from dashboard.figures.style import Palette
from dashboard.widgets.chart import drawn, show_chart
from models.records import ClassReport


def show_digit_by_digit(classes: Sequence[ClassReport], palette: Palette) -> None:
    """Shows the section."""
    st.header("Digit by digit", anchor=False)
    show_chart(
        drawn(precision_and_recall, classes, palette),
        key="by_digit",
        alt="Precision and recall of each digit; the same figures are in the table below.",
    )
    _show_table(classes)


def _show_table(classes: Sequence[ClassReport]) -> None:
    """Shows one line a digit."""
    share = st.column_config.NumberColumn
    shares = {
        "Precision": [report.precision for report in classes],
        "Recall": [report.recall for report in classes],
        "F1": [report.f1 for report in classes],
    }
    table = pd.DataFrame(
        {
            "Digit": [report.digit for report in classes],
            **{name: [in_percent(value) for value in values] for name, values in shares.items()},
            "Images": [report.support for report in classes],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        placeholder="-",
        height="content",
        column_config={
            "Digit": share(width="small", pinned=True),
            "Precision": share(
                "Precision, %", format="%.2f", help="Share of the images read as this digit that are one."
            ),
            "Recall": share(
                "Recall, %", format="%.2f", help="Share of the images of this digit that are read correctly."
            ),
            "F1": share("F1, %", format="%.2f", help="Harmonic mean of precision and recall."),
            "Images": share(format="%d", help="Test images of this digit."),
        },
        alt="Precision, recall, F1 and number of test images of each digit.",
    )


def in_percent(share: float | None) -> float | None:
    """A share for a column of percentages."""
    return None if share is None else 100 * share
