"""Lines of digits and signs -> values. Knows nothing of pictures.

Which sign is the decimal one is told by the lines themselves: people write all their amounts alike.
"""

import re
from collections.abc import Sequence
from typing import Literal

Decimal = Literal[".", ","]

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_DATE_OR_TIME = re.compile(r"\d+(?:[/:]\d+)+|\d{1,4}[.-]\d{1,2}[.-]\d{2,4}")


def decimal_sign(lines: Sequence[str]) -> Decimal | None:
    """The sign between whole and part, as most numbers have it; None where nothing tells.

    In 1.234,56 it is the last one; in 12,5 the only one, unless three digits follow, which may be thousands.
    """
    votes = {".": 0, ",": 0}
    for token in (token for line in lines for token in _NUMBER.findall(_DATE_OR_TIME.sub(" ", line))):
        marks = [character for character in token if character in ".,"]
        if not marks:
            continue
        last = token.rsplit(marks[-1], 1)[1]
        if len(set(marks)) == 2 or (len(marks) == 1 and len(last) != 3):
            votes[marks[-1]] += 1
        elif len(marks) > 1:
            votes["," if marks[-1] == "." else "."] += 1
    if votes["."] == votes[","]:
        return None
    return "." if votes["."] > votes[","] else ","


def numbers_of(lines: Sequence[str], decimal: Decimal | None = None) -> list[list[float | int]]:
    """The values in each line, in its order; dates and times are none.

    Args:
        lines: as a reading has them.
        decimal: the decimal sign; by default `decimal_sign` of the lines, else a point.
    """
    mark = decimal or decimal_sign(lines) or "."
    return [[_value(token, mark) for token in _tokens(line)] for line in lines]


def _tokens(line: str) -> list[str]:
    """Numbers as they are written; a sign belongs to one where nothing it could be added to stands before it."""
    tokens = []
    plain = _DATE_OR_TIME.sub(lambda found: " " * len(found.group()), line)
    for found in _NUMBER.finditer(plain):
        token, before = found.group(), plain[: found.start()].rstrip()
        if token[0] in "+-" and before and (before[-1].isdecimal() or before[-1] == ")"):
            token = token[1:]
        tokens.append(token)
    return tokens


def _value(token: str, mark: Decimal) -> float | int:
    other = "," if mark == "." else "."
    plain = token.replace(other, "")
    if plain.count(mark) > 1:  # 1.234.567 where the point was taken for the decimal sign
        plain = plain.replace(mark, "")
    return float(plain.replace(mark, ".")) if mark in plain else int(plain)
