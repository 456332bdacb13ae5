"""What each page's address says beside who is there, and the session's state behind it.

The address follows the page; where somebody comes in with another address, the page follows it. Nothing in an address
is trusted: what makes no sense counts as not given.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.visitor import WHO
from dashboard.widgets.plain_text import as_written
from models.store import list_models

PROJECTOR = "projector"
"""Query parameter and widget key: whether pages are shown large, for a room to see."""

_STANDING = (WHO, PROJECTOR)
"""What an address says on every page."""

_WRITTEN = "_address"


@dataclass(frozen=True)
class Parameter:
    """A query parameter and the value of the session's state behind it.

    Attributes:
        key: of the session's state, often a widget's.
        read: what a text stands for; None where it makes no sense.
        write: the text for a value.
        default: what holds where the address says nothing; it is left out of the address.
        noun: what is named, where people are told that it doesn't exist; such a value stays until another is named.
    """

    key: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    default: Any = None
    noun: str = ""


@dataclass(frozen=True)
class PageAddress:
    """The parameters of a page, by their names in the address."""

    parameters: Mapping[str, Parameter]

    def follow(self) -> None:
        """Brings the session's state to what an address says that somebody came in with, before widgets are drawn.

        What comes to nothing because it doesn't exist is told in a sentence. All values are said anew each time: a
        widget's value that no person chose by hand would be lost at a page change.
        """
        given = page_parameters()
        came_in = bool(given) and given != st.session_state.get(_WRITTEN)
        for name, parameter in self.parameters.items():
            value = st.session_state.get(parameter.key, parameter.default)
            if came_in:
                value = _adopt(parameter, given.get(name, ""), value)
            st.session_state[parameter.key] = value

    def write(self) -> None:
        """Brings the address up to date with the session's state."""
        values = {name: st.session_state.get(parameter.key) for name, parameter in self.parameters.items()}
        wanted = self.to_parameters(**values)
        if page_parameters() != wanted:
            standing = {name: st.query_params[name] for name in _STANDING if name in st.query_params}
            st.query_params.from_dict({**wanted, **standing})
        st.session_state[_WRITTEN] = wanted

    def to_parameters(self, **values: Any) -> dict[str, str]:
        """The query parameters of a view, for links to it; values are as in the session's state."""
        return {
            name: self.parameters[name].write(value)
            for name, value in values.items()
            if value is not None and value != self.parameters[name].default
        }


def page_parameters() -> dict[str, str]:
    """What the address says of the page."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in _STANDING}


def one_of(options: Iterable[str]) -> Callable[[str], str | None]:
    """Reads one of these words."""
    words = tuple(options)
    return lambda text: text if text in words else None


def whole_number(low: int, high: int) -> Callable[[str], int | None]:
    """Reads a number within these bounds."""

    def read(text: str) -> int | None:
        plain = text.isascii() and text.isdigit() and len(text) <= 8
        return int(text) if plain and low <= int(text) <= high else None

    return read


def several(read: Callable[[str], Any]) -> Callable[[str], list[Any] | None]:
    """Reads what stands between commas, each part as `read` does; parts that make no sense are passed over."""
    return lambda text: [value for value in map(read, text.split(",")) if value is not None] or None


def model_id(text: str) -> str | None:
    """Reads the id of a model that there is."""
    return text if text in {model.id for model in list_models()} else None


DIGIT = whole_number(0, 9)
"""Reads one of the ten digits."""

MODEL = Parameter(state.MODEL, model_id, noun="model")
"""The model that answers."""


def _adopt(parameter: Parameter, text: str, value: Any) -> Any:
    """What to go on with where the address says this text, or nothing, and the session has this value."""
    found = parameter.read(text) if text else None
    if found is not None:
        return found
    if text and parameter.noun:
        st.caption(
            f":material/info: The address names the {parameter.noun} {as_written(text[:80])}, which doesn't exist here."
        )
    return value if parameter.noun else parameter.default
