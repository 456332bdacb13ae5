"""Names that people gave, in places where Streamlit reads Markdown."""

import re

# every mark of Markdown, formulas and Streamlit's colors and icons; a colon only where a directive could begin
_MARKS = re.compile(r"[\\`*_{}\[\]$~<>#|&^]|:(?=\w)")
_LIST = re.compile(r"^(\d*)([-+.)])(?=\s)")


def as_written(text: str) -> str:
    """The text with all Markdown in it escaped, so that it is shown as it was written."""
    return _LIST.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", text))
