"""A picture -> its characters, wherever they stand and however large they are. Knows nothing of lines and texts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from pipeline.imaging.scaling import resized
from pipeline.pages.characters import CELL, TYPICAL_SIZE
from pipeline.reading.page_network import Maps, PageNetwork
from pipeline.reading.slope import common_slope

DIGIT_HEIGHT = 30
"""Height in pixels at which the network knows digits best."""

_SIDES = 80, 320, 2560
"""Longer sides of the picture, in pixels, between which its scale is looked for, and the one that is tried first."""

_PLAIN = 3.0
"""Evidence at the side that is tried first from which nothing smaller is looked at."""

_FAMILIAR = 1280
"""Longer side in pixels from which a look that shows nothing small is the closest that is taken."""

_SMALL = 8.0
"""Height in pixels from which digits are seen, if not read: enough to tell how close to come."""

_HINT, _TRACE = 2.0, 0.3
"""Evidence of small digits that is enough to come closer at once, and that is too little to come closer for."""

_GLIMPSE = 0.1
"""Sureness of a middle from which a place is worth a closer look, and may be a character."""

_AROUND = 1.0
"""Heights of a digit around such a place that are looked at as well."""

_LARGEST_SIDE, _LARGEST_SCALE = 3200, 2.5
_MOST = 1500
_MOST_TURNED, _LARGEST_TURNED = 300, 1700
"""Characters, and pixels of the longer side, up to which a page is looked at from all sides: it takes eight looks."""

_TURNS = (180.0, 90.0, -90.0, 30.0, -30.0, 60.0, -60.0)

_LITTER, _LITTER_SURENESS = 300, 0.2
"""More things than that, of a mean sureness below that, are dots or the like: a closer look would take seconds."""

_SAME_SCALE = 0.22
"""Difference of the logarithms of two scales up to which a second look would show nothing new."""


@dataclass(frozen=True)
class DetectionParameters:
    """What counts as a character.

    The first three are fitted to made pages by `benchmarks/reading_confidence.py`, the others chosen on them.

    Attributes:
        middle: weight of the log-odds of a middle in the log-odds of there being a character.
        likeliest: weight of the log-odds of the likeliest character.
        bias: added to them.
        least_chance: of there being a character.
        unsure: mean sureness below which a page is looked at upside down, since most digits are still like digits
            there, and below which it is looked at from all sides.
        better: factor by which another side has to speak more clearly.
        sloping: degrees from which lines are made level.
        known: from where to where digits are known, as factors of `DIGIT_HEIGHT`.
    """

    middle: float = 2.93
    likeliest: float = 0.43
    bias: float = 0.16
    least_chance: float = 0.3
    unsure: tuple[float, float] = (0.6, 0.4)
    better: float = 1.5
    sloping: float = 15.0
    known: tuple[float, float] = (0.45, 1.9)


PARAMETERS = DetectionParameters()


@dataclass(frozen=True)
class Detections:
    """Characters of a picture, in pixels of the gray picture that the network saw.

    Attributes:
        middles: float64 (n, 2), x and y.
        sizes: float64 (n, 2), width along the line of writing and height across it.
        turns: float64 (n,), degrees by which the line of writing falls to the right.
        scores: float64 (n,), whether there is a character at all, 0 to 1.
        probabilities: float32 (n, 24) of `CHARACTERS`.
        printed: float64 (n,), probability that it is print.
    """

    middles: NDArray[np.float64]
    sizes: NDArray[np.float64]
    turns: NDArray[np.float64]
    scores: NDArray[np.float64]
    probabilities: NDArray[np.float32]
    printed: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Detections:
        return Detections(
            self.middles[chosen], self.sizes[chosen], self.turns[chosen], self.scores[chosen],
            self.probabilities[chosen], self.printed[chosen],
        )  # fmt: skip

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

    @property
    def evidence(self) -> NDArray[np.float64]:
        """Log-odds of there being a middle and of the likeliest character, float64 (n, 2)."""
        likeliest = self.probabilities.max(axis=1, initial=0).astype(np.float64)
        return np.stack([log_odds(self.scores), log_odds(likeliest)], axis=1)


def log_odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of probabilities, between those of 0.0001 and 0.9999."""
    bounded = np.clip(chances, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float64)


@dataclass(frozen=True)
class Sighting:
    """What was found on a picture.

    Attributes:
        found: the characters, in pixels of the picture upright and at the scale that suits its digits.
        small: digits that are too small to be told apart.
        middle: float32 (h / `CELL`, w / `CELL`), whether a character has its middle at a place.
        ink: float32 (h, w), whether a pixel of that picture is handwriting.
        matrix: 2x3, from pixels of the given picture to those.
    """

    found: Detections
    small: Detections
    middle: NDArray[np.float32]
    ink: NDArray[np.float32]
    matrix: NDArray[np.float64]


def find_characters(gray: NDArray[np.uint8], network: PageNetwork) -> Sighting:
    """The characters of a picture.

    Args:
        gray: (h, w).
        network: looks at it at several scales, and where little is sure from several sides.
    """
    reduced = min(1.0, _LARGEST_SIDE / max(gray.shape))
    looks = _Looks(resized(gray, reduced), network)
    scale = _best_scale(looks)
    turn, sighting = _best_turn(looks, scale)
    height = _typical_height(sighting.found)
    if height and not 0.8 < height / DIGIT_HEIGHT < 1.3 and not _is_litter(sighting.found):
        better = min(scale * DIGIT_HEIGHT / height, looks.largest_scale)
        sighting = looks.turned(better, turn) if turn else looks.at(better)
    return replace(sighting, matrix=sighting.matrix @ np.diag([reduced, reduced, 1.0]))


class _Looks:
    """A picture at different scales, each looked at once."""

    def __init__(self, gray: NDArray[np.uint8], network: PageNetwork) -> None:
        self._gray, self._network = gray, network
        self._seen: dict[float, Sighting] = {}
        self.longest = max(gray.shape)
        self.largest_scale = min(_LARGEST_SCALE, _LARGEST_SIDE / self.longest)

    def at(self, scale: float, before: Sighting | None = None) -> Sighting:
        """What is seen at a scale, or at one that is nearly the same; only about what was seen `before`, if given."""
        for known, sighting in self._seen.items():
            if abs(np.log(known / scale)) < _SAME_SCALE:
                return sighting
        self._seen[scale] = sighting = self.turned(scale, 0.0, before)
        return sighting

    def turned(self, scale: float, turn: float, before: Sighting | None = None) -> Sighting:
        """What is seen at a scale once lines that fall by `turn` degrees are level."""
        gray = self._gray
        small = resized(gray, scale)
        across, down = small.shape[1] / gray.shape[1], small.shape[0] / gray.shape[0]
        matrix = np.array([[across, 0, 0], [0, down, 0]], np.float64)
        if turn:
            height, width = small.shape
            around = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0))
            reach = np.abs(around[:, :2]) @ (width, height)
            around[:, 2] += reach / 2 - (width / 2, height / 2)
            size = max(1, round(reach[0])), max(1, round(reach[1]))
            level = cv2.warpAffine(small, around, size, borderMode=cv2.BORDER_REPLICATE)
            small = np.asarray(level, np.uint8)
            matrix = around @ np.vstack([matrix, [0, 0, 1]])
        maps = self._network.look(small, None if before is None else _places(before, small.shape))
        return Sighting(*_decoded(maps), maps.middle, maps.ink, matrix)


def _places(before: Sighting, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which places of a larger picture (h, w) are worth a look after this sighting: bool (h / `CELL`, w / `CELL`)."""
    height = DIGIT_HEIGHT * before.ink.shape[0] / shape[0]
    reach = int(np.ceil(_AROUND * height / CELL))
    glimpsed = (before.middle > _GLIMPSE).astype(np.uint8)
    around = cv2.dilate(glimpsed, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    size = -(-shape[1] // CELL), -(-shape[0] // CELL)
    return cv2.resize(around, size, interpolation=cv2.INTER_NEAREST) > 0


def _best_scale(looks: _Looks) -> float:
    """Pixels of the network's picture a pixel of the given one, so that its digits have the height they should.

    The looks begin where the picture is small and come closer as long as more is seen: as close as small digits that
    are seen already tell, or else at most by half.
    """
    scale, usual, closest = (min(_LARGEST_SCALE, side / looks.longest) for side in _SIDES)
    sighting = looks.at(usual)
    if max(_evidence(sighting.found), _hint(sighting.small)) > _PLAIN:
        scale = usual
    else:
        sighting = looks.at(scale)
    best, scale_of_best = 0.0, scale
    while True:
        found, small = sighting.found, sighting.small
        evidence, height, hint = _evidence(found), _typical_height(found), _hint(small)
        fitting = scale * DIGIT_HEIGHT / height if height and not _is_litter(found) else scale
        if leads := evidence > best:
            best, scale_of_best = evidence, fitting
        large = np.log(fitting / scale) < _SAME_SCALE  # what stands out at this scale is large enough already
        settled = best > 1 and (evidence < 0.6 * best or (leads and large))
        nothing_more = scale * looks.longest >= _FAMILIAR and hint < _TRACE and (large or not leads)
        if scale >= closest or settled or nothing_more:
            return float(min(scale_of_best, looks.largest_scale))
        if hint > max(_HINT, evidence):
            scale = min(scale * DIGIT_HEIGHT / _typical_height(small), closest)
            sighting = looks.at(scale, sighting)
        elif leads and best > 1:
            scale = min(fitting, 2 * scale, closest)
            sighting = looks.at(scale, sighting)
        else:
            scale = min(2 * scale, closest)
            sighting = looks.at(scale)


def _typical_height(found: Detections) -> float:
    """The median height of the digits, in pixels; of all characters where there are none; 0 without any."""
    heights = found.sizes[found.is_digit, 1]
    if not len(heights):
        heights = found.sizes[:, 1]
    return float(np.median(heights)) if len(heights) else 0.0


def _best_turn(looks: _Looks, scale: float) -> tuple[float, Sighting]:
    """By how many degrees the page is turned, and what is seen once it is upright.

    Where little is sure, the page is looked at from other sides; then its lines are made level.
    """
    turn, sighting = 0.0, looks.at(scale)
    small = 0 < len(sighting.found) <= _MOST_TURNED and scale * looks.longest <= _LARGEST_TURNED
    sureness = _sureness(sighting.found).mean() if small else 1.0
    rather, very = PARAMETERS.unsure
    if sureness < rather:
        best = PARAMETERS.better * _clearness(sighting.found)
        for other in _TURNS if sureness < very else _TURNS[:1]:
            turned = looks.turned(scale, other)
            if (clearness := _clearness(turned.found)) > best:
                best, turn, sighting = clearness, other, turned
    digits = sighting.found[sighting.found.is_digit]
    slope = float(np.rad2deg(np.arctan(common_slope(digits.middles, _typical_height(digits)))))
    if abs(slope) > PARAMETERS.sloping:
        turned = looks.turned(scale, turn + slope)
        if _evidence(turned.found) > _evidence(sighting.found):
            turn, sighting = turn + slope, turned
    return turn, sighting


def _is_litter(found: Detections) -> bool:
    """Whether it is many things of which hardly any is like a character."""
    return len(found) > _LITTER and float(_sureness(found).mean()) < _LITTER_SURENESS


def _sureness(found: Detections) -> NDArray[np.float64]:
    """Of each character, how sure it is that it is there and which one it is."""
    return np.asarray(found.scores * found.probabilities.max(axis=1, initial=0), np.float64)


def _clearness(found: Detections) -> float:
    """How clearly characters of the right size are seen: the sum of their sureness, cubed: guesses hardly count."""
    return float(_fitting_sureness(found).sum())


def _evidence(found: Detections) -> float:
    """How much of `_clearness` speaks for digits."""
    return float(_fitting_sureness(found)[found.is_digit].sum())


def _hint(small: Detections) -> float:
    """How much speaks for digits that are too small to be told apart."""
    return float((_sureness(small) ** 3).sum())


def _fitting_sureness(found: Detections) -> NDArray[np.float64]:
    heights = found.sizes[:, 1] / DIGIT_HEIGHT
    fit = np.exp(-((np.log(np.maximum(heights, 0.01)) / 0.6) ** 2))
    return np.asarray(fit * _sureness(found) ** 3, np.float64)


def candidates(maps: Maps) -> Detections:
    """What may be a character: each local maximum of `middle`, the surest first."""
    score = maps.middle
    peak = (score >= cv2.dilate(score, np.ones((3, 3), np.uint8))) & (score > _GLIMPSE)
    rows, columns = np.nonzero(peak)
    order = np.argsort(-score[rows, columns])[:_MOST]
    rows, columns = rows[order], columns[order]
    geometry = maps.geometry[rows, columns].astype(np.float64)
    middles = (np.stack([columns, rows], axis=1) + 0.5 + geometry[:, :2]) * CELL
    sizes = np.exp(np.clip(geometry[:, 2:4], -4, 4)) * TYPICAL_SIZE
    turns = np.rad2deg(np.arctan2(geometry[:, 5], geometry[:, 4]))
    return Detections(
        middles, sizes, turns, score[rows, columns].astype(np.float64),
        maps.character[rows, columns], 1 / (1 + np.exp(-geometry[:, 6])),
    )  # fmt: skip


def _decoded(maps: Maps) -> tuple[Detections, Detections]:
    """The characters that the maps tell of, and digits that are too small to be told apart."""
    found = candidates(maps)
    odds = found.evidence @ (PARAMETERS.middle, PARAMETERS.likeliest) + PARAMETERS.bias
    found = found[1 / (1 + np.exp(-odds)) > PARAMETERS.least_chance]
    low, high = (factor * DIGIT_HEIGHT for factor in PARAMETERS.known)
    heights = found.sizes[:, 1]
    small = found.is_digit & (heights <= low)
    return found[~small & (heights < high)], found[small & (heights > _SMALL)]
