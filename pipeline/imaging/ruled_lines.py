"""Ink without the lines that were printed on the paper: ruled and squared sheets, form boxes, frames.

A ruling is long, thin, nearly straight and nearly level (or upright). Where a stroke crosses it, the ink is
taller there than the ruling is thick, and stays.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink import Ink

_LEAST_SIDE = 64
_FAINTEST = 0.12
_LONGEST_GAP = 0.45
"""Share of a ruling's columns in which it may be invisible."""
_DARK, _WHOLE = 0.6, 0.8
"""A line as dark as this share of the writing shows in at least that share of its columns, or it is no ruling."""


@dataclass(frozen=True)
class _Ruling:
    """One line over the columns `first` to `last`: its middle row in each, and its thickness in pixels."""

    first: int
    last: int
    middle: NDArray[np.float64]
    thickness: float

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def without_rulings(ink: Ink) -> Ink:
    """The ink without rulings; the same array if there are none.

    A 7's bar, a 1 that fills the picture or an underlined digit must not be taken for rulings: lines count
    when they are much longer than what is left without them is tall, or when several of them agree.
    """
    if min(ink.shape) < _LEAST_SIDE:
        return ink
    strong = ink[ink > _FAINTEST]
    if not strong.size:
        return ink
    writing = float(np.percentile(strong, 90))
    level = max(_FAINTEST, 0.3 * writing)
    cleaned = ink
    for turned in (False, True):
        sheet = np.ascontiguousarray(cleaned.T if turned else cleaned)
        lines = _rulings(sheet, writing)
        if not lines:
            continue
        erased = _erased(sheet, (sheet > level).astype(np.uint8), lines)
        if _are_rulings(lines, _largest_rest(erased, level)):
            cleaned = np.ascontiguousarray(erased.T if turned else erased)
    return cleaned


def _are_rulings(lines: list[_Ruling], rest: int) -> bool:
    """Whether lines are too long for strokes of digits whose largest extent is `rest`."""
    if not lines or rest < max(5.0, 2 * min(line.thickness for line in lines)):
        return False
    longest = max(line.length for line in lines)
    alike = sum(line.length > 0.75 * longest for line in lines)
    # no digit has three parallel strokes as long as the picture
    return alike >= 3 or longest > (1.7 if alike == 2 else 2.6) * rest


def _largest_rest(cleaned: Ink, level: float) -> int:
    """Extent of the largest component without lines: the largest digit, in pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((cleaned > level).astype(np.uint8), connectivity=8)
    boxes = np.asarray(stats)[1:]
    if not len(boxes):
        return 0
    extent = np.maximum(boxes[:, 2], boxes[:, 3])
    return int(extent[boxes[:, 4] >= 0.1 * boxes[np.argmax(extent), 4]].max())


def _rulings(sheet: Ink, writing: float) -> list[_Ruling]:
    """Nearly level lines of at least 40 % of the sheet's width; `writing` is how dark the writing is."""
    height, width = sheet.shape
    run = max(11, width // 36) | 1
    # averaged along its way a faint line rises out of the grain; the top-hat leaves what is thin
    along = cv2.blur(sheet, (run, 1))
    thin = max(9, width // 80) | 1
    response = cv2.morphologyEx(along, cv2.MORPH_TOPHAT, np.ones((thin, 1), np.uint8))
    runs = (response > max(0.05, 0.25 * float(np.percentile(sheet[sheet > _FAINTEST], 75)))).astype(np.uint8)
    linked = cv2.dilate(runs, np.ones((3, 2 * run + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(linked, np.uint8), connectivity=8)
    lines = []
    for label in np.flatnonzero(np.asarray(stats)[:, 2] >= 0.4 * width):
        if label == 0:
            continue
        left, top, wide, tall, _ = (int(value) for value in np.asarray(stats)[label])
        if tall > 0.2 * height + 10:
            continue
        window = np.s_[top : top + tall, left : left + wide]
        lines += _fitted(np.asarray(runs[window] * (labels[window] == label), np.uint8), left, top)
    lines = [line for line in lines if not _is_row_of_strokes(line, sheet, writing)]
    # printed lines run off the picture; a single one does so on both sides, or it may be a stroke
    edge = max(3, width // 40)
    ends = [(line.first < edge) + (line.last >= width - edge) for line in lines]
    if len(lines) == 1:
        return lines if ends[0] == 2 else []
    return [_to_the_edges(line, width) for line, count in zip(lines, ends, strict=True) if count]


def _is_row_of_strokes(line: _Ruling, sheet: Ink, writing: float) -> bool:
    """Whether a line is made of strokes one behind the other, such as ones that stand in a column.

    A printed line may be faint and then have gaps; a dark one with gaps was written.
    """
    rows = line.middle.round().astype(int)[None, :] + np.arange(-1, 2)[:, None]
    along = sheet[np.clip(rows, 0, len(sheet) - 1), np.arange(line.first, line.last + 1)].max(axis=0)
    shown = along > max(_FAINTEST, 0.3 * writing)
    return bool(shown.any() and shown.mean() < _WHOLE and np.median(along[shown]) >= _DARK * writing)


def _to_the_edges(line: _Ruling, width: int) -> _Ruling:
    """The line carried on straight to both edges: it may be faint there, or hidden behind digits."""
    every = np.arange(line.first, line.last + 1)
    part = max(12, len(every) // 3)
    before = np.polynomial.Polynomial.fit(every[:part], line.middle[:part], 1)
    after = np.polynomial.Polynomial.fit(every[-part:], line.middle[-part:], 1)
    middle = np.concatenate(
        [before(np.arange(line.first)), line.middle, after(np.arange(line.last + 1, width))]
    )
    return _Ruling(0, width - 1, middle, line.thickness)


def _fitted(piece: NDArray[np.uint8], left: int, top: int) -> list[_Ruling]:
    """The smooth line through a piece of mask, or none."""
    count = piece.sum(axis=0)
    columns = np.flatnonzero(count)
    if len(columns) < 12:
        return []
    middles = (np.arange(len(piece)) @ piece)[columns] / count[columns]
    thickness = float(np.median(count[columns]))
    good = np.abs(count[columns] - thickness) <= max(2, 0.6 * thickness)
    off = np.zeros(len(columns))
    for _ in range(3):
        if good.sum() < 12:
            return []
        curve = np.polynomial.Polynomial.fit(columns[good], middles[good], 3)
        off = np.abs(curve(columns) - middles)
        good &= off <= max(4.0, 3 * thickness, 2.5 * float(np.median(off[good])))
    near = off <= max(5.0, 3.5 * thickness)
    length = int(np.ptp(columns[near])) + 1 if near.any() else 0
    if near.sum() < (1 - _LONGEST_GAP) * length or thickness > max(6, length / 30) or good.sum() < 12:
        return []
    every = np.arange(columns[near][0], columns[near][-1] + 1)
    # paper is not flat: the curve says which ink is of the line, the line itself where it runs
    middle = np.interp(every, columns[good], middles[good])
    width = min(len(every), max(5, length // 30) | 1)
    smooth = cv2.blur(middle[None], (width, 1), borderType=cv2.BORDER_REPLICATE)[0]
    return [_Ruling(left + int(every[0]), left + int(every[-1]), top + smooth, thickness)]


def _erased(ink: Ink, mask: NDArray[np.uint8], lines: list[_Ruling]) -> Ink:
    """The ink without the lines, except where something taller crosses."""
    erased = np.array(ink)
    height = len(mask)
    for line in lines:
        reach = int(np.ceil(2 * line.thickness)) + 3
        offsets = np.arange(-reach, reach + 1)
        columns = np.arange(line.first, line.last + 1)
        rows = np.clip(line.middle.round().astype(int)[None, :] + offsets[:, None], 0, height - 1)
        band = mask[rows, columns[None, :]] > 0
        above, below = _run(band[reach::-1]), _run(band[reach:])
        stroke = (above > line.thickness / 2 + 2.5) | (below > line.thickness / 2 + 2.5)
        stroke = (
            np.asarray(cv2.morphologyEx(stroke.astype(np.uint8)[None], cv2.MORPH_CLOSE, np.ones((1, 5)))[0])
            > 0
        )
        near = np.abs(offsets) <= line.thickness / 2 + 2
        bare = np.broadcast_to(~stroke, (int(near.sum()), len(columns)))
        where = rows[near], np.broadcast_to(columns, bare.shape)
        erased[where[0][bare], where[1][bare]] = 0
    return erased


def _run(band: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How far each column's ink reaches from the first row of the band (or near it) without a gap."""
    start = np.argmax(band[:3], axis=0)
    filled = band | (np.arange(len(band))[:, None] < start[None, :])
    return np.asarray(np.where(filled.all(axis=0), len(band), np.argmin(filled, axis=0)), np.int64)
