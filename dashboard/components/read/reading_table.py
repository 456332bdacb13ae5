"""All pages in one table, and the readings to take along."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.reading_progress import Keyed
from dashboard.widgets.download import offer_download
from pipeline.reading.export import Sheet, to_csv, to_json, to_xlsx, to_zip


def show_reading_table(pages: Sequence[Keyed]) -> None:
    """The table; a page whose row is chosen is opened."""
    rows = [
        {
            "Picture": sheet.name,
            "Text": sheet.text.replace("\n", " · "),
            "Digits": sheet.digit_count if sheet.page else None,
            "Doubtful": len(sheet.doubtful) if sheet.page else None,
            "Changed": len(sheet.edits) if sheet.page else None,
            "Error": sheet.error,
        }
        for _, sheet in pages
    ]
    columns = list(rows[0]) if any(sheet.error for _, sheet in pages) else list(rows[0])[:-1]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        key="read_table",
        on_select=_open,
        selection_mode="single-row",
        row_height=38,
        placeholder="",
        column_config={
            "Picture": st.column_config.TextColumn(width="medium"),
            "Text": st.column_config.TextColumn(width="medium"),
            "Digits": st.column_config.NumberColumn(width=70),
            "Doubtful": st.column_config.NumberColumn(width=80, help="Not looked at yet."),
            "Changed": st.column_config.NumberColumn(width=80),
            "Error": st.column_config.TextColumn(width="large"),
        },
        alt=f"Table of {len(rows)} pictures with text, number of digits, and doubtful ones.",
    )


def show_reading_export(sheets: Sequence[Sheet]) -> None:
    """Buttons that save all pages, as they now stand; files are made when asked for."""
    with st.container(horizontal=True, gap="small", key="read_export"):
        offer_download(
            "Table (.csv)",
            lambda: to_csv(sheets),
            "readings.csv",
            "One row a picture: name, text, digits, doubtful ones, lowest confidence, error, changes.",
            key="read_csv",
        )
        offer_download(
            "Workbook (.xlsx)",
            lambda: to_xlsx(sheets),
            "readings.xlsx",
            "Pictures, lines and digits, each beside what was cut out of the picture.",
            key="read_xlsx",
        )
        offer_download(
            "JSON lines (.jsonl)",
            lambda: to_json(sheets),
            "readings.jsonl",
            "As `digitlab read --json` prints it, with what you changed.",
            key="read_json",
        )
        offer_download(
            "With crops (.zip)",
            lambda: to_zip(sheets),
            "readings.zip",
            "The table, the JSON, and a picture of every line and digit.",
            key="read_zip",
        )


def _open() -> None:
    selected = st.session_state["read_table"]["selection"]["rows"]
    if selected:
        review_state.open_page(selected[0])
