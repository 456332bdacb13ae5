"""A page as a person reviewed it: what was read, what was changed and looked at. Knows nothing of widgets or files."""

from dataclasses import dataclass, field

from pipeline.imaging.documents import Page
from pipeline.reading.constraints import Constraint, choose
from pipeline.reading.corrections import Corrections, corrected_lines, corrected_text, edited
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import PageReading


@dataclass(frozen=True)
class FailedPage:
    """A picture that can't be read: its name, one sentence on why not, and which page of a file it is."""

    name: str
    reason: str
    part: Page | None = None


@dataclass(frozen=True)
class ReviewedPage:
    """A picture that was read.

    Attributes:
        name: of its file, and of the page in it.
        source: what was read, with its crops.
        corrections: what a person changed.
        checked: places of the characters that a person has looked at and left as they are.
        constraints: rules for every line.
        part: which page of its file it is; None where the file is one picture.
    """

    name: str
    source: PageWithCrops
    corrections: Corrections = field(default_factory=dict)
    checked: frozenset[int] = frozenset()
    constraints: tuple[Constraint, ...] = ()
    part: Page | None = None

    @property
    def reading(self) -> PageReading:
        """What was read, before any correction."""
        return self.source.reading

    @property
    def lines(self) -> list[str]:
        """The text of each line as it now stands."""
        return corrected_lines(self.reading, self.corrections)

    @property
    def text(self) -> str:
        """All lines as they now stand."""
        return corrected_text(self.reading, self.corrections)

    @property
    def digit_count(self) -> int:
        """How many digits there are as the text now stands."""
        return sum(character.isdecimal() for character in self.text)

    @property
    def disagreeing(self) -> list[int]:
        """Numbers, from 1, of the lines that as they now stand break a rule."""
        return [number for number, line in enumerate(self.lines, 1) if self.disagrees(line)]

    def disagrees(self, line: str) -> bool:
        """Whether the text of a line breaks a rule."""
        digits = "".join(character for character in line if character.isdecimal())
        return choose([digits], self.constraints) is None

    @property
    def edits(self) -> list[int]:
        """Places of the characters that are other than they were read."""
        return edited(self.reading, self.corrections)

    @property
    def doubtful(self) -> list[int]:
        """Places of the doubtful characters that nobody has looked at yet."""
        seen = self.checked | set(self.corrections)
        characters = enumerate(self.reading.characters)
        return [place for place, character in characters if character.doubtful and place not in seen]


AnyPage = ReviewedPage | FailedPage
"""What comes of a picture that was uploaded."""
