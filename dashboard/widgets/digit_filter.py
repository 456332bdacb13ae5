"""One of the ten digits, or any."""

from collections.abc import Callable
from typing import Literal

import streamlit as st


def filter_by_digit(
    label: str,
    key: str,
    on_change: Callable[[], None] | None = None,
    width: Literal["content", "stretch"] = "content",
) -> int | None:
    """The ten digits as pills; None while none is chosen.

    `galleries.css` names the keys, so that phones show them in two even rows.
    """
    return st.pills(
        label,
        list(range(10)),
        format_func=str,
        key=key,
        on_change=on_change,
        persist_state="session",
        wrap=True,
        width=width,
    )
