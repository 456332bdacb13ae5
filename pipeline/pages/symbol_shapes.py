"""The forms of symbols as control points, placed as beside digits between 0 (top) and 1 (baseline)."""

from collections.abc import Callable

import numpy as np

from pipeline.pages.hand import Hand
from pipeline.pages.splines import Path, arc


def _dot(hand: Hand, x: float, y: float, kind: str = "dot") -> Path:
    """A dot: a touch of the pen, a short tick or a small ring."""
    if kind == "ring":
        size = hand.within(0.03, 0.05)
        return arc((x, y), (size, size), -90, -460, 7)
    reach = hand.within(0.03, 0.08) if kind in ("tick", "ticks") else hand.within(0.006, 0.025)
    turn = hand.within(0, np.pi)
    return [(x, y), (x + reach * float(np.cos(turn)), y + reach * float(np.sin(turn)))]


def _point(hand: Hand, variant: str) -> list[Path]:
    return [_dot(hand, 0, hand.within(0.92, 1.0), variant)]


def _comma(hand: Hand, variant: str) -> list[Path]:
    top = hand.within(0.88, 0.98)
    drop = hand.within(0.26, 0.42) if variant == "long" else hand.within(0.13, 0.24)
    reach = drop * hand.within(0.15, 0.6)
    if variant == "straight":
        return [[(reach, top), (0, top + drop)]]
    if variant == "hook":
        return [[(0, top), (0.06, top - 0.02), (0.07, top + 0.06), (0.05 - reach, top + drop)]]
    return [[(reach, top), (reach + 0.02, top + 0.4 * drop), (0, top + drop)]]


def _minus(hand: Hand, _: str) -> list[Path]:
    y, length = hand.within(0.46, 0.62), hand.within(0.24, 0.52)
    tilt = hand.rise * length / 2
    return [[(0, y + tilt), (length / 2, y + hand.within(-0.015, 0.015)), (length, y - tilt)]]


def _slash(hand: Hand, _: str) -> list[Path]:
    width = hand.within(0.2, 0.55)
    top, bottom = hand.within(-0.18, 0.02), hand.within(1.0, 1.25)
    bow = hand.within(-0.03, 0.03)
    return [[(width, top), (width / 2 + bow, (top + bottom) / 2), (0, bottom)]]


def _colon(hand: Hand, variant: str) -> list[Path]:
    upper, lower = hand.within(0.3, 0.5), hand.within(0.82, 0.97)
    return [_dot(hand, 0, upper, variant), _dot(hand, hand.within(-0.02, 0.02), lower, variant)]


def _plus(hand: Hand, variant: str) -> list[Path]:
    size, y = hand.within(0.2, 0.34), hand.within(0.5, 0.62)
    tilt = hand.rise * size
    down = [(0, y - size), (hand.within(-0.02, 0.02), y), (0, y + size)]
    if variant == "at once":
        return [
            [
                *down,
                (-0.4 * size, y + 0.5 * size),
                (-0.8 * size, y + 0.12 * size),
                (-0.4 * size, y),
                (size, y - tilt),
            ]
        ]
    bar = [(-size, y + tilt), (size * hand.within(0.85, 1.25), y - tilt)]
    return [bar, down] if hand.chance(0.4) else [down, bar]


def _times(hand: Hand, variant: str) -> list[Path]:
    size = hand.within(0.12, 0.2) if variant == "small" else hand.within(0.2, 0.32)
    y = hand.within(0.94, 1.0) - size if hand.chance(0.4) else hand.within(0.54, 0.66)
    wide = size * hand.within(0.75, 1.05)
    if variant == "curved":
        left = [
            (-wide, y - 0.85 * size),
            (-0.3 * wide, y - size),
            (0.3 * wide, y + size),
            (wide, y + 0.8 * size),
        ]
    else:
        left = [(-wide, y - size), (wide, y + size)]
    right = [(wide * hand.within(0.85, 1.1), y - size), (-wide * hand.within(0.85, 1.1), y + size)]
    return [left, right]


def _asterisk(hand: Hand, variant: str) -> list[Path]:
    y = hand.within(0.5, 0.62)
    if variant == "dot":
        return [_dot(hand, 0, y)]
    size = hand.within(0.12, 0.24)
    y -= hand.within(0, 0.2)
    turn = hand.within(-0.15, 0.15)
    if variant == "star":  # five points in one stroke, from the lower left
        corners = np.deg2rad(126 + 144 * np.arange(6)) + turn
        return [[(size * float(np.cos(a)), y + size * float(np.sin(a)), 1) for a in corners]]
    lines = np.deg2rad([90, 30, 150]) + turn
    ends = [(size * float(np.cos(a)), size * float(np.sin(a))) for a in lines]
    return [[(-x, y - up), (x, y + up)] for x, up in ends]


def _equals(hand: Hand, variant: str) -> list[Path]:
    y, gap, length = hand.within(0.5, 0.62), hand.within(0.1, 0.16), hand.within(0.32, 0.55)
    tilt = hand.rise * length / 2
    over, under = y - gap, y + gap
    shift = hand.within(-0.05, 0.05)
    if variant == "at once":
        return [[(0, over), (length, over - tilt, 1), (0, under, 1), (length, under - tilt)]]
    twist = hand.within(-0.02, 0.02)
    return [
        [(0, over + tilt), (length, over - tilt)],
        [(shift, under + tilt + twist), (length + shift * hand.within(-1, 1), under - tilt - twist)],
    ]


def _opening(hand: Hand, _: str) -> list[Path]:
    depth = hand.within(0.15, 0.28)
    top, bottom = hand.within(-0.2, -0.02), hand.within(1.04, 1.22)
    high = bottom - top
    return [[(depth, top), (0.25 * depth, top + 0.22 * high), (0, top + 0.5 * high),
             (0.25 * depth, top + 0.78 * high), (depth * hand.within(0.8, 1.1), bottom)]]  # fmt: skip


def _closing(hand: Hand, variant: str) -> list[Path]:
    return [[(-point[0], point[1]) for point in path] for path in _opening(hand, variant)]


def _fraction_bar(hand: Hand, _: str) -> list[Path]:
    y, length = hand.within(0.48, 0.6), hand.within(1, 5)
    return [[(length * share, y - 0.3 * hand.rise * length * (share - 0.5)) for share in (0, 0.33, 0.67, 1)]]


SYMBOL_SHAPES: dict[str, Callable[[Hand, str], list[Path]]] = {
    ".": _point,
    ",": _comma,
    "-": _minus,
    "/": _slash,
    ":": _colon,
    "+": _plus,
    "x": _times,
    "*": _asterisk,
    "=": _equals,
    "(": _opening,
    ")": _closing,
    "—": _fraction_bar,
}
"""As `DIGIT_SHAPES`; forms that have no variants ignore the name."""
