"""What a person changed in a reading: for every digit, what stands in its place. Knows nothing of pictures.

A reading's text is put together from pieces, one a digit or sign: the character itself, what stands before it,
and a line break after the last one of a line. A correction replaces a piece: by another character, by nothing, by
several that were taken for one. So a text that was edited freely and characters that were corrected one by one are
the same thing.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from pipeline.reading.page_reading import SIGN_NAMES, PageReading

_UNREAD = re.compile(rf"[^0-9{re.escape(''.join(SIGN_NAMES))} \t\n]")

Corrections = Mapping[int, str]
"""By the character's place in the reading, the piece of text in its stead."""


def pieces(reading: PageReading, corrections: Corrections) -> list[str]:
    """The text piece by piece, one a character."""
    texts = []
    for place, character in enumerate(reading.characters):
        after = reading.characters[place + 1 : place + 2]
        line_ends = bool(after) and after[0].line != character.line
        plain = character.before + character.text + ("\n" if line_ends else "")
        texts.append(corrections.get(place, plain))
    return texts


def written(reading: PageReading, corrections: Corrections) -> list[str]:
    """For every character, the ones that now stand in its place: one as a rule, "" for none."""
    return ["".join(piece.split()) for piece in pieces(reading, corrections)]


def edited(reading: PageReading, corrections: Corrections) -> list[int]:
    """The places of the characters that are other than they were read."""
    now = written(reading, corrections)
    return [place for place, character in enumerate(reading.characters) if now[place] != character.text]


def corrected_lines(reading: PageReading, corrections: Corrections) -> list[str]:
    """The lines as they now stand; an empty line is none."""
    lines = "".join(pieces(reading, corrections)).split("\n")
    return [line.strip() for line in lines if line.strip()]


def corrected_text(reading: PageReading, corrections: Corrections) -> str:
    """All lines as they now stand, a line break between them."""
    return "\n".join(corrected_lines(reading, corrections))


def correct_digit(reading: PageReading, corrections: Corrections, place: int, digit: str) -> dict[int, str]:
    """Puts another character, or nothing, in the place of one.

    Args:
        reading: what was read.
        corrections: made so far.
        place: of the digit in the reading.
        digit: "0" to "9" or a sign, or "" where there is none.
    """
    piece = pieces(reading, corrections)[place]
    before = piece[: len(piece) - len(piece.lstrip(" \t"))]
    return {**corrections, place: before + digit + "\n" * piece.count("\n")}


def correct_text(reading: PageReading, corrections: Corrections, text: str) -> dict[int, str]:
    """Takes over a text that was edited freely; what was changed is found by comparison.

    Args:
        reading: what was read.
        corrections: made so far.
        text: the new text; everything but digits, signs, blanks and line breaks is left out.
    """
    before = pieces(reading, corrections)
    owners = [place for place, piece in enumerate(before) for _ in piece]
    old = "".join(before)
    new = re.sub(r"\s*\n\s*", "\n", _UNREAD.sub("", text)).strip()
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
