"""Parts of pages that Streamlit lacks, written in HTML, CSS and JavaScript under `dashboard/assets/components`."""

from functools import lru_cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent.parent / "assets" / "components"


def declare(name: str, isolate_styles: bool = True) -> ComponentRenderer:
    """Makes a component known to Streamlit; what comes back puts it on the page.

    Args:
        name: of the component and of its files, `name.html`, `name.css` and `name.js`.
        isolate_styles: whether the page's styles stay out of it, and its own in it.
    """
    html, css, js = (_read(f"{name}.{kind}") for kind in ("html", "css", "js"))
    return st.components.v2.component(name, html=html, css=css, js=js, isolate_styles=isolate_styles)


@lru_cache(maxsize=64)
def _read(file_name: str) -> str | None:
    """The file's text, or None where the component has no such file; read once."""
    file = _FOLDER / file_name
    return file.read_text(encoding="utf-8") if file.exists() else None
