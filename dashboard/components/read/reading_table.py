"""All pages in one table, and the export of their readings."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.read import review_state
from dashboard.components.read.reading_progress import Keyed
from dashboard.widgets.download import offer_download
from dashboard.widgets.theme import on_phone
from pipeline.reading.export import to_csv, to_json, to_xlsx, to_zip
from pipeline.reading.review import AnyPage, FailedPage


def show_reading_table(pages: Sequence[Keyed]) -> None:
    """The table; a page whose row is chosen is opened."""
    rows = [_row(page) for _, page in pages]
    columns = list(rows[0]) if any(row["Error"] for row in rows) else list(rows[0])[:-1]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        key="read_table",
        on_select=_open,
        selection_mode="single-row",
        row_height=38,
        placeholder="",
        column_config={
            "Picture": st.column_config.TextColumn(width=130 if on_phone() else "medium", pinned=True),
            "Text": st.column_config.TextColumn(width="medium"),
            "Digits": st.column_config.NumberColumn(width=70),
            "Doubtful": st.column_config.NumberColumn(width=80, help="Not reviewed yet."),
            "Changed": st.column_config.NumberColumn(width=80),
            "Error": st.column_config.TextColumn(width="large"),
        },
        alt=f"Table of {len(rows)} pictures with text, number of digits, and doubtful ones.",
    )


def _row(page: AnyPage) -> dict[str, Any]:
    if isinstance(page, FailedPage):
        empty = {"Text": "", "Digits": None, "Doubtful": None, "Changed": None}
        return {"Picture": page.name, **empty, "Error": page.reason}
    return {
        "Picture": page.name,
        "Text": page.text.replace("\n", " · "),
        "Digits": page.digit_count,
        "Doubtful": len(page.doubtful),
        "Changed": len(page.edits),
        "Error": "",
    }


def show_reading_export(pages: Sequence[AnyPage]) -> None:
    """Buttons that save all pages, as they now stand; files are made when asked for."""
    with st.container(horizontal=True, gap="small", key="read_export"):
        offer_download(
            "Workbook (.xlsx)",
            lambda: to_xlsx(pages),
            "readings.xlsx",
            "For spreadsheets, with leading zeros. Pictures, lines and digits, each next to its crop from the picture.",
            key="read_xlsx",
        )
        offer_download(
            "Table (.csv)",
            lambda: to_csv(pages),
            "readings.csv",
            "One row per picture: name, text, digits, doubtful digits, lowest confidence, error, edits. "
            "For programs: spreadsheets drop leading zeros of a .csv.",
            key="read_csv",
        )
        offer_download(
            "JSON lines (.jsonl)",
            lambda: to_json(pages),
            "readings.jsonl",
            "The output of `digitlab read --json`, with your edits.",
            key="read_json",
        )
        offer_download(
            "With crops (.zip)",
            lambda: to_zip(pages),
            "readings.zip",
            "The table, the JSON, and a crop of every line and digit.",
            key="read_zip",
        )


def _open() -> None:
    selected = st.session_state["read_table"]["selection"]["rows"]
    if selected:
        review_state.open_page(selected[0])
