"""What is known of every line beforehand, in a popover; the readings follow it."""

import re
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.widgets.message import show_error
from models.errors import ConfigError, DigitLabError
from pipeline.reading.constraints import Constraint, parse_constraint

CHECKS = {"luhn": "Luhn (cards, IMEI)", "isbn": "ISBN", "mod97": "mod 97 (IBAN)"}
DATES = {
    "DDMMYYYY": "day month year, 8 digits",
    "DDMMYY": "day month year, 6 digits",
    "MMDDYYYY": "month day year, 8 digits",
    "YYYYMMDD": "year month day, 8 digits",
}
KEYS = ("known_length", "known_check", "known_low", "known_high", "known_date", "known_allowed")
"""Widget keys of the rules."""


@dataclass(frozen=True)
class ConstraintValues:
    """What every line satisfies; None and "" where nothing is known."""

    length: int | None = None
    check: str | None = None
    low: int | None = None
    high: int | None = None
    date: str | None = None
    allowed: str = ""

    def names(self) -> list[str]:
        """As `pipeline.reading.constraints.parse_constraint` and `digitlab read --expect` take them.

        Raises:
            ConfigError: the values contradict each other or are no numbers.
        """
        names = [f"length={self.length}"] if self.length else []
        names += [self.check] if self.check else []
        names += [f"date={self.date}"] if self.date else []
        if self.low is not None or self.high is not None:
            low, high = self.low or 0, 10**18 - 1 if self.high is None else self.high
            if low > high:
                raise ConfigError(f"Expected a range from a smaller to a larger value, got {low} to {high}.")
            names.append(f"range={low}..{high}")
        if self.allowed.strip():
            # a list may be the name of a file on the command line, never here
            if not re.fullmatch(r"[\d,;\s]+", self.allowed, re.ASCII):
                raise ConfigError(
                    "Expected allowed values made of digits, separated by commas or line breaks."
                )
            names.append("one-of=" + ",".join(re.findall(r"\d+", self.allowed)))
        return names

    def constraints(self) -> list[Constraint]:
        """What every line must satisfy; errors as from `names`."""
        return [parse_constraint(name) for name in self.names()]


def ask_constraints() -> list[Constraint]:
    """The popover, and what it stands at."""
    count = sum(st.session_state.get(key) not in (None, "") for key in KEYS)
    with st.popover(
        f"Line rules ({count})" if count else "Line rules",
        icon=":material/rule:",
        key="line_knowledge",
    ):
        values = _ask()
        try:
            return values.constraints()
        except DigitLabError as error:
            show_error(error)
    return []


def _ask() -> ConstraintValues:
    st.markdown("**Rules that every line satisfies**")
    st.caption("Rules decide what doubtful digits are; sure ones stay. Leave unknown fields empty.")
    persistent: dict[str, Any] = {"persist_state": "session"}
    left, right = st.columns(2)
    length = left.number_input(
        "Digits per line", 1, 40, None, key="known_length", placeholder="any", **persistent
    )
    check = right.selectbox(
        "Check digit",
        list(CHECKS),
        None,
        format_func=_of(CHECKS),
        key="known_check",
        placeholder="none",
        **persistent,
    )
    left, right = st.columns(2)
    low = left.number_input("From", 0, 10**15, None, key="known_low", placeholder="any", **persistent)
    high = right.number_input("To", 0, 10**15, None, key="known_high", placeholder="any", **persistent)
    date = st.selectbox(
        "A date",
        list(DATES),
        None,
        format_func=_of(DATES),
        key="known_date",
        placeholder="none",
        **persistent,
    )
    allowed = st.text_area(
        "Allowed values",
        key="known_allowed",
        placeholder="1001, 1002, 1003",
        height=80,
        max_chars=50_000,
        **persistent,
    )
    st.button("Clear all", icon=":material/backspace:", key="known_clear", on_click=_forget)
    return ConstraintValues(length, check, low, high, date, allowed or "")


def _of(names: dict[str, str]) -> Any:
    return lambda key: names.get(key, str(key))


def _forget() -> None:
    for key in KEYS:
        st.session_state[key] = "" if key == "known_allowed" else None
