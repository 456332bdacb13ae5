"""The smallest spot of ink without which a model says another digit: what proves that these strokes decided."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.recognizer import Prediction, Recognizer
from pipeline.evaluation.explanation.changes import (
    Change,
    Search,
    another_digit,
    ask,
    confirmed,
    newly_refused,
    sooner,
)
from pipeline.evaluation.explanation.occlusion import INK, zone_of

MOST_ERASED = 0.5
"""Share of the ink: with less than half of its strokes, it is hardly the same digit."""

_CELL = 2  # pixels: spots are centered on such squares, and given back by them
_RADII = tuple(np.arange(1.0, 9.5, 0.5).tolist())

_Mask = NDArray[np.bool_]
_Found = Callable[[Change], bool]


def find_erasure(
    image: NDArray[np.float32], recognizer: Recognizer, before: Prediction | None = None
) -> Search:
    """Searches the smallest part of the strokes whose removal changes the answer.

    Round spots about every place of the strokes are tried, from the smallest radius up; of the first radius at which
    any changes the answer, the one with the least ink is taken. Then ink is given back square by square, greedily,
    as long as the answer stays the same as without it.

    Args:
        image: float32 (28, 28) in [0, 1], stroke bright.
        recognizer: the model that is explained.
        before: its answer to the image, where that is known.

    Returns:
        The erased share of the ink, 0 to `MOST_ERASED`, as the amount.
    """
    before = before or recognizer.predict(image[None])[0]
    wanted: dict[str, _Found] = {"digit": another_digit(before), "refusal": newly_refused(before)}
    changes: dict[str, Change | None] = dict.fromkeys(wanted)
    for spots in _growing_spots(image):
        answered = sorted(ask([_without(image, spot, before) for spot in spots], recognizer), key=_amount)
        for name, found in wanted.items():
            if changes[name] is None:
                spot = confirmed(filter(found, answered), found, recognizer)
                changes[name] = spot and _give_back(image, spot, found, recognizer)
        if changes["digit"]:
            break
    limits = {"": MOST_ERASED}
    return Search("erase", limits, *sooner(changes["digit"], changes["refusal"]))


def _amount(change: Change) -> float:
    return change.amount


def _growing_spots(image: NDArray[np.float32]) -> Iterator[list[_Mask]]:
    """The spots of each radius that hold some and not too much of the ink."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inked = image > INK
    middle = (_CELL - 1) / 2
    places = [(top + middle, left + middle) for top, left in _cells_in(inked)]
    most = MOST_ERASED * float(image.sum())
    for radius in _RADII:
        spots = [((rows - y) ** 2 + (columns - x) ** 2 <= radius**2) & inked for y, x in places]
        allowed = [spot for spot in spots if 0 < image[spot].sum() <= most]
        if allowed:
            yield allowed


def _give_back(image: NDArray[np.float32], change: Change, found: _Found, recognizer: Recognizer) -> Change:
    """The same change of the answer with less ink erased."""
    while True:
        erased = image > change.image
        parts = [part for cell in _cells_in(erased) if (part := _restored(erased, cell)).any()]
        less = sorted(
            ask([_without(image, part, change.prediction) for part in parts], recognizer), key=_amount
        )

        def same(smaller: Change, digit: int = change.prediction.digit) -> bool:
            return found(smaller) and smaller.prediction.digit == digit

        smaller = confirmed(filter(same, less), same, recognizer)
        if smaller is None:
            return change
        change = smaller


def _cells_in(mask: _Mask) -> list[tuple[int, int]]:
    """Upper left corners of the squares that hold any of a mask."""
    count = SIDE // _CELL
    tops, lefts = np.nonzero(mask.reshape(count, _CELL, count, _CELL).any((1, 3)))
    return [(int(top) * _CELL, int(left) * _CELL) for top, left in zip(tops, lefts, strict=True)]


def _restored(erased: _Mask, cell: tuple[int, int]) -> _Mask:
    top, left = cell
    smaller = erased.copy()
    smaller[top : top + _CELL, left : left + _CELL] = False
    return smaller


def _without(image: NDArray[np.float32], erased: _Mask, before: Prediction) -> Change:
    left = np.where(erased, np.float32(0), image)
    share = float(image[erased].sum() / image.sum())
    return Change(share, zone_of(erased, image > INK), left, before)
