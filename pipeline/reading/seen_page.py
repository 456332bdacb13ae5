"""A page that was looked at: what each of its characters may be, and how sure that is. Knows no rules for lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.digits import DIGITS
from models.recognizer import Recognizer, among_digits
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture
from pipeline.pages.characters import BAR, CHARACTERS, LETTER
from pipeline.reading.arrangement import arrange
from pipeline.reading.decoding import LIKE_ONES, log_odds
from pipeline.reading.detection import find_characters
from pipeline.reading.digit_images import digit_images
from pipeline.reading.line_network import line_network
from pipeline.reading.page_network import page_network
from pipeline.reading.page_reading import PageCharacter
from pipeline.reading.second_look import looked_again

_TEXTS = tuple({BAR: "/", LETTER: ""}.get(character, character) for character in CHARACTERS)
"""How `CHARACTERS` stand in a text; letters are not read."""

_THERE = 0.5
"""Confidence above which a digit may be another one, but no rule makes it a sign or nothing."""

_HARDLY = 0.3
"""Confidence that something of a group must have for it to be read: the rest are stains, creases, drawings.

On made pages it costs one right character in 140 and saves two in three that are none.
"""

_WORTH_TELLING = 0.0005
"""Chance of a choice that is kept with a character."""

_NO_IMAGE = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class Votes:
    """How much the digits' network has to say beside the others, and how sure they are together.

    Fitted to made pages by `benchmarks/reading_confidence.py`.

    Attributes:
        digit: exponent of the recognizer's probabilities.
        likeliest: weight of the log-odds of the likeliest character.
        there: weight of the log-odds of there being a character.
        sign: factor for what looks like a one and is a sign: both networks have learned from pictures full of signs.
            Chosen on made pages, as `digit`.
        bias: added to them; the sum is the log-odds of being right.
    """

    digit: float = 0.1
    likeliest: float = 0.75
    there: float = 0.49
    sign: float = 0.4
    bias: float = -2.31


VOTES = Votes()


class SeenPage:
    """What is known of a page's characters.

    Attributes:
        lines: of each line its characters by number, and what stands before each, as in `Arrangement`.
        seen: numbers of the characters that stand in lines, those among them that are hardly there.
        left_out: groups of characters that are not read: words, print, and what is hardly there.
    """

    def __init__(self, picture: Picture, recognizer: Recognizer) -> None:
        """Looks at a page.

        Args:
            picture: of the page.
            recognizer: has a say in which digit is which.
        """
        gray = np.asarray(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
        sighting = find_characters(gray, page_network())
        found = looked_again(sighting, line_network())
        self._edges = found.edges
        self._back = np.linalg.inv(np.vstack([sighting.matrix, [0, 0, 1]]))[:2]
        self._shape = picture.pixels.shape
        arrangement = arrange(found)
        self.seen = [number for line in arrangement.lines for number, _ in line]
        digits = np.array([number for number in self.seen if found.is_digit[number]], np.intp)
        self._images = dict(zip(digits.tolist(), digit_images(found, sighting.maps.ink, digits), strict=True))
        self._probabilities = np.array(found.probabilities, np.float64)
        self._probabilities[:, LIKE_ONES] *= VOTES.sign
        self._probabilities /= self._probabilities.sum(axis=1, keepdims=True)
        self._ask(recognizer)
        chances = np.stack([self._probabilities.max(axis=1, initial=0), found.scores], axis=1)
        self._evidence: list[list[float]] = log_odds(chances).tolist()
        self._choices = {number: self._chances(number) for number in self.seen}
        doubted = self._doubted(arrangement.words)
        gone = {number for word in doubted for number in word}
        self.lines = tuple(
            tuple(entry for entry in line if entry[0] not in gone) for line in arrangement.lines
        )
        self.left_out = arrangement.left_out + doubted

    def _ask(self, recognizer: Recognizer) -> None:
        """Lets the recognizer vote on which digit each is that has an image."""
        inked = [number for number, image in self._images.items() if image.any()]
        if not inked:
            return
        answers = among_digits(recognizer.scores(np.stack([self._images[number] for number in inked])))
        own = self._probabilities[inked, :DIGITS]
        share = own.sum(axis=1, keepdims=True)
        both = (own / share + 1e-6) * (answers + 1e-6) ** VOTES.digit
        self._probabilities[inked, :DIGITS] = share * both / both.sum(axis=1, keepdims=True)

    def _doubted(self, words: Sequence[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
        """The groups of which nothing is sure enough."""
        return tuple(
            word
            for word in words
            if all(self.choices(number)[self.likeliest(number)] < _HARDLY for number in word)
        )

    def evidence(self, number: int) -> tuple[float, float]:
        """Log-odds of a character's likeliest kind, and of its being there at all."""
        likeliest, there = self._evidence[number]
        return likeliest, there

    def choices(self, number: int) -> Mapping[str, float]:
        """What a character of a line may be, with its probability; "" for nothing."""
        return self._choices[number]

    def likeliest(self, number: int) -> str:
        """The digit or sign that a character of a line is, if it is any."""
        choices = self.choices(number)
        return max(filter(None, choices), key=choices.__getitem__)

    def _chances(self, number: int) -> dict[str, float]:
        row = self._probabilities[number]
        likeliest, there = self.evidence(number)
        odds = VOTES.likeliest * likeliest + VOTES.there * there + VOTES.bias
        sure = float(1 / (1 + np.exp(-odds)))
        best = int(row.argmax())
        # the others as likely beside the best as the networks have it; what is then left is for there being nothing
        others = row * (sure / row[best])
        rest = float(others.sum()) - sure
        others *= min(1.0, (1 - sure) / max(rest, 1e-9))
        others[best] = sure
        choices: dict[str, float] = {"": max(0.0, 1 - float(others.sum()))}
        for text, chance in zip(_TEXTS, others.tolist(), strict=True):
            choices[text] = choices.get(text, 0.0) + chance
        if sure <= _THERE:
            return choices
        return {
            text: chance for text, chance in choices.items() if text and (best >= DIGITS or text.isdecimal())
        }

    def read(self, line: int, texts: Sequence[str] | None) -> list[PageCharacter]:
        """The characters of a line, as `texts` says or else the likeliest ones; those that are "" are left out."""
        characters: list[PageCharacter] = []
        for place, (number, before) in enumerate(self.lines[line]):
            choices = self.choices(number)
            text = self.likeliest(number) if texts is None else texts[place]
            if text:
                image = self._images.get(number, _NO_IMAGE) if text.isdecimal() else _NO_IMAGE
                mark = before if characters else ""
                characters.append(
                    PageCharacter(
                        text, choices[text], self.box([number]), line, image, mark, _likely(choices)
                    )
                )
        return characters

    def box(self, numbers: Sequence[int]) -> Box:
        """The upright box around some characters, in pixels of the picture."""
        edges = self._edges[list(numbers)]
        (left, top), (right, bottom) = edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)
        corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
        points = corners @ self._back.T
        height, width = self._shape[:2]
        low = np.clip(np.floor(points.min(axis=0)), 0, (width - 1, height - 1)).astype(int)
        high = np.clip(np.ceil(points.max(axis=0)), low + 1, (width, height)).astype(int)
        return Box.from_edges(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _likely(choices: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The choices that are worth telling, likeliest first."""
    likely = [choice for choice in choices.items() if choice[1] >= _WORTH_TELLING]
    return tuple(sorted(likely, key=lambda choice: -choice[1]))
