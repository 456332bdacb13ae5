"""All configurations of a sweep: as lines through their hyperparameters, and in a table."""

import pandas as pd
import streamlit as st

from dashboard.figures.style import Palette
from dashboard.figures.sweeps import ConfigurationLine, Kind, parallel_coordinates
from dashboard.widgets.chart import show_chart
from dashboard.widgets.theme import on_phone
from models.formatting import counted, percent
from pipeline.runs.sweep.results import Candidate, Standing
from pipeline.runs.sweep.wording import (
    describe,
    interval_of,
    lead_in_words,
    name_of,
    trouble_of,
    value_in_words,
)

_MOST_ROWS = 16
"""Rows of the table that are shown without scrolling in it."""


def show_configurations(standing: Standing, palette: Palette) -> None:
    """Shows the lines once there are two, and a table of all."""
    st.header("Configurations", anchor=False)
    known = [candidate for candidate in standing.candidates if candidate.mean is not None]
    if standing.varied and len(known) > 1:
        _show_lines(standing, known, palette)
    _show_table(standing)


def _show_lines(standing: Standing, known: list[Candidate], palette: Palette) -> None:
    alike = {place for place, lead in standing.leads.items() if lead.noise}

    def kind_of(candidate: Candidate) -> Kind:
        if standing.best and candidate.place == standing.best.place:
            return "best"
        if candidate.given_up_after:
            return "given up"
        return "alike" if candidate.place in alike else "other"

    lines = [
        ConfigurationLine(
            describe(candidate), list(candidate.settings.values()), candidate.mean or 0.0, kind_of(candidate)
        )
        for candidate in known
    ]
    best = lines[0]
    show_chart(
        parallel_coordinates([name_of(name) for name in standing.varied], lines, palette),
        key="sweep_lines",
        alt=f"{len(lines)} configurations from their hyperparameters to their mean validation accuracy, from "
        f"{percent(min(line.accuracy for line in lines))} to {percent(max(line.accuracy for line in lines))}; "
        f"best {best.label}. The table below has all of them.",
        live=True,
    )
    st.caption(
        "Each line is a configuration, from its hyperparameters to the mean validation accuracy of its seeds. On that "
        "scale, half as many mistakes are always the same step up."
    )


def _show_table(standing: Standing) -> None:
    leads = standing.leads
    rows = []
    for candidate in standing.candidates:
        lead = leads.get(candidate.place)
        rows.append(
            {
                **{name_of(name): value_in_words(value) for name, value in candidate.settings.items()},
                "Validation": None if candidate.mean is None else 100 * candidate.mean,
                "95 % interval": interval_of(candidate),
                "Behind the best": lead_in_words(lead) if lead else "",
                "Trials": _trials_in_words(candidate),
                "Time": candidate.seconds,
            }
        )
    table = pd.DataFrame(rows)
    first = next(iter(table.columns))
    st.dataframe(
        table if leads else table.drop(columns="Behind the best"),
        hide_index=True,
        height="content" if len(rows) <= _MOST_ROWS else "auto",
        placeholder="-",
        column_config={
            first: st.column_config.TextColumn(pinned=True, width=110 if on_phone() else None),
            "Validation": st.column_config.NumberColumn(
                format="%.2f %%",
                width=95,
                help="Mean validation accuracy of its seeds, by which they are ranked.",
            ),
            "95 % interval": st.column_config.TextColumn(
                help="Of that mean, by Student's t distribution over the seeds."
            ),
            "Behind the best": st.column_config.TextColumn(
                width="medium",
                help="Noise: it could be the best as well, by a t test over seeds, corrected for all others.",
            ),
            "Time": st.column_config.NumberColumn(
                format="%.0f s", width=70, help="Of one training, on average."
            ),
        },
        alt="All configurations, from the best on, with their mean validation accuracy and its interval over seeds.",
    )


def _trials_in_words(candidate: Candidate) -> str:
    """Its seeds in a few words: "2 seeds", "given up after 3 epochs", "1 of 2 seeds", "failed"."""
    if candidate.given_up_after:
        return f"given up after {counted(candidate.given_up_after, 'epoch')}"
    if trouble := trouble_of(candidate):
        return trouble
    count = len(candidate.trials)
    if len(candidate.scores) < count:
        return f"{len(candidate.scores)} of {count} seeds" if candidate.scores else "waiting"
    return counted(count, "seed")
