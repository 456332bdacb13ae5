"""A picture -> its characters, wherever they stand and however large they are. Knows nothing of lines and texts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.scaling import resized
from pipeline.pages.characters import CELL
from pipeline.reading.decoding import DIGIT_HEIGHT, GLIMPSE, Detections, decoded
from pipeline.reading.page_network import Maps, PageNetwork
from pipeline.reading.slope import common_slope

_SIDES = 80, 320, 2560
"""Longer sides of the picture, in pixels, between which its scale is looked for, and the one that is tried first."""

_PLAIN = 3.0
"""Evidence at the side that is tried first from which nothing smaller is looked at."""

_FAMILIAR = 1280
"""Longer side in pixels from which a look that shows nothing small is the closest that is taken."""

_HINT, _TRACE = 2.0, 0.3
"""Evidence of small digits that is enough to come closer at once, and that is too little to come closer for."""

_AROUND = 1.0
"""Heights of a digit around such a place that are looked at as well."""

_LARGEST_SIDE, _LARGEST_SCALE = 3200, 2.5
_MOST_TURNED, _LARGEST_TURNED = 300, 1700
"""Characters, and pixels of the longer side, up to which a page is looked at from all sides: it takes eight looks."""

_TURNS = (180.0, 90.0, -90.0, 30.0, -30.0, 60.0, -60.0)

_LITTER, _LITTER_SURENESS = 300, 0.2
"""More things than that, of a mean sureness below that, are dots or the like: a closer look would take seconds."""

_SAME_SCALE = 0.22
"""Difference of the logarithms of two scales up to which a second look would show nothing new."""


@dataclass(frozen=True)
class DetectionParameters:
    """When a page is looked at again; chosen on made pages, see `benchmarks/made_pages.py`.

    Attributes:
        unsure: mean sureness below which a page is looked at upside down, since most digits are still like digits
            there, and below which it is looked at from all sides.
        better: factor by which another side has to speak more clearly.
        sloping: degrees from which lines are made level.
    """

    unsure: tuple[float, float] = (0.6, 0.4)
    better: float = 1.5
    sloping: float = 15.0


PARAMETERS = DetectionParameters()


@dataclass(frozen=True)
class Sighting:
    """What was found on a picture.

    Attributes:
        found: the characters, in pixels of the picture upright and at the scale that suits its digits.
        small: digits that are too small to be told apart.
        maps: what the network says of that picture.
        matrix: 2x3, from pixels of the given picture to those.
    """

    found: Detections
    small: Detections
    maps: Maps
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
    if height and not 0.8 < height / DIGIT_HEIGHT < 1.3 and not is_litter(sighting.found):
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
        return Sighting(*decoded(maps), maps, matrix)


def _places(before: Sighting, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which places of a larger picture (h, w) are worth a look after this sighting: bool (h / `CELL`, w / `CELL`)."""
    height = DIGIT_HEIGHT * before.maps.ink.shape[0] / shape[0]
    reach = int(np.ceil(_AROUND * height / CELL))
    glimpsed = (before.maps.middle > GLIMPSE).astype(np.uint8)
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
        fitting = scale * DIGIT_HEIGHT / height if height and not is_litter(found) else scale
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


def is_litter(found: Detections) -> bool:
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
