"""Ink of a page -> pieces of ink in lines of writing, in reading order. Knows nothing of which digit is which."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink import Ink
from pipeline.reading.line_grouping import Piece, find_lines

_SMALLEST_HEIGHT = 6
"""Pixels; lower marks can't be told from specks."""

_MOST_PIECES = 3000
"""A full page of writing has fewer; of dotted paper and halftones only the pieces with the most ink are kept."""


@dataclass(frozen=True)
class Line:
    """Pieces on one line of writing, from left to right, and the usual height of its digits in ink pixels."""

    pieces: tuple[Piece, ...]
    height: float


@dataclass(frozen=True)
class Page:
    """The lines of a page from top to bottom, and the int32 (h, w) map of which pixel is in which piece."""

    lines: tuple[Line, ...]
    labels: NDArray[np.int32]


def lay_out(ink: Ink) -> Page:
    """Finds the pieces of ink that may be digits or parts of digits, and their lines."""
    pieces, labels = _pieces(ink)
    pieces = _heaviest(pieces)
    if not pieces:
        return Page((), labels)
    usual = _usual_height([piece for piece in pieces if not _is_edge(piece, ink.shape)] or pieces)
    pieces, labels = _loosened(ink, pieces, labels, usual)
    pieces = _heaviest([piece for piece in pieces if not _is_edge(piece, ink.shape)])
    if not pieces:
        return Page((), labels)
    usual = _usual_height(pieces)
    pieces, labels = _joined(pieces, labels, usual)
    usual = _usual_height(pieces)
    if usual < _SMALLEST_HEIGHT:
        return Page((), labels)
    blocks = _blocks(pieces, labels)
    pieces = [p for p in pieces if p.label not in blocks and not _is_rim(p, usual, ink.shape)]
    main = [piece for piece in pieces if 0.42 * usual <= piece.height and not _is_out_of_scale(piece, usual)]
    parts = [piece for piece in pieces if piece.height < 0.42 * usual and piece.width < 1.5 * usual]
    lines = []
    for group in find_lines(main, usual):
        height = float(np.median(sorted(piece.height for piece in group)[len(group) // 3 :]))
        if height >= _SMALLEST_HEIGHT:
            lines.append((group, height))
    _add_parts(lines, parts)
    ordered = [Line(tuple(sorted(group, key=lambda piece: piece.left)), height) for group, height in lines]
    return Page(tuple(ordered), labels)


def _heaviest(pieces: list[Piece]) -> list[Piece]:
    """All pieces, in their order; those with the most ink if there are too many."""
    if len(pieces) <= _MOST_PIECES:
        return pieces
    heavy = np.argsort([-piece.mass for piece in pieces], kind="stable")[:_MOST_PIECES]
    return [pieces[i] for i in sorted(heavy)]


def _add_parts(lines: list[tuple[list[Piece], float]], parts: list[Piece]) -> None:
    """Adds the bar of a 5 or a stretch of a broken stroke to its line; specks and punctuation lie further off."""
    if not lines:
        return
    whole = [(piece, i) for i, (group, _) in enumerate(lines) for piece in group]
    boxes = np.zeros((len(whole) + len(parts), 4))
    boxes[: len(whole)] = [_box(piece) for piece, _ in whole]
    owners = np.array([i for _, i in whole] + [0] * len(parts))
    count = len(whole)
    for part in parts:
        left, top, right, bottom = _box(part)
        lefts, tops, rights, bottoms = boxes[:count].T
        across = np.maximum(np.maximum(left - rights, lefts - right), 0)
        down = np.maximum(np.maximum(top - bottoms, tops - bottom), 0)
        reach = np.hypot(across, down)
        nearest = int(owners[:count][reach == reach.min()].min())
        if reach.min() < 0.3 * lines[nearest][1]:
            lines[nearest][0].append(part)
            boxes[count], owners[count] = _box(part), nearest
            count += 1


def _pieces(ink: Ink) -> tuple[list[Piece], NDArray[np.int32]]:
    """Connected pieces that hold ink of a stroke's strength, with faint stretches that hang on to it."""
    strong = ink[ink > 0.15]
    if not strong.size:
        return [], np.zeros(ink.shape, np.int32)
    level = min(0.5, 0.4 * float(np.percentile(strong, 90)))
    weak = (ink > _faintest(ink, level)).astype(np.uint8)
    count, found, found_stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    labels, stats = np.asarray(found, np.int32), np.asarray(found_stats, np.int64)
    mass = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count)
    seeds = np.bincount(labels[ink > level], minlength=count)
    pieces = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if seeds[label] < 3 or area < 6:
            continue
        pieces.append(Piece(label, left, top, left + width, top + height, float(mass[label])))
    return pieces, labels


def _loosened(
    ink: Ink, pieces: list[Piece], labels: NDArray[np.int32], usual: float
) -> tuple[list[Piece], NDArray[np.int32]]:
    """Pieces far too tall for a digit taken apart where only faint ink (a shadow's edge, a ruling) holds them."""
    kept = [piece for piece in pieces if piece.height <= 2.2 * usual]
    if len(kept) == len(pieces):
        return pieces, labels
    labels = np.array(labels)
    first = int(labels.max())
    for piece in pieces:
        if piece.height <= 2.2 * usual:
            continue
        window = np.s_[piece.top : piece.bottom, piece.left : piece.right]
        own = labels[window] == piece.label
        strong = float(np.percentile(ink[window][own], 90))
        parts, sublabels = _pieces(
            np.where(own & (ink[window] > 0.45 * strong), ink[window], 0).astype(np.float32)
        )
        if len(parts) < 2:
            kept.append(piece)
            continue
        labels[window] = np.where(sublabels > 0, sublabels + first, np.where(own, 0, labels[window]))
        x, y = piece.left, piece.top
        kept += [
            Piece(p.label + first, p.left + x, p.top + y, p.right + x, p.bottom + y, p.mass) for p in parts
        ]
        first += int(sublabels.max())
    return kept, labels


def _faintest(ink: Ink, level: float) -> float:
    """The lowest level at which faint ink is little more than the soft edges of strong ink, and not grain."""
    strong = int((ink > level).sum())
    for share in (0.3, 0.4, 0.5):
        if int((ink > share * level).sum()) <= 2.2 * strong:
            return share * level
    return 0.6 * level


def _is_edge(piece: Piece, shape: tuple[int, ...]) -> bool:
    """Whether a piece is the rim of a sheet, a shadow or a frame rather than writing."""
    height, width = shape
    sides = (piece.left <= 1) + (piece.top <= 1) + (piece.right >= width - 1) + (piece.bottom >= height - 1)
    long = max(piece.width / width, piece.height / height)
    thin = min(piece.width / width, piece.height / height)
    frame = piece.width > 0.85 * width and piece.height > 0.85 * height and piece.mass < 0.1 * height * width
    return (
        frame or (sides >= 1 and long > 0.4 and thin < 0.12) or (sides >= 2 and long > 0.6 and height > 200)
    )


def _usual_height(pieces: list[Piece]) -> float:
    """The height that most of the ink has: large scribbles count no more than a digit, specks hardly."""
    heights = np.array([piece.height for piece in pieces], float)
    masses = np.array([piece.mass for piece in pieces])
    weights = np.minimum(masses, 3 * np.average(masses, weights=masses) / 2)
    weights *= heights >= _SMALLEST_HEIGHT
    if not weights.any():
        return float(heights.max())
    order = np.argsort(heights)
    total = np.cumsum(weights[order])
    return float(heights[order][np.searchsorted(total, total[-1] / 2)])


def _joined(
    pieces: list[Piece], labels: NDArray[np.int32], usual: float
) -> tuple[list[Piece], NDArray[np.int32]]:
    """Pieces of broken strokes made one: small gaps, and fragments above one another no taller than a digit."""
    group = list(range(len(pieces)))

    def root(i: int) -> int:
        while group[i] != i:
            i = group[i]
        return i

    extents = {i: (piece.top, piece.bottom) for i, piece in enumerate(pieces)}
    order = sorted(range(len(pieces)), key=lambda i: pieces[i].left)
    for place, i in enumerate(order):
        a = pieces[i]
        for j in order[place + 1 :]:
            b = pieces[j]
            if b.left > a.right + 0.15 * usual:
                break
            if max(a.top, b.top) - min(a.bottom, b.bottom) >= 0.3 * usual:
                continue
            low = min(max(a.height, a.width), max(b.height, b.width))
            apart = _distance(a, b)
            overlap = (min(a.right, b.right) - max(a.left, b.left)) / max(1, min(a.width, b.width))
            fragments = low < 0.42 * usual and max(a.height, b.height) < 1.1 * usual and apart < 0.13 * usual
            stacked = overlap > 0.4 and apart < 0.3 * usual and low < 0.85 * usual
            if not (fragments or stacked):
                continue
            one, other = root(i), root(j)
            top = min(extents[one][0], extents[other][0])
            bottom = max(extents[one][1], extents[other][1])
            if one != other and bottom - top <= (1.7 if overlap > 0.6 and low < 0.6 * usual else 1.3) * usual:
                group[other] = one
                extents[one] = (top, bottom)
    members: dict[int, list[Piece]] = {}
    for i, piece in enumerate(pieces):
        members.setdefault(root(i), []).append(piece)
    if len(members) == len(pieces):
        return pieces, labels
    renamed = np.arange(int(labels.max()) + 1, dtype=np.int32)
    merged = []
    for together in members.values():
        first = together[0].label
        for piece in together:
            renamed[piece.label] = first
        merged.append(
            Piece(
                first,
                min(piece.left for piece in together),
                min(piece.top for piece in together),
                max(piece.right for piece in together),
                max(piece.bottom for piece in together),
                sum(piece.mass for piece in together),
            )
        )
    return merged, renamed[labels]


def _blocks(pieces: list[Piece], labels: NDArray[np.int32]) -> set[int]:
    """Labels of pieces much more solid than the others: printed logos, shadows, blots."""
    if len(pieces) < 4:
        return set()
    distance = cv2.distanceTransform((labels > 0).astype(np.uint8), cv2.DIST_L2, 3)
    solid = {}
    for piece in pieces:
        window = np.s_[piece.top : piece.bottom, piece.left : piece.right]
        inside = distance[window][labels[window] == piece.label]
        solid[piece.label] = float(np.percentile(inside, 90))
    usual = float(np.median(list(solid.values())))
    return {label for label, value in solid.items() if value > 3 * max(usual, 1.5)}


def _is_rim(piece: Piece, usual: float, shape: tuple[int, ...]) -> bool:
    """Whether a piece is a strip along the picture's edge: the rest of a ruling or of a neighboring line."""
    lies = (piece.top <= 1 or piece.bottom >= shape[0] - 1) and piece.height < 0.3 * usual
    stands = (piece.left <= 1 or piece.right >= shape[1] - 1) and piece.width < 0.15 * usual
    long = max(piece.height, piece.width) > 1.4 * usual and min(piece.height, piece.width) < 0.3 * usual
    touches = min(piece.left, piece.top, shape[1] - piece.right, shape[0] - piece.bottom) <= 1
    return lies or (stands and piece.height > 1.5 * usual) or (touches and long)


def _is_out_of_scale(piece: Piece, usual: float) -> bool:
    return piece.height > 3.5 * usual


def _box(piece: Piece) -> tuple[int, int, int, int]:
    return piece.left, piece.top, piece.right, piece.bottom


def _distance(a: Piece, b: Piece) -> float:
    """Between two boxes, 0 where they overlap."""
    across = max(a.left - b.right, b.left - a.right, 0)
    down = max(a.top - b.bottom, b.top - a.bottom, 0)
    return float(np.hypot(across, down))
