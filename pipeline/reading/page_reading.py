"""What was read from a page: characters with their boxes, in lines. Knows nothing of how it was read."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Box

DOUBTFUL = 0.9
"""Confidence below which a character deserves a look, where no risk was chosen."""

SIGN_NAMES = {
    ".": "point", ",": "comma", "-": "minus", "/": "slash", ":": "colon", "+": "plus", "x": "times",
    "*": "asterisk", "=": "equals", "(": "open", ")": "close", "÷": "divide",
}  # fmt: skip
"""The signs that are read, and what files and keys call them."""

CELL_BREAK = "\t"
"""Stands in a line's text between two cells of a table."""


@dataclass(frozen=True)
class PageCharacter:
    """One digit or sign that was read.

    Attributes:
        text: "0" to "9", or one of `SIGN_NAMES`.
        confidence: probability that it is there and is this one, 0 to 1.
        box: in pixels of the picture.
        line: number of its line, from 0.
        image: float32 (28, 28) in [0, 1], what the model saw; of a sign (0, 0).
        before: what stands between it and the one before in its line: nothing or `CELL_BREAK`.
        choices: what it may be and how likely, likeliest first, "" for nothing; what is hardly possible is left out.
        sure_from: the confidence below which it deserves a look.
    """

    text: str
    confidence: float
    box: Box
    line: int
    image: NDArray[np.float32] = field(repr=False)
    before: str = ""
    choices: tuple[tuple[str, float], ...] = field(default=(), repr=False)
    sure_from: float = DOUBTFUL

    @property
    def is_digit(self) -> bool:
        """Whether it is a digit and not a sign."""
        return self.text.isdecimal()

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < self.sure_from


@dataclass(frozen=True)
class PageReading:
    """What was read from one picture.

    Attributes:
        characters: in reading order.
        disagreeing: numbers, from 1, of the lines for which no plausible reading satisfies the constraints.
        left_out: around what was taken for words or print, and not read.
    """

    characters: tuple[PageCharacter, ...]
    disagreeing: tuple[int, ...] = ()
    left_out: tuple[Box, ...] = ()

    @property
    def digits(self) -> tuple[PageCharacter, ...]:
        """The digits among the characters."""
        return tuple(character for character in self.characters if character.is_digit)

    @property
    def lines(self) -> list[str]:
        """The text of each line, signs included."""
        texts: dict[int, str] = {}
        for character in self.characters:
            texts[character.line] = texts.get(character.line, "") + character.before + character.text
        return [texts[line] for line in sorted(texts)]

    @property
    def text(self) -> str:
        """All lines, a line break between them."""
        return "\n".join(self.lines)

    def sure_from(self, confidence: float) -> "PageReading":
        """The same reading, with all characters doubtful that have less than this confidence."""
        characters = tuple(replace(character, sure_from=confidence) for character in self.characters)
        return replace(self, characters=characters)


@dataclass(frozen=True)
class FailedReading:
    """A picture that can't be read, and one sentence on why not, without the picture's name."""

    reason: str

    @property
    def weight(self) -> int:
        """Bytes that it takes to keep, nearly."""
        return len(self.reason)
