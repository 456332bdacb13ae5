"""What a person changed in a reading: for every digit, what stands in its place. Knows nothing of pictures.

A reading's text is put together from pieces, one a digit: the digit itself, and a line break after the last
one of a line. A correction replaces a piece: by another digit, by nothing, by several digits that were taken
for one. So a text that was edited freely and digits that were corrected one by one are the same thing.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from pipeline.reading.reader import PageReading

Corrections = Mapping[int, str]
"""By the digit's place in the reading, the piece of text in its stead."""


def pieces(reading: PageReading, corrections: Corrections) -> list[str]:
    """The text piece by piece, one a digit."""
    texts = []
    for place, digit in enumerate(reading.digits):
        after = reading.digits[place + 1 : place + 2]
        line_ends = bool(after) and after[0].line != digit.line
        texts.append(corrections.get(place, f"{digit.digit}\n" if line_ends else f"{digit.digit}"))
    return texts


def written(reading: PageReading, corrections: Corrections) -> list[str]:
    """For every digit, the digits that now stand in its place: one as a rule, "" for none."""
    return [piece.replace("\n", "") for piece in pieces(reading, corrections)]


def edited(reading: PageReading, corrections: Corrections) -> list[int]:
    """The places of the digits that are other than they were read."""
    now = written(reading, corrections)
    return [place for place, digit in enumerate(reading.digits) if now[place] != str(digit.digit)]


def corrected_lines(reading: PageReading, corrections: Corrections) -> list[str]:
    """The lines as they now stand; a line without digits is none."""
    return [line for line in "".join(pieces(reading, corrections)).split("\n") if line]


def corrected_text(reading: PageReading, corrections: Corrections) -> str:
    """All lines as they now stand, a line break between them."""
    return "\n".join(corrected_lines(reading, corrections))


def correct_digit(reading: PageReading, corrections: Corrections, place: int, digit: str) -> dict[int, str]:
    """Puts another digit, or nothing, in the place of one.

    Args:
        reading: what was read.
        corrections: made so far.
        place: of the digit in the reading.
        digit: "0" to "9", or "" where there is no digit.
    """
    breaks = "\n" * pieces(reading, corrections)[place].count("\n")
    return {**corrections, place: digit + breaks}


def correct_text(reading: PageReading, corrections: Corrections, text: str) -> dict[int, str]:
    """Takes over a text that was edited freely; what was changed is found by comparison.

    Args:
        reading: what was read.
        corrections: made so far.
        text: the new text; everything but digits and line breaks is left out.
    """
    before = pieces(reading, corrections)
    owners = [place for place, piece in enumerate(before) for _ in piece]
    old = "".join(before)
    new = re.sub(r"\n+", "\n", re.sub(r"[^0-9\n]", "", text)).strip("\n")
    after = [""] * len(before)
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        put = new[new_start:new_end]
        if kind == "insert":
            behind = start > 0 and (old[start - 1] != "\n" or start == len(old))
            place = owners[start - 1 if behind else min(start, len(owners) - 1)] if owners else 0
            after[place] += put
            continue
        for offset, place in enumerate(owners[start:end]):
            last = offset == end - start - 1
            after[place] += put[offset:] if last else put[offset : offset + 1]
    plain = pieces(reading, {})
    return {place: piece for place, piece in enumerate(after) if piece != plain[place]}
