"""A chosen risk on pages: which characters to look at, and which numbers a line may be.

How sure a model is of test images says little about how sure it is of a photographed page. So the threshold comes from
characters of the same batch that a person has checked, once there are enough, and until then from the model's own
estimate of its confidence, which promises nothing. Knows nothing of widgets or files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.evaluation.trust.bounds import answers_needed
from pipeline.evaluation.trust.selection import choose_selection
from pipeline.reading.page_reading import DOUBTFUL, PageCharacter, PageReading
from pipeline.reading.review import AnyPage, FailedPage, ReviewedPage

_PROMISED = 0.95
"""Share of lines whose true text is among those told."""


@dataclass(frozen=True)
class PageCaution:
    """Where characters become doubtful.

    Attributes:
        risk: allowed share of wrong characters among those that are not doubtful.
        sure_from: the confidence below which a character is doubtful.
        checked: characters of the batch that a person has checked.
        measured: whether `sure_from` comes from them, with 95 % confidence.
    """

    risk: float
    sure_from: float
    checked: int = 0
    measured: bool = False

    @property
    def missing(self) -> int:
        """How many more have to be checked before the risk can be shown, if none of the sure ones is wrong."""
        return max(0, answers_needed(self.risk) - self.checked)


@dataclass(frozen=True)
class LineDoubt:
    """A line of which several texts are told.

    Attributes:
        line: its number, from 1.
        positions: of the characters in doubt, from 1.
        candidates: what each of them may be, likeliest first; "" for nothing.
    """

    line: int
    positions: tuple[int, ...]
    candidates: tuple[tuple[str, ...], ...]


def estimated(risk: float) -> PageCaution:
    """Where characters become doubtful by the model's own estimate: nothing less sure than the risk allows."""
    return PageCaution(risk, max(DOUBTFUL, 1 - risk))


def measured(risk: float, pages: Sequence[AnyPage]) -> PageCaution:
    """Where characters become doubtful by what a person has checked on these pages, or else as `estimated`.

    A character counts as checked where it was looked at or corrected. A person corrects what is wrong more readily
    than they confirm what is right, which makes the threshold rather too strict than too lax.
    """
    decided = [answer for page in pages if not isinstance(page, FailedPage) for answer in _checked(page)]
    usual = estimated(risk)
    if not decided:
        return usual
    confidences, wrong = (np.array(column) for column in zip(*decided, strict=True))
    selection = choose_selection(1 - confidences.astype(np.float64), wrong.astype(bool), risk)
    if selection is None:
        return PageCaution(risk, usual.sure_from, len(decided))
    sure_from = max(1 - selection.threshold, float(confidences.min()))  # of less sure ones, nothing is known
    return PageCaution(risk, sure_from, len(decided), measured=True)


def _checked(page: ReviewedPage) -> Iterator[tuple[float, bool]]:
    """Confidence of each checked character, and whether it was wrong."""
    edits = set(page.edits)
    for place, character in enumerate(page.reading.characters):
        if place in page.checked or place in page.corrections:
            yield character.confidence, place in edits


def lines_in_doubt(reading: PageReading) -> list[LineDoubt]:
    """The lines of which more than one text is told, by the model's own estimate.

    Each character misses its true text with at most a share of 5 % / the line's length, so that the line's is among
    those told in 95 % of lines where the model's chances are right (Bonferroni).
    """
    lines: dict[int, list[PageCharacter]] = {}
    for character in reading.characters:
        lines.setdefault(character.line, []).append(character)
    doubts = []
    for number, line in enumerate(lines.values(), 1):
        told = [candidates(character, (1 - _PROMISED) / len(line)) for character in line]
        places = [place for place, texts in enumerate(told) if len(texts) > 1]
        if places:
            doubts.append(
                LineDoubt(
                    number, tuple(place + 1 for place in places), tuple(told[place] for place in places)
                )
            )
    return doubts


def candidates(character: PageCharacter, missed: float) -> tuple[str, ...]:
    """What a character may be: the likeliest texts, until at most a chance of `missed` is left for others."""
    others = [choice for choice in character.choices if choice[0] != character.text]
    texts, sure = [character.text], character.confidence
    for text, chance in others:
        if sure >= 1 - missed:
            break
        texts.append(text)
        sure += chance
    return tuple(texts)
