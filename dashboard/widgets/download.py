"""Files to save from a page."""

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

_KINDS = {
    ".csv": ("text/csv", "download"),
    ".html": ("text/html", "download"),
    ".jsonl": ("application/jsonl", "data_object"),
    ".md": ("text/markdown", "description"),
    ".keras": ("application/zip", "download"),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table_view"),
    ".zip": ("application/zip", "folder_zip"),
}
"""Media type and Material symbol of files that browsers know; others are plain bytes."""


def offer_download(
    label: str,
    data: bytes | Callable[[], bytes | str],
    file_name: str,
    help: str | None = None,  # noqa: A002 - as Streamlit's own widgets call it
    key: str | None = None,
    *,
    disabled: bool = False,
) -> None:
    """A button that saves a file; the page is not run again for it.

    Args:
        label: of the button.
        data: the file's content, or what makes it when it is asked for.
        file_name: what the browser calls it; the media type follows from its ending.
        help: shown when the mouse rests on the button.
        key: unique on the page; may be left out where the label is.
        disabled: whether it can't be had now; `help` says why.
    """
    mime, icon = _KINDS.get(PurePath(file_name).suffix, ("application/octet-stream", "download"))
    st.download_button(
        label,
        data=data,
        file_name=file_name,
        mime=mime,
        icon=f":material/{icon}:",
        help=help,
        key=key,
        disabled=disabled,
        on_click="ignore",
    )
