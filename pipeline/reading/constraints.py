"""What is known of a number beforehand, and the likeliest reading that agrees with it.

Knows nothing of pictures: it gets readings with their probabilities, likeliest first.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.errors import ConfigError, InputError
from models.files import open_regular

_DATE_FORMATS = {"DDMMYYYY": "%d%m%Y", "MMDDYYYY": "%m%d%Y", "YYYYMMDD": "%Y%m%d", "DDMMYY": "%d%m%y"}


@dataclass(frozen=True)
class Constraint:
    """Something that every right reading of a line satisfies.

    Attributes:
        name: as it was asked for, such as "length=8".
        holds: whether a text of digits satisfies it.
    """

    name: str
    holds: Callable[[str], bool]


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1: card numbers, IMEI)."""
    if len(digits) < 2:
        return False
    doubled = [int(d) * (1 + position % 2) for position, d in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def isbn(digits: str) -> bool:
    """Whether it is an ISBN-13, or an ISBN-10 without X (ISO 2108)."""
    values = [int(d) for d in digits]
    if len(values) == 13:
        return sum(value * (1 + 2 * (position % 2)) for position, value in enumerate(values)) % 10 == 0
    return (
        len(values) == 10 and sum(value * (10 - position) for position, value in enumerate(values)) % 11 == 0
    )


def mod97(digits: str) -> bool:
    """Whether the number leaves 1 when divided by 97, as with IBAN (ISO/IEC 7064, MOD 97-10)."""
    return len(digits) > 2 and int(digits) % 97 == 1


def parse_constraint(text: str, *, from_files: bool = True) -> Constraint:
    """A constraint from its name: length=8, range=1..500, date=DDMMYYYY, one-of=12,15,20, one-of=FILE, luhn, ...

    Args:
        text: the name.
        from_files: whether one-of may name a file: not where the name comes from another computer.

    Raises:
        ConfigError: there is no such constraint, or its value is not of its form; one sentence.
    """
    kind, _, value = text.strip().partition("=")
    simple = {"luhn": luhn, "isbn": isbn, "mod97": mod97}
    if kind in simple and not value:
        return Constraint(text, simple[kind])
    if kind == "length" and re.fullmatch(r"[1-9]\d{0,2}", value):
        return Constraint(text, lambda digits: len(digits) == int(value))
    bounds = re.fullmatch(r"(\d{1,18})\.\.(\d{1,18})", value)
    if kind == "range" and bounds and int(bounds[1]) <= int(bounds[2]):
        low, high = int(bounds[1]), int(bounds[2])
        return Constraint(text, lambda digits: bool(digits) and low <= int(digits) <= high)
    if kind == "date" and value in _DATE_FORMATS:
        return Constraint(
            text, lambda digits: len(digits) == len(value) and _is_date(digits, _DATE_FORMATS[value])
        )
    if kind == "one-of" and (re.fullmatch(r"[\d,\s]+", value) or (value and from_files)):
        allowed = _allowed(value)
        return Constraint(text, lambda digits: digits in allowed)
    raise ConfigError(
        f"expected length=N, range=LOW..HIGH, date={'|'.join(_DATE_FORMATS)}, one-of=A,B,..."
        f"{' or one-of=FILE' if from_files else ''}, luhn, isbn or mod97, got {text!r}."
    )


def _is_date(digits: str, form: str) -> bool:
    try:
        return datetime.strptime(digits, form).strftime(form) == digits
    except ValueError:
        return False


def _allowed(value: str) -> frozenset[str]:
    if re.fullmatch(r"[\d,\s]+", value):
        return frozenset(value.replace(" ", "").split(","))
    try:
        with open_regular(Path(value)) as file:
            return frozenset(re.findall(r"\d+", file.read().decode()))
    except OSError as error:
        raise InputError(value, f"the list of allowed values can't be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise InputError(value, "the list of allowed values can't be read (it is no text).") from None


def choose(readings: Iterable[str], constraints: Iterable[Constraint]) -> str | None:
    """The first reading that satisfies every constraint; None if none does."""
    rules = tuple(constraints)
    return next((text for text in readings if all(rule.holds(text) for rule in rules)), None)
