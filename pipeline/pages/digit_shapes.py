"""The forms of the ten digits as control points: top at 0, baseline at 1, upright, about 0.6 wide."""

from collections.abc import Callable

import numpy as np

from pipeline.pages.hand import Hand
from pipeline.pages.splines import Path, Point, arc

_FLATTEST_FLAG = 1.3
"""How far a 1's flag goes to the left for each step down, at most: 52 degrees from upright."""


def _zero(hand: Hand, variant: str) -> list[Path]:
    wide = {"narrow": (0.15, 0.22), "wide": (0.36, 0.44)}.get(variant, (0.22, 0.36))
    radius = hand.within(*wide)
    gap = {"open": -hand.within(18, 42), "overlap": hand.within(20, 70)}.get(
        variant, float(np.clip(12 * hand.closure, -14, 20))
    )
    start = hand.within(-105, -45)
    angle = np.deg2rad(start - np.linspace(0, 360 + gap, 14))
    drift = 1 + hand.within(-0.16, 0.08) * np.linspace(0, 1, 14) ** 3  # the end misses the beginning
    square, egg = hand.within(0.8, 1.0), hand.within(-0.12, 0.12)
    across, up = np.cos(angle), np.sin(angle)
    xs = radius * np.sign(across) * np.abs(across) ** square * (1 + egg * up) * drift
    ys = 0.5 + 0.5 * np.sign(up) * np.abs(up) ** square * drift
    if hand.chance(0.12):
        xs = -xs
    ring: list[Point] = list(zip(xs.tolist(), ys.tolist(), strict=True))
    if variant == "inner loop":
        size = hand.within(0.06, 0.12) * hand.loops
        side = -1.0 if xs[4] < 0 else 1.0
        turns = arc((0.0, size), (size * 1.1, size), -100, -hand.within(330, 420), 6)
        curl: list[Point] = [(-side * point[0], point[1]) for point in turns]
        ring = [*ring[1:-1], *curl]
    if variant == "slashed":
        reach = hand.within(0.7, 1.3)
        slash = [(radius * reach, hand.within(-0.02, 0.2)), (-radius * reach, hand.within(0.8, 1.02))]
        return [ring, slash]
    return [ring]


def _one(hand: Hand, variant: str) -> list[Path]:
    bow = hand.within(-0.03, 0.03)
    stem: list[Point] = [(0, 0, 1), (bow, 0.5), (hand.within(-0.02, 0.02), 1)]
    flags = {
        "short flag": (0.12, 0.24, 35, 60),
        "flag and foot": (0.12, 0.28, 35, 58),
        "medium flag": (0.24, 0.42, 30, 52),
        "long flag": (0.42, 0.68, 25, 42),
        "flag from below": (0.62, 1.0, 16, 38),
    }
    if variant in flags:
        least, most, steep, flat = flags[variant]
        drop = float(np.clip(hand.within(least, most) * hand.flags, 0.1, max(most, 0.7)))
        # slant and width make a flag flatter; a flat one would be a 7's bar
        flattest = (_FLATTEST_FLAG - np.tan(np.deg2rad(hand.slant))) / hand.aspect
        reach = drop * float(min(np.tan(np.deg2rad(hand.within(steep, flat))), flattest))
        sag = hand.within(-0.1, 0.18)  # bent as often as straight
        middle = (-reach * (0.5 - sag / 2), drop * (0.5 + sag / 2))
        stem = [(-reach, drop), middle, *stem]
    if "foot" not in variant:
        return [stem]
    left, right = hand.within(0.12, 0.28), hand.within(0.12, 0.28)
    tilt = hand.rise * (left + right) / 2
    return [stem, [(-left, 1 + tilt), (right, 1 - tilt)]]


def _two(hand: Hand, variant: str) -> list[Path]:
    width, foot = hand.within(0.46, 0.6), hand.within(0.56, 0.72) * hand.flags
    hang = hand.within(0.18, 0.33)
    tilt = hand.rise * 0.4
    head: list[Point] = [
        (0.02, hang),
        (0.12 * width, 0.1),
        (0.5 * width, 0),
        (0.93 * width, 0.1),
        (width, 0.28),
        (0.82 * width, 0.5),
        (0.45 * width, 0.76),
    ]
    if variant == "zed":
        head = [(0.02, hand.within(0.04, 0.12)), (0.5 * width, 0.01), (width, hand.within(0.03, 0.1), 1)]
        head += [(0.5 * width, 0.55)]
    if variant == "loop":
        size = float(np.clip(hand.within(0.12, 0.24) * hand.loops, 0.1, 0.28))
        loop = [(0.14, 0.98), (0.02, 1.0), (-0.06, 1 - size * 0.45), (0.04, 1 - size), (0.22, 1 - size * 0.7)]
        return [[*head, *loop, (0.4, 0.97), (foot, hand.within(0.92, 1.02))]]
    end: list[Point]
    if variant == "wavy":
        wave = hand.within(0.05, 0.1)
        end = [(0.0, 0.98, 1), (0.16, 0.98 - wave), (0.36, 0.99), (foot, 0.95 - wave / 2 - tilt)]
    elif variant == "round":
        end = [(0.12, 0.92), (0.1, 0.99), (0.3, 1 - tilt / 2), (foot, 0.98 - tilt)]
    else:
        end = [(0.0, 0.99, 1), (foot / 2, 0.99 - tilt / 2 + hand.within(-0.02, 0.02)), (foot, 0.98 - tilt)]
    return [[*head, *end]]


def _three(hand: Hand, variant: str) -> list[Path]:
    top, bottom = hand.within(0.46, 0.58), hand.within(0.54, 0.66)
    waist = float(np.clip(hand.within(0.4, 0.52), 0.38, 0.54))
    tuck = hand.within(0.14, 0.3)
    belly: list[Point] = [
        (0.75 * bottom, waist + 0.06),
        (bottom, 0.5 + waist / 2),
        (0.8 * bottom, 0.94),
        (0.42 * bottom, 1.0),
        (hand.within(-0.06, 0.06), hand.within(0.82, 0.95)),
    ]
    cap: list[Point] = [
        (0.03, hand.within(0.08, 0.2)),
        (0.45 * top, 0),
        (0.93 * top, 0.09),
        (0.97 * top, 0.6 * waist),
        (0.72 * top, 0.9 * waist),
    ]
    if variant == "flat":
        rise = hand.rise * 0.3
        return [[(0.02, 0.03 + rise), (0.3, 0.02), (top, 0.02 - rise, 1), (tuck, waist - 0.02, 1), *belly]]
    if variant == "angular":
        cap = [(0.03, hand.within(0.02, 0.12)), (0.55 * top, 0.02), (top, 0.12), (tuck, waist, 1)]
        return [[*cap, (0.85 * bottom, 0.58), (bottom, 0.7), (0.6 * bottom, 0.92), (0.0, 0.99)]]
    if variant == "loop":
        size = float(np.clip(hand.within(0.07, 0.13) * hand.loops, 0.06, 0.15))
        loop = [(tuck, waist + size * 0.35), (tuck - size, waist), (tuck, waist - size * 0.5)]
        return [[*cap, *loop, *belly]]
    return [[*cap, (tuck, waist, 1), *belly]]


def _four(hand: Hand, variant: str) -> list[Path]:
    stem, bar = hand.within(0.36, 0.5), hand.within(0.54, 0.68)
    end = max(stem + 0.08, hand.within(0.56, 0.74) * hand.flags)
    tilt = hand.rise * 0.5
    top, foot = hand.within(0.0, 0.18), (stem - hand.within(-0.02, 0.06), 1.0)
    if variant.startswith("cup"):
        deep = hand.within(0.44, 0.58)
        cup: list[Point] = [
            (0.04, hand.within(0.0, 0.12)),
            (0.01, 0.6 * deep),
            (0.12, deep),
            (0.3, deep - 0.01),
            (stem, deep - hand.within(0.06, 0.16)),
        ]
        if variant == "cup at once":
            return [[*cup, (stem + 0.05, hand.within(0.0, 0.1), 1), (stem + 0.02, 0.5), foot]]
        if hand.chance(0.4):
            cup[-1] = (stem + hand.within(0.06, 0.14), deep - 0.06)
        return [cup, [(stem + 0.04, top), (stem + 0.01, 0.5), foot]]
    if variant == "closed at once":
        return [[(end, bar - tilt), (0.0, bar + tilt, 1), (0.55 * stem, 0.28), (stem, 0, 1), foot]]
    if variant == "closed":
        apex = stem - hand.within(-0.02, 0.05)
        left: list[Point] = [(apex, 0), (0.5 * apex, bar * 0.55), (0.0, bar + tilt, 1), (end, bar - tilt)]
        return [left, [(stem, max(-0.1, -0.1 * hand.closure)), foot]]
    if variant == "angular":
        turn = (end - hand.within(0.0, 0.06), bar - tilt, 1)
        return [
            [(hand.within(0.24, 0.52), 0.0), (0.0, bar + tilt, 1), turn, (end - hand.within(0.06, 0.2), 1.0)]
        ]
    lean = hand.within(0.08, 0.3) * stem / 0.4
    left = [(lean, 0.0), (0.45 * lean - 0.02, 0.5 * bar), (0.0, bar + tilt, 1), (end, bar - tilt)]
    if variant == "short stem":
        return [left, [(stem, bar - hand.within(0.16, 0.32)), (stem - 0.02, bar + 0.1), foot]]
    return [left, [(stem + hand.within(0.0, 0.06), top), (stem, bar), foot]]


def _five(hand: Hand, variant: str) -> list[Path]:
    width, shoulder = hand.within(0.48, 0.62), hand.within(0.36, 0.48)
    left = hand.within(0.04, 0.14)
    bar = left + hand.within(0.36, 0.54) * hand.flags
    belly: list[Point] = [
        (0.5 * width, shoulder - hand.within(0.02, 0.07)),
        (0.93 * width, shoulder + 0.1),
        (width, shoulder + 0.28),
        (0.75 * width, 0.95),
        (0.35 * width, 1.0),
        (hand.within(-0.08, 0.04), hand.within(0.86, 0.95)),
    ]
    tilt = hand.rise
    if variant == "curve":
        head: list[Point] = [(bar, 0.04 - tilt), (0.55 * bar, 0.03), (0.06, 0.17), (0.12, shoulder - 0.02)]
        return [[*head, (0.6 * width, shoulder + 0.08), *belly[2:]]]
    down: list[Point] = [(left, 0.03), (left - 0.03, 0.5 * shoulder), (left - 0.05, shoulder, 1)]
    if variant == "corner":
        return [[(bar, 0.03 - tilt * bar), (left, 0.03, 1), *down[1:], *belly]]
    if variant == "long bar":
        bar = left + hand.within(0.6, 0.85)
    gap = hand.within(-0.05, 0.03) + 0.1 * hand.haste * hand.within(-0.4, 1.0)
    high = hand.within(-0.05, 0.04)
    return [[*down, *belly], [(left + gap, 0.03 + high), (bar + gap, 0.03 + high - tilt * bar)]]


def _six(hand: Hand, variant: str) -> list[Path]:
    tall = {"large loop": (0.52, 0.64), "small loop": (0.28, 0.38)}.get(variant, (0.38, 0.54))
    height = float(np.clip(hand.within(*tall) * hand.loops, 0.26, 0.68))
    radii = (float(np.clip(hand.within(0.46, 0.66) * height, 0.17, 0.32)), height / 2)
    middle = 1 - height / 2
    gap = -hand.within(60, 100) if variant == "open" else 25 * hand.closure + hand.within(-15, 25)
    loop = arc((radii[0], middle), radii, 165, -165 - float(np.clip(gap, -100, 45)), 10)
    top = hand.within(0.28, 0.52) if variant != "straight" else hand.within(0.02, 0.16)
    bend = hand.within(0.35, 0.5)
    neck: list[Point] = [(top, 0), (bend * top, 0.36 * middle), (0.08 * top, 0.75 * middle)]
    if variant == "curl":
        neck = [(top + hand.within(0.06, 0.14), hand.within(0.07, 0.15)), (top, 0), *neck[1:]]
    return [[*neck, *loop]]


def _seven(hand: Hand, variant: str) -> list[Path]:
    width = hand.within(0.48, 0.64) * min(hand.flags, 1.15)
    foot = hand.within(0.1, 0.36)
    tilt = float(np.clip(hand.rise, -0.03, 0.12)) * width
    bar: list[Point] = [(0, 0.02 + tilt), (width / 2, 0.02 + tilt / 2 + hand.within(-0.02, 0.02))]
    if variant.startswith("wavy"):
        wave = hand.within(0.04, 0.09)
        bar = [(0, 0.05 + tilt), (0.22 * width, tilt - wave * 0.4), (0.6 * width, 0.04 + wave * 0.6)]
    if variant.startswith("serif"):
        drop = hand.within(0.08, 0.2)
        bar = [(hand.within(-0.03, 0.02), 0.02 + tilt + drop), (0.02, 0.02 + tilt, 1), *bar[1:]]
    bow = hand.within(0.04, 0.14) if hand.chance(0.5) else hand.within(-0.01, 0.03)
    middle = ((width + foot) / 2 - bow, 0.48)
    paths: list[Path] = [[*bar, (width, 0, 1), middle, (foot, 1)]]
    if variant.endswith("crossed"):
        at = hand.within(0.42, 0.58)
        left, right = hand.within(0.12, 0.24), hand.within(0.1, 0.24)
        lift = (hand.rise + hand.within(-0.05, 0.15)) * 0.25
        paths.append([(middle[0] - left, at + lift), (middle[0] + right, at - lift)])
    return paths


def _eight(hand: Hand, variant: str) -> list[Path]:
    upper, lower = hand.within(0.19, 0.27), hand.within(0.23, 0.33)
    waist = hand.within(0.4, 0.5)
    if variant == "circles":
        turn, over = hand.within(-120, -40), 360 + 20 * hand.closure
        top = arc((0, waist / 2), (upper, waist / 2), turn, turn - over, 10)
        turn = hand.within(-120, -60)
        sink = hand.within(-0.07, 0.02)
        return [top, arc((0, (1 + waist + sink) / 2), (lower, (1 - waist - sink) / 2), turn, turn - over, 10)]
    start = {"open": hand.within(-0.85, -0.6), "from the middle": hand.within(-1.6, -1.3)}.get(
        variant, hand.within(-0.75, 0.1)
    )
    sweep = 2 * np.pi + float(np.clip(0.25 * hand.closure, -0.25, 0.35))
    sweep -= hand.within(0.4, 0.75) if variant == "open" else 0
    t = start + np.linspace(0, sweep, 19)
    ys = ((1 - np.cos(t)) / 2) ** (np.log(waist) / np.log(0.5))
    xs = -np.where(ys < waist, upper, lower) * np.sin(2 * t) * 0.98
    lean = hand.within(0.15, 0.4) if variant == "slanted" else hand.within(-0.05, 0.15)
    xs += lean * (0.5 - ys)
    return [list(zip(xs.tolist(), ys.tolist(), strict=True))]


def _nine(hand: Hand, variant: str) -> list[Path]:
    tall = (0.28, 0.38) if variant == "small loop" else (0.38, 0.56)
    height = float(np.clip(hand.within(*tall) * hand.loops, 0.26, 0.62))
    radii = (float(np.clip(hand.within(0.48, 0.66) * height, 0.16, 0.3)), height / 2)
    right = 2 * radii[0]
    foot = right - hand.within(-0.02, 0.16)
    tail: list[Point] = [(right - 0.02, height), (foot + 0.02, 0.75), (foot, 1)]
    if variant == "curved" or (variant != "straight" and hand.chance(0.3)):
        tail = [
            (right - 0.01, 0.55),
            (right - 0.07, 0.84),
            (right - 0.26, 1),
            (-0.02, hand.within(0.8, 0.95)),
        ]
    if variant == "swung":
        end = -hand.within(0.05, 0.36)
        tail = [
            (right + hand.within(0.0, 0.08), hand.within(0.6, 0.72)),
            (right - 0.02, 0.9),
            (0.45 * (right + end), 1),
            (end, hand.within(0.88, 1.0)),
        ]
    if variant == "at once":  # clockwise from inside the loop, no turn before the stem
        loop = arc((radii[0], height / 2), radii, 40 + 20 * hand.closure, 345, 10)
        return [[*loop, *tail]]
    start = -60 if variant == "open" else hand.within(-60, -15)
    gap = 40 if variant == "open" else -15 * hand.closure
    loop = arc((radii[0], height / 2), radii, start, -330 - float(np.clip(-gap, -25, 10)), 10)
    turn = (right + (0.03 if variant == "open" else 0.0), hand.within(0.0, 0.1) + 0.05 * (variant != "open"))
    return [[*loop[:-1], (right - 0.02, 0.45 * height), (*turn, 1), *tail]]


DIGIT_SHAPES: dict[str, Callable[[Hand, str], list[Path]]] = {
    "0": _zero,
    "1": _one,
    "2": _two,
    "3": _three,
    "4": _four,
    "5": _five,
    "6": _six,
    "7": _seven,
    "8": _eight,
    "9": _nine,
}
"""Each takes a hand and one of `variants_of` the digit and gives the strokes in the order they are written."""
