"""Characters of a page -> lines of writing, in reading order; words and print are told from numbers.

Knows nothing of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.pages.characters import BAR, CHARACTERS, LETTER
from pipeline.reading.cells import cell_ends
from pipeline.reading.decoding import Detections
from pipeline.reading.line_grouping import Item, group_lines
from pipeline.reading.page_reading import CELL_BREAK

_LOW = {".": 0.45, ",": 0.5}
"""How far below their line's middle signs stand, in heights of a digit; the others stand in the middle."""

_STEEPEST = 35  # degrees; steeper pages are turned before

_TOLD = 0.08
"""Standard deviation of a line's slope, in pixels a pixel, as a single character tells it."""

_LEAN = 0.15
"""Standard deviation, from the top of pages to their foot, of how much the slope changes: lines seen askew converge."""

_LETTER, _BAR = CHARACTERS.index(LETTER), CHARACTERS.index(BAR)


@dataclass(frozen=True)
class ArrangementParameters:
    """When characters belong together; lengths in heights of a digit. Set by hand from the looks of made pages.

    Attributes:
        word_gap: widest blank inside a word.
        letters: share of letters from which a word of three or more is one.
        printed: mean probability from which a word is print.
        reach: of a fraction's bar, upwards and downwards.
    """

    word_gap: float = 0.45
    letters: float = 0.6
    printed: float = 0.5
    reach: float = 1.425


_P = ArrangementParameters()


@dataclass(frozen=True)
class Arrangement:
    """Numbers of characters, as they are read.

    Attributes:
        lines: of each line its characters, and what stands before each of them: nothing or `CELL_BREAK`.
        words: the same characters in groups that stand close together.
        left_out: of each word or piece of print, its characters.
    """

    lines: tuple[tuple[tuple[int, str], ...], ...]
    words: tuple[tuple[int, ...], ...]
    left_out: tuple[tuple[int, ...], ...]


def arrange(found: Detections) -> Arrangement:
    """The lines of a page."""
    if not len(found):
        return Arrangement((), (), ())
    heights = _line_heights(found)
    items = _items(found, heights, _levels(found))
    words = _words(items)
    readable, left_out = _sorted_out(found, words)
    chosen = [number for word in readable for number in word]
    fractions = _fractions(found, chosen, heights)
    inner = {number for parts in fractions.values() for part in parts for number in part}
    outer = [items[number] for number in chosen if number not in inner]
    typical = float(np.median(heights[chosen])) if chosen else 1.0
    plain = [_without_bars(found, group, fractions) for group in group_lines(outer, typical)]
    plain = [line for line in plain if line]
    lines = [_marked(line, cell_ends(found, line, heights), fractions) for line in plain]
    standing = {number for line in lines for number, _ in line}
    together = [tuple(number for number in word if number in standing) for word in readable]
    return Arrangement(tuple(lines), tuple(word for word in together if word), tuple(map(tuple, left_out)))


def _line_heights(found: Detections) -> NDArray[np.float64]:
    """Of each character the height of the digits about it."""
    own = found.sizes[:, 1]
    tall = np.flatnonzero(found.is_digit | (found.kinds == _LETTER))
    if not len(tall):
        return np.full(len(found), float(np.median(own)))
    far = np.abs(found.middles[:, None] - found.middles[tall]).sum(axis=2)
    near = tall[np.argpartition(far, 2)[:, :3]] if len(tall) > 3 else np.broadcast_to(tall, far.shape)
    typical = np.median(own[near], axis=1)
    return np.asarray(np.where(np.isin(np.arange(len(found)), tall), 0.5 * (own + typical), typical))


def _levels(found: Detections) -> NDArray[np.float64]:
    """Of each character the height of its middle at the page's middle column, had it moved there along its line.

    The slope of lines is taken to change evenly from the top of the page to its foot; both figures are fitted to the
    directions that the characters tell.
    """
    slopes = np.tan(np.deg2rad(np.clip(found.turns, -_STEEPEST, _STEEPEST)))
    x, y = found.middles.T
    weights = found.scores * found.sizes[:, 1]
    weights = weights / max(float(weights.mean()), 1e-9)
    slope, middle = np.average(slopes, weights=weights), np.average(y, weights=weights)
    down, span = y - middle, max(float(np.ptp(y)), 1.0)
    doubt = (_TOLD * span / _LEAN) ** 2
    lean = (weights * down * slopes).sum() / ((weights * down * down).sum() + doubt)
    across = x - (x.min() + x.max()) / 2
    # what solves dy/dx = slope + lean * down, to the second order
    return np.asarray(y - (slope + lean * down) * across * (1 - lean * across / 2), np.float64)


def _items(found: Detections, heights: NDArray[np.float64], levels: NDArray[np.float64]) -> list[Item]:
    """The characters as they stand once their lines are level."""
    low = np.array([_LOW.get(CHARACTERS[kind], 0.0) for kind in found.kinds]) * heights
    half = found.sizes[:, 0] / 2
    rows = zip(found.middles[:, 0] - half, found.middles[:, 0] + half, levels - low, heights, strict=True)
    return [Item(number, *map(float, row)) for number, row in enumerate(rows)]


def _words(items: list[Item]) -> list[list[int]]:
    """Characters that stand close together on one level, from left to right."""
    open_words: list[list[Item]] = []
    words: list[list[int]] = []
    for item in sorted(items, key=lambda item: item.left):
        best, nearest = None, np.inf
        for word in open_words:
            last = word[-1]
            gap = item.left - last.right
            drop = item.level - last.level
            height = min(item.height, last.height)
            if (
                gap < _P.word_gap * max(item.height, last.height)
                and abs(drop) < 0.5 * height
                and abs(drop) < nearest
            ):
                best, nearest = word, abs(drop)
        if best is None:
            open_words.append([item])
        else:
            best.append(item)
        done = [word for word in open_words if item.left - word[-1].right > 3 * word[-1].height]
        for word in done:
            open_words.remove(word)
            words.append([entry.number for entry in word])
    return words + [[entry.number for entry in word] for word in open_words]


def _sorted_out(found: Detections, words: list[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """What is to be read, and the words and the print that are not; where all is print, that is read."""
    characters, digits = found.kinds, found.is_digit
    printed = [
        float(np.average(found.printed[word], weights=found.scores[word])) > _P.printed for word in words
    ]
    by_hand = any(not mark and digits[word].any() for word, mark in zip(words, printed, strict=True))
    readable, left_out = [], []
    for word, mark in zip(words, printed, strict=True):
        letters = float((characters[word] == _LETTER).mean())
        is_word = letters >= _P.letters and len(word) >= 3
        if is_word or (mark and by_hand):
            left_out.append(word)
            continue
        kept = [number for number in word if characters[number] != _LETTER]
        if kept:
            readable.append(kept)
        if len(kept) < len(word):
            left_out.append([number for number in word if characters[number] == _LETTER])
    return readable, left_out


def _fractions(
    found: Detections, chosen: list[int], heights: NDArray[np.float64]
) -> dict[int, tuple[list[int], list[int]]]:
    """Of each fraction's bar what stands above it and what below it, from left to right."""
    characters = found.kinds
    fractions = {}
    others = np.array([number for number in chosen if characters[number] != _BAR], int)
    for bar in chosen:
        if characters[bar] != _BAR or not len(others):
            continue
        x, y = found.middles[bar]
        half = found.sizes[bar, 0] / 2 + 0.15 * heights[bar]
        over = np.abs(found.middles[others, 0] - x) < half
        drop = (found.middles[others, 1] - y) / heights[bar]
        parts = []
        for side in (-1, 1):
            near = others[over & (side * drop > 0.1) & (side * drop < _P.reach)]
            parts.append([int(number) for number in near[np.argsort(found.middles[near, 0])]])
        if parts[0] and parts[1]:
            fractions[bar] = (parts[0], parts[1])
    return fractions


def _without_bars(
    found: Detections, group: list[Item], fractions: dict[int, tuple[list[int], list[int]]]
) -> list[int]:
    """A line's characters; bars that divide nothing are left out."""
    return [item.number for item in group if found.kinds[item.number] != _BAR or item.number in fractions]


def _marked(
    line: list[int], ends: list[bool], fractions: dict[int, tuple[list[int], list[int]]]
) -> tuple[tuple[int, str], ...]:
    """A line's characters, those of fractions too, with what stands before each."""
    marked: list[tuple[int, str]] = []
    for number, ended in zip(line, [False, *ends], strict=True):
        mark = CELL_BREAK if ended else ""
        above, below = fractions.get(number, ([], []))
        together = [*above, number, *below]
        marked += [(together[0], mark), *((other, "") for other in together[1:])]
    return tuple(marked)
