"""One of a few options, side by side; what a person chose is still there after a page change."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import streamlit as st

Option = TypeVar("Option")


def choose(
    label: str,
    options: Mapping[Option, str],
    key: str,
    default: Option | None = None,
    quiet: bool = False,
    wrap: bool | None = None,
    help: str | None = None,  # noqa: A002 - as Streamlit's own widgets call it
    on_change: Callable[[], None] | None = None,
) -> Option:
    """The options as a row of buttons, one of which is always pressed.

    Args:
        label: what is chosen.
        options: the label of each.
        key: unique in the session.
        default: chosen at first; None where the session's state says it already.
        quiet: whether only screen readers get the label.
        wrap: whether the row breaks where there is little room; None leaves it to Streamlit.
        help: shown beside the label.
        on_change: called when a person chose another one.
    """
    picked = st.segmented_control(
        label,
        list(options),
        format_func=lambda option: options.get(option, str(option)),
        default=default,
        required=True,
        key=key,
        help=help,
        on_change=on_change,
        label_visibility="collapsed" if quiet else "visible",
        persist_state="session",
        wrap=wrap,
    )
    return cast(Option, picked)  # never None: the default or the session's state says one
