"""A sheet with ink on it -> a photograph: paper, light, perspective, what lies around, the camera's faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.floating[Any]]
"""(h, w) in [0, 1], or (h, w, 3) with red, green and blue."""


def clouds(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Layer:
    """Smooth noise around 0 with a standard deviation near 1; `cell` is its grain in pixels."""
    size = max(3, int(shape[1] / cell) + 3), max(3, int(shape[0] / cell) + 3)
    coarse = rng.standard_normal(size[::-1]).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32) * 1.3


def _color(rng: np.random.Generator, low: float, high: float, tint: float) -> NDArray[np.float32]:
    return np.clip(rng.uniform(low, high) + rng.normal(0, tint, 3), 0, 1).astype(np.float32)


def paper(rng: np.random.Generator, shape: tuple[int, int], *, dark: bool) -> Layer:
    """The bare sheet, (h, w, 3): white, gray, yellowed, brown, crumpled; or a blackboard or screen."""
    if dark:
        base = _color(rng, 0.0, 0.3, 0.05)
        chalk = clouds(rng, shape, rng.uniform(5, 60)) * rng.uniform(0, 0.04)
        return np.asarray(base + chalk[:, :, None], np.float32)
    kind = rng.random()
    if kind < 0.25:
        base = np.full(3, rng.uniform(0.96, 1.0), np.float32)
    elif kind < 0.8:
        base = _color(rng, 0.65, 1.0, 0.03)
    else:
        base = np.array([1, rng.uniform(0.8, 1), rng.uniform(0.45, 0.95)], np.float32) * rng.uniform(0.6, 1)
    sheet = np.broadcast_to(base.astype(np.float32), (*shape, 3)).copy()
    if kind > 0.12:
        texture = clouds(rng, shape, rng.uniform(1.2, 4)) * rng.uniform(0, 0.025)
        if rng.random() < 0.35:  # folds and crumples
            folds = np.abs(clouds(rng, shape, rng.uniform(20, 90)))
            texture += (np.minimum(folds, 0.6) - 0.6) * rng.uniform(0, 0.16)
        if rng.random() < 0.25:  # fibers and relief, lit from a side
            fibers = clouds(rng, shape, rng.uniform(1.5, 9))
            shift = int(rng.integers(1, 4))
            texture += (fibers - np.roll(fibers, (shift, shift), (0, 1))) * rng.uniform(0.005, 0.05)
        if rng.random() < 0.15:  # see-through: the back of the sheet
            texture -= np.clip(clouds(rng, shape, rng.uniform(6, 20)) - 0.8, 0, 1) * rng.uniform(0, 0.1)
        sheet += texture[:, :, None]
    return sheet


def rulings(
    rng: np.random.Generator, shape: tuple[int, int], height: float
) -> tuple[Layer, NDArray[np.float32]]:
    """Printed lines or squares of a notebook: how much of them covers each pixel, and their color."""
    cover = np.zeros(shape, np.float32)
    step = height * rng.uniform(0.55, 2.8)
    kind, width = rng.random(), rng.uniform(0.5, max(0.7, 0.07 * height))
    strength = rng.uniform(0.15, 1.0) * min(1.0, width)
    for axis in (0, 1):
        if axis == 1 and kind < 0.6:
            break
        for level in np.arange(rng.uniform(0, step), shape[axis], step):
            first, last = round(level), round(level + max(1.0, width))
            if axis == 0:
                cover[first:last] = strength
            else:
                cover[:, first:last] = strength
    if rng.random() < 0.2:  # a margin
        where = int(rng.uniform(0, shape[1]))
        cover[:, where : where + max(1, round(width))] = strength
    color = _color(rng, 0.1, 0.7, 0.12)
    if rng.random() < 0.5:
        color = np.array([rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.7), rng.uniform(0.6, 0.9)], np.float32)
    return cover, color


def ink_color(rng: np.random.Generator, *, dark: bool) -> NDArray[np.float32]:
    """Of a pen: black, blue, red, green, a pencil's gray; on a dark ground chalk or light."""
    if dark:
        return _color(rng, 0.6, 1.0, 0.08)
    kind = rng.random()
    if kind < 0.35:
        return _color(rng, 0.0, 0.25, 0.03)
    if kind < 0.65:
        return np.array([rng.uniform(0, 0.3), rng.uniform(0.05, 0.4), rng.uniform(0.35, 0.9)], np.float32)
    if kind < 0.75:
        return np.array([rng.uniform(0.5, 0.9), rng.uniform(0, 0.25), rng.uniform(0, 0.3)], np.float32)
    if kind < 0.8:
        return np.array([rng.uniform(0, 0.2), rng.uniform(0.3, 0.6), rng.uniform(0.1, 0.4)], np.float32)
    return _color(rng, 0.2, 0.6, 0.02)


def worn(rng: np.random.Generator, ink: Layer) -> Layer:
    """Ink as pens leave it: even, skipping, grainy as a pencil or chalk, lighter and darker along the way."""
    kind, shape = rng.random(), (ink.shape[0], ink.shape[1])
    if kind < 0.4:
        return ink
    if kind < 0.7:
        return np.asarray(
            ink * np.clip(0.85 + 0.18 * clouds(rng, shape, rng.uniform(6, 30)), 0.25, 1), np.float32
        )
    grain = clouds(rng, shape, rng.uniform(1, 2.5))
    return np.asarray(ink * np.clip(0.75 + rng.uniform(0.1, 0.4) * grain, 0.1, 1), np.float32)


def view(rng: np.random.Generator, shape: tuple[int, int], turn: float, tilt: float) -> NDArray[np.float64]:
    """A 3x3 map from the sheet to the picture: turned by `turn` degrees about the middle, seen askew by `tilt`."""
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(turn)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    shear = np.array([[1, rng.normal(0, 0.06)], [0, 1]])
    moved = (corners - middle) @ (rotation @ shear).T + middle
    moved += rng.normal(0, tilt, (4, 2)) * min(shape)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


def light(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    """How bright each place is lit, (h, w): from a side, a lamp, a vignette, soft and hard shadows."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    lit = np.ones(shape, np.float32)
    if rng.random() < 0.6:
        turn, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.6)
        lit *= 1 - slope * (0.5 + x * np.cos(turn) + y * np.sin(turn))
    if rng.random() < 0.3:
        cx, cy, reach = rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5), rng.uniform(0.35, 1.2)
        far = np.sqrt((x - cx) ** 2 + (y - cy) ** 2) / reach
        lit *= 1 - rng.uniform(0.2, 0.75) * np.clip(far, 0, 1) ** rng.uniform(1, 3)
    if rng.random() < 0.3:
        lit *= 1 + rng.uniform(0, 0.15) * clouds(rng, shape, max(shape) / rng.uniform(1.5, 4))
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.35 else 0):
        lit *= 1 - rng.uniform(0.15, 0.7) * _shadow(rng, shape)
    return np.clip(lit, 0.14, 1.4)


def _shadow(rng: np.random.Generator, shape: tuple[int, int]) -> Layer:
    """A polygon with a soft or a hard edge: of a hand, a head, a window's frame."""
    height, width = shape
    small = np.zeros((max(8, height // 4), max(8, width // 4)), np.uint8)
    middle = rng.uniform(-0.2, 1.2, 2) * small.shape[::-1]
    turns = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8)))
    reach = rng.uniform(0.2, 1.1, len(turns)) * max(small.shape)
    points = middle + np.stack([np.cos(turns), np.sin(turns)], 1) * reach[:, None]
    cv2.fillPoly(small, [points.astype(np.int32)], 255)
    soft = rng.uniform(0.3, 12)
    blurred = cv2.GaussianBlur(small, (0, 0), soft)
    return np.asarray(cv2.resize(blurred, (width, height)), np.float32) / 255


def around(rng: np.random.Generator, picture: Layer, mask: Layer) -> Layer:
    """The picture with a table of wood, cloth or something dark wherever `mask` (1 = the sheet) is not."""
    shape = (picture.shape[0], picture.shape[1])
    base = _color(rng, 0.02, 0.75, 0.08)
    grain = clouds(rng, (shape[0], max(4, shape[1] // 8)), rng.uniform(2, 6))
    wood = np.asarray(cv2.resize(grain, shape[::-1]))
    if rng.random() < 0.5:
        wood = clouds(rng, shape, rng.uniform(2, 30))
    table = base + (wood * rng.uniform(0.01, 0.12))[:, :, None]
    return np.asarray(picture * mask[:, :, None] + table * (1 - mask[:, :, None]), np.float32)


def finger(rng: np.random.Generator, picture: Layer, height: float) -> NDArray[np.bool_]:
    """Lays fingers, a pen or a clip over the rim of the picture, in place; gives where, bool (h, w)."""
    h, w = picture.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    skin = np.array([rng.uniform(0.5, 0.95), rng.uniform(0.3, 0.7), rng.uniform(0.2, 0.6)], np.float32)
    if rng.random() < 0.4:
        skin = _color(rng, 0, 0.9, 0.15)
    edge, along = rng.integers(4), rng.random()
    start = [(along * w, -9), (along * w, h + 9), (-9, along * h), (w + 9, along * h)][edge]
    reach = rng.uniform(0.5, 4) * height
    turn = np.arctan2(h / 2 - start[1], w / 2 - start[0]) + rng.normal(0, 0.4)
    end = start[0] + reach * np.cos(turn), start[1] + reach * np.sin(turn)
    points = [(round(x), round(y)) for x, y in (start, end)]
    cv2.line(mask, points[0], points[1], 255, max(2, round(rng.uniform(0.4, 2) * height)), cv2.LINE_AA)
    cover = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 2)).astype(np.float32)[:, :, None] / 255
    picture += (skin - picture) * cover
    return mask > 0


def contrasting(
    color: NDArray[np.float32], ground: NDArray[np.float32], least: float, *, dark: bool
) -> NDArray[np.float32]:
    """An ink's color, moved away from the ground's until it can be seen.

    Args:
        color: of the ink, (3,).
        ground: the paper's mean color, (3,).
        least: by which their brightnesses have to differ.
        dark: whether the ink is the brighter one.
    """
    sign = 1 if dark else -1
    short = least - sign * float((color - ground).mean())
    return np.asarray(np.clip(color + sign * max(0.0, short), 0, 1), np.float32)


@dataclass(frozen=True)
class Faults:
    """What a camera does to a picture, drawn at random by `taken`."""

    blur: float
    noise: float
    quality: int
    shrink: float


def faults(rng: np.random.Generator, height: float, *, clean: bool) -> Faults:
    """Some camera; digits are `height` pixels tall, so that they stay legible."""
    if clean:
        return Faults(0.0, 0.0, 100, 1.0)
    sharp = rng.random() < 0.4
    return Faults(
        0.0 if sharp else float(rng.uniform(0.3, max(0.31, 0.055 * height))),
        0.0 if rng.random() < 0.4 else float(np.exp(rng.uniform(np.log(0.003), np.log(0.07)))),
        int(rng.integers(25, 96)) if rng.random() < 0.6 else 100,
        float(rng.uniform(0.45, 1)) if rng.random() < 0.25 and height > 20 else 1.0,
    )


def taken(rng: np.random.Generator, picture: Layer, fault: Faults) -> NDArray[np.uint8]:
    """The picture as a camera or scanner stores it: uint8 (h, w, 3)."""
    height, width = picture.shape[:2]
    if fault.shrink < 1:
        size = max(8, round(width * fault.shrink)), max(8, round(height * fault.shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    if fault.blur > 0.2:
        if rng.random() < 0.2:  # the hand moved
            length = max(2, round(2.5 * fault.blur))
            kernel = np.zeros((length, length), np.float32)
            turn = rng.uniform(0, np.pi)
            half = (length - 1) / 2
            reach = half * np.array([np.cos(turn), np.sin(turn)])
            ends = [(round(half + s * reach[0]), round(half + s * reach[1])) for s in (-1, 1)]
            cv2.line(kernel, ends[0], ends[1], 1.0)
            picture = np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()))
        else:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), fault.blur))
    if fault.noise:
        noise = rng.standard_normal(picture.shape[:2], dtype=np.float32) * fault.noise
        picture = picture + noise[:, :, None]
    stored = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    if fault.quality < 100:
        encoded = cv2.imencode(".jpg", stored[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, fault.quality])[1]
        stored = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))[:, :, ::-1].astype(np.uint8)
    if fault.shrink < 1:
        stored = np.asarray(cv2.resize(stored, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.ascontiguousarray(stored)
