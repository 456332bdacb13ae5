"""What a page says when there is nothing to show, or when something went wrong."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from dashboard.widgets.plain_text import as_written
from models.errors import DigitLabError, explain_os_error


def show_empty(key: str, icon: str, title: str, text: str, page: str = "", page_label: str = "") -> None:
    """A quiet card in the place of what is not there yet.

    Args:
        key: unique on the page.
        icon: a Material symbol's name.
        title: what is missing, in a few words.
        text: one sentence on how to get it.
        page: where to go for it, such as "views/train.py".
        page_label: what the link says.
    """
    with st.container(border=True, key=f"empty-{key}", gap="xsmall", horizontal_alignment="center"):
        st.markdown(f":gray[:material/{icon}:]")
        st.markdown(f"**{title}**")
        st.caption(text)
        if page:
            st.page_link(page, label=page_label, icon=":material/arrow_forward:")


def show_error(error: DigitLabError | str) -> None:
    """One sentence on what went wrong."""
    st.error(as_written(str(error)), icon=":material/error:")


def show_errors(sentences: Sequence[str]) -> None:
    """The first three in full; the others folded, so that many bad files don't push a page away."""
    for sentence in sentences[:3]:
        show_error(sentence)
    if len(sentences) > 3:
        with st.expander(f"{len(sentences) - 3} more could not be read", icon=":material/error:"):
            for sentence in sentences[3:]:
                st.caption(as_written(sentence))


@contextmanager
def errors_shown() -> Iterator[None]:
    """Shows an error that is meant for people in the place where it arose; defects keep their traceback."""
    try:
        yield
    except DigitLabError as error:
        show_error(error)
    except OSError as error:
        show_error(explain_os_error(error))
