"""One model on two data sets: where it is worse."""

import pandas as pd
import streamlit as st

from dashboard.components.inspection.evaluate.class_table import in_percent
from dashboard.components.inspection.evaluate.test_answers import TestAnswers
from dashboard.widgets.facts import Fact, show_facts
from dashboard.widgets.plain_text import as_written
from models.formatting import percent
from pipeline.evaluation.comparison import Difference, compare


def show_comparison(first: TestAnswers, second: TestAnswers) -> None:
    """Shows both accuracies, a sentence on the digits that differ, and a table with a line a digit."""
    st.header(f"Compared with {as_written(second.name)}", anchor=False)
    differences = compare(first.evaluation, second.evaluation)
    show_facts([_fact(first), _fact(second)])
    st.markdown(_in_words(differences, second))
    number = st.column_config.NumberColumn
    table = pd.DataFrame(
        {
            "Digit": ["All" if entry.digit is None else str(entry.digit) for entry in differences],
            "change": [in_percent(entry.change) for entry in differences],
            "first": [in_percent(entry.shares[0]) for entry in differences],
            "second": [in_percent(entry.shares[1]) for entry in differences],
            "clear": ["yes" if entry.clear else "" for entry in differences],
            "first count": [entry.counts[0] for entry in differences],
            "second count": [entry.counts[1] for entry in differences],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder="-",
        column_config={
            "Digit": st.column_config.TextColumn(width=60),
            "first": number(f"{first.name}, %", format="%.2f", help="Share of right answers."),
            "second": number(f"{second.name}, %", format="%.2f", help="Share of right answers."),
            "change": number("Difference", format="%+.2f", width=90, help="In percentage points."),
            "clear": st.column_config.TextColumn(
                "Clear", help="The 95 % intervals don't overlap: chance alone rarely makes such a difference."
            ),
            "first count": number(f"Images of {first.name}", format="localized"),
            "second count": number(f"Images of {second.name}", format="localized"),
        },
        alt=f"Share of right answers by digit on {first.name} and on {second.name}.",
    )


def _fact(answers: TestAnswers) -> Fact:
    evaluation = answers.evaluation
    low, high = evaluation.interval
    mistakes = f"{evaluation.error_count:,} mistakes in {evaluation.count:,}"
    note = f"95 % interval {100 * low:.2f} to {percent(high)}, {mistakes}"
    return Fact(answers.name, percent(evaluation.accuracy), note)


def _in_words(differences: list[Difference], second: TestAnswers) -> str:
    """Which digits are clearly read worse on the second data set, the worst first."""
    worse = sorted(
        (d.change, d.digit)
        for d in differences
        if d.digit is not None and d.clear and d.change and d.change < 0
    )
    name = as_written(second.name)
    if not worse:
        return f"No digit is clearly read worse on {name}."
    digits = ", ".join(f"{digit} ({100 * change:+.1f} points)" for change, digit in worse)
    return f"Clearly read worse on {name}: {digits}."
