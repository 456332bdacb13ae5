"""What the page's network says of every place -> the characters. Knows nothing of scales, turns and lines."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from pipeline.pages.characters import CELL, CHARACTERS, TYPICAL_SIZE
from pipeline.reading.page_network import Maps

DIGIT_HEIGHT = 30
"""Height in pixels at which the network knows digits best."""

GLIMPSE = 0.1
"""Sureness of a middle from which a place is worth a closer look, and may be a character."""

LIKE_ONES = [CHARACTERS.index(sign) for sign in "/()"]
"""Kinds that are a single slanted stroke, by their places in `CHARACTERS`."""

POINTS = [CHARACTERS.index(sign) for sign in ".,:"]
"""Kinds so small that they stand in the box of a digit that leans over them."""

_ALIKE = ([CHARACTERS.index("1"), *LIKE_ONES], [*POINTS, CHARACTERS.index("*")])
"""Kinds of which something is surely one, even where it can't be told which."""

_SMALL = 8.0
"""Height in pixels from which digits are seen, if not read: enough to tell how close to come."""

_MOST = 1500


@dataclass(frozen=True)
class CharacterParameters:
    """What counts as a character.

    The first three are fitted to made pages by `benchmarks/reading_confidence.py`, the others chosen on them.

    Attributes:
        middle: weight of the log-odds of a middle in the log-odds of there being a character.
        likeliest: weight of the log-odds of the likeliest kind.
        bias: added to them.
        least_chance: of there being a character.
        overlap: share of a box in the place of a surer character from which it is a part of that one.
        known: from where to where digits are known, as factors of `DIGIT_HEIGHT`.
    """

    middle: float = 2.19
    likeliest: float = 0.29
    bias: float = -0.36
    least_chance: float = 0.2
    overlap: float = 0.55
    known: tuple[float, float] = (0.45, 1.9)


_P = CharacterParameters()


@dataclass(frozen=True)
class Detections:
    """Characters of a picture, in pixels of the gray picture that the network saw.

    Attributes:
        middles: float64 (n, 2), x and y.
        sizes: float64 (n, 2), width along the line of writing and height across it.
        turns: float64 (n,), degrees by which the line of writing falls to the right.
        scores: float64 (n,), whether there is a character at all, 0 to 1: what the network says of a middle, and
            after the second look the chance.
        probabilities: float32 (n, 24) of `CHARACTERS`.
        printed: float64 (n,), probability that it is print.
        apart: float64 (n,), probability that it stands apart from what is before it in its line, as in another cell
            of a table; NaN where nobody has looked.
    """

    middles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    turns: NDArray[np.float64]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    printed: NDArray[np.float64]
    apart: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Detections:
        return Detections(*(getattr(self, field.name)[chosen] for field in fields(Detections)))

    @property
    def kinds(self) -> NDArray[np.intp]:
        """The likeliest of `CHARACTERS` for each, by its place there."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def is_digit(self) -> NDArray[np.bool_]:
        """Whether each is likelier a digit than anything else."""
        return self.kinds < DIGITS

    @property
    def edges(self) -> NDArray[np.float64]:
        """Left, top, right and bottom of each, float64 (n, 4)."""
        return np.concatenate([self.middles - self.sizes / 2, self.middles + self.sizes / 2], axis=1)

    def joined(self, others: Detections) -> Detections:
        """These, and others after them."""
        return Detections(
            *(
                np.concatenate([getattr(one, field.name) for one in (self, others)])
                for field in fields(Detections)
            )
        )

    @property
    def evidence(self) -> NDArray[np.float64]:
        """Log-odds of the score and of the likeliest kind of character, float64 (n, 2)."""
        return np.stack([log_odds(self.scores), log_odds(alike(self.probabilities))], axis=1)


def alike(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """The probability (n,) of the likeliest of `CHARACTERS` (n, 24), or of kinds that look alike."""
    likeliest = probabilities.max(axis=1, initial=0)
    for kind in _ALIKE:
        likeliest = np.maximum(likeliest, probabilities[:, kind].sum(axis=1))
    return np.asarray(likeliest, np.float64)


def log_odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of probabilities, between those of 0.0001 and 0.9999."""
    bounded = np.clip(chances, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float64)


def candidates(maps: Maps) -> Detections:
    """What may be a character: each local maximum of `middle`, the surest first."""
    score = maps.middle
    peak = (score >= cv2.dilate(score, np.ones((3, 3), np.uint8))) & (score > GLIMPSE)
    rows, columns = np.nonzero(peak)
    order = np.argsort(-score[rows, columns])[:_MOST]
    rows, columns = rows[order], columns[order]
    geometry = maps.geometry[rows, columns].astype(np.float64)
    middles = (np.stack([columns, rows], axis=1) + 0.5 + geometry[:, :2]) * CELL
    sizes = np.exp(np.clip(geometry[:, 2:4], -4, 4)) * TYPICAL_SIZE
    turns = np.rad2deg(np.arctan2(geometry[:, 5], geometry[:, 4]))
    return Detections(
        middles, sizes, turns, score[rows, columns].astype(np.float64),
        maps.character[rows, columns], 1 / (1 + np.exp(-geometry[:, 6])), np.full(len(rows), np.nan),
    )  # fmt: skip


def chances(found: Detections) -> NDArray[np.float64]:
    """Of each candidate how likely it is a character, as the page's network alone tells, float64 (n,)."""
    odds = found.evidence @ (_P.middle, _P.likeliest) + _P.bias
    return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def decoded(maps: Maps) -> tuple[Detections, Detections]:
    """The characters that the maps tell of, and digits that are too small to be told apart."""
    found = candidates(maps)
    found = found[chances(found) > _P.least_chance]
    low, high = (factor * DIGIT_HEIGHT for factor in _P.known)
    heights = found.sizes[:, 1]
    small = found.is_digit & (heights <= low)
    known = found[~small & (heights < high)]
    return known[without_parts(known)], found[small & (heights > _SMALL)]


def without_parts(found: Detections) -> NDArray[np.bool_]:
    """Which, of the surest first, are no part of a surer one.

    A box that is mostly blank, a slash's, holds others beside it: only one as large is the same again.
    """
    left, top, right, bottom = found.edges.T.astype(np.float32)
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    down = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    area = np.maximum((right - left) * (bottom - top), 1e-6)
    mostly_blank = np.isin(found.kinds, LIKE_ONES)[:, None]
    needed = np.where(mostly_blank, np.maximum(area[:, None], area), area)
    shared = across.clip(0) * down.clip(0) > _P.overlap * needed
    return np.asarray(~np.triu(shared, 1).any(axis=0), bool)
