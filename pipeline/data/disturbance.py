"""Pictures spoilt by chance: light, ground, foreign marks, grain and lenses, each drawn anew for every picture.

What the augmentation varies, a person might have written; this is what happens to a picture afterwards. No disturbance
of a known test set is made by name or with its parameters: each of the families below draws its form, its place and its
strength from wide ranges, in the spirit of domain randomization (Tobin et al., IROS 2017) and, for the filters, of Xu
et al., "Robust and Generalizable Visual Representation Learning via Random Convolutions" (ICLR 2021).
Works on NumPy arrays and knows nothing of training.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE

_Pictures = NDArray[np.float32]
"""(n, 28, 28), 0 to 1."""

_MOST = 3
"""Disturbances that come together in one picture."""


def disturb(
    images: NDArray[np.uint8],
    random: np.random.Generator,
    share: float = 1.0,
    out: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Spoils some of the pictures, each in one to three ways.

    Args:
        images: uint8 (n, 28, 28), the stroke bright.
        random: decides everything; the same state gives the same pictures.
        share: of the pictures, 0 to 1; the others stay as they are.
        out: where to put them, which may be `images` itself; new memory by default.

    Returns:
        uint8 (n, 28, 28).
    """
    out = np.empty_like(images) if out is None else out
    if out is not images:
        out[:] = images
    chosen = np.flatnonzero(random.random(len(images)) < share)
    spoilt: _Pictures = (out[chosen] / 255).astype(np.float32)
    count = random.integers(1, _MOST + 1, len(chosen))
    for turn in range(_MOST):
        family = np.where(count > turn, random.integers(len(_FAMILIES), size=len(chosen)), -1)
        for number, change in enumerate(_FAMILIES):
            mine = np.flatnonzero(family == number)
            if len(mine):
                spoilt[mine] = change(spoilt[mine], random).clip(0, 1)
    out[chosen] = np.rint(spoilt * 255).astype(np.uint8)
    return out


def _each(random: np.random.Generator, low: float, high: float, count: int) -> NDArray[np.float32]:
    """A number for each picture, to be broadcast over its pixels."""
    return random.uniform(low, high, (count, 1, 1)).astype(np.float32)


def _some(random: np.random.Generator, chance: float, count: int) -> NDArray[np.bool_]:
    return random.random((count, 1, 1)) < chance


def _surface(count: int, random: np.random.Generator) -> _Pictures:
    """Smooth random fields from 0 to 1: a grid of few to many knots, and finer ones that count less and less."""
    fields = np.zeros((count, SIDE, SIDE), np.float32)
    coarse, decay = random.integers(2, 5, count), random.uniform(0.25, 0.8, count)
    for field, knots, share in zip(fields, coarse.tolist(), decay.tolist(), strict=True):
        weight = 1.0
        while knots < SIDE:
            grid = random.random((knots, knots), dtype=np.float32)
            field += weight * np.asarray(cv2.resize(grid, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))
            knots, weight = 2 * knots, weight * share
    low, high = (
        np.quantile(fields, at, axis=(1, 2), keepdims=True).astype(np.float32) for at in (0.01, 0.99)
    )
    return np.asarray(np.clip((fields - low) / (high - low), 0, 1), np.float32)


def _level(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Another brightness of ground and stroke, clipped where it leaves the range; one in four inverted."""
    count = len(pictures)
    pictures = np.where(_some(random, 0.25, count), 1 - pictures, pictures)
    contrast, ground = _each(random, 0.25, 1.3, count), _each(random, -0.2, 0.7, count)
    return np.asarray(pictures ** np.exp(_each(random, -0.7, 0.7, count)) * contrast + ground, np.float32)


def _light(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Clouds and lamps: a smooth field laid over the picture, added to it, or shading it."""
    count = len(pictures)
    field, amount = _surface(count, random), _each(random, 0.2, 1.0, count)
    veiled = pictures * (1 - 0.8 * amount) + field * 0.9 * amount
    added = pictures + field * 2 * amount
    added /= np.maximum(added.max(axis=(1, 2), keepdims=True), 1)
    shaded = pictures * (1 - amount * field)
    kind = random.random((count, 1, 1))
    return np.where(kind < 0.4, veiled, np.where(kind < 0.8, added, shaded))


def _patches(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """A part of the picture on another ground: beyond an edge, within a band, or in blots; mostly inverted."""
    count = len(pictures)
    axis = np.linspace(-1, 1, SIDE, dtype=np.float32)
    angle = random.uniform(0, 2 * np.pi, (count, 1, 1))
    angle = np.where(_some(random, 0.5, count), np.round(angle / (np.pi / 2)) * (np.pi / 2), angle)
    along = axis[None, None, :] * np.cos(angle) + axis[None, :, None] * np.sin(angle)
    middle, half = random.uniform(-0.9, 0.9, (count, 1, 1)), random.uniform(0.05, 0.5, (count, 1, 1))
    band = np.abs(along - middle) < half
    blots = _surface(count, random) > random.uniform(0.5, 0.9, (count, 1, 1))
    kind = random.random((count, 1, 1))
    inside = np.where(kind < 0.3, along > middle, np.where(kind < 0.75, band, blots))
    inside ^= _some(random, 0.25, count)
    ground = _each(random, 0.1, 1, count)
    other = np.where(_some(random, 0.65, count), ground - (2 * ground - 1) * pictures, pictures + ground)
    return np.where(inside, other, pictures).astype(np.float32)


def _marks(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Strokes that don't belong: lines, bent ones, dashes and dots of any pen, bright or dark."""
    marked = np.rint(pictures * 255).astype(np.uint8)
    for picture in marked:
        for _ in range(random.integers(1, 4)):
            _mark(picture, random)
    return (marked / 255).astype(np.float32)


def _mark(picture: NDArray[np.uint8], random: np.random.Generator) -> None:
    """One such stroke, drawn into the picture: through a few points, or along these with gaps."""
    shade = int(random.integers(100, 256)) if random.random() < 0.8 else int(random.integers(0, 60))
    corners = random.uniform(-3, SIDE + 3, (int(random.integers(2, 7)), 2))
    if random.random() < 0.6:  # from side to side, as what crosses a page
        corners = corners[np.argsort(corners[:, random.integers(2)])]
    step = 1 if random.random() < 0.55 else int(random.integers(2, 6))
    if step == 1:
        points = [np.rint(corners * 8).astype(np.int32)]
        thickness = 1 if random.random() < 0.7 else int(random.integers(2, 4))
        cv2.polylines(
            picture, points, False, shade, thickness, cv2.LINE_AA if random.random() < 0.5 else cv2.LINE_8, 3
        )
        return
    between = np.linspace(0, 1, 40)
    path = np.stack(
        [np.interp(between * (len(corners) - 1), np.arange(len(corners)), c) for c in corners.T], axis=1
    )
    radius = int(random.integers(0, 2))
    for x, y in np.rint(path[::step]).astype(int).tolist():
        cv2.circle(picture, (x, y), radius, shade, -1)


def _grain(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Noise of a film, of a sensor in the dark, or pixels and specks that have any value."""
    count = len(pictures)
    noise = random.standard_normal(pictures.shape, dtype=np.float32)
    coarse = random.standard_normal((count, SIDE // 2, SIDE // 2), dtype=np.float32).repeat(2, 1).repeat(2, 2)
    noise = np.where(_some(random, 0.3, count), coarse, noise) * _each(random, 0.05, 0.4, count)
    where_bright = np.sqrt(np.maximum(pictures, 0.01))
    noisy = pictures + noise * np.where(_some(random, 0.5, count), where_bright, 1)
    lost = random.random(pictures.shape) < random.uniform(0.02, 0.3, (count, 1, 1))
    values = random.random(pictures.shape, dtype=np.float32)
    values = np.where(_some(random, 0.5, count), values > 0.5, values)
    return np.where(_some(random, 0.5, count), noisy, np.where(lost, values, pictures)).astype(np.float32)


def _lens(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """A random filter, from a blur by way of a smear to an outline; brought back to the full range."""
    filtered = np.empty_like(pictures)
    for number, picture in enumerate(pictures):
        size = 2 * int(random.integers(1, 5)) + 1
        if random.random() < 0.5:  # a smear along a line, or a blur about a point
            spread = np.exp(random.uniform(np.log(0.5), np.log(4.0), 2))
            kernel = _bell(size, spread[0], spread[1], random.uniform(0, np.pi))
        else:
            kernel = random.standard_normal((3, 3)).astype(np.float32)
            kernel -= kernel.mean() * random.uniform(0, 1.2)
        seen: Any = cv2.filter2D(picture, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT_101)
        if kernel.min() < 0:
            seen = np.abs(seen - np.median(seen)) if random.random() < 0.7 else seen - seen.min()
            seen = seen / max(float(seen.max()), 1e-3)
            if random.random() < 0.3:
                seen = (seen > random.uniform(0.2, 0.5)).astype(np.float32)
        filtered[number] = seen
    return filtered


def _bell(size: int, long: float, short: float, angle: float) -> NDArray[np.float32]:
    axis = np.arange(size) - size // 2
    along = axis[None, :] * np.cos(angle) + axis[:, None] * np.sin(angle)
    across = axis[:, None] * np.cos(angle) - axis[None, :] * np.sin(angle)
    bell = np.exp(-((along / long) ** 2 + (across / short) ** 2) / 2)
    return np.asarray(bell / bell.sum(), np.float32)


def _jitter(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Every pixel taken from somewhere near: rough glass, water, a bad scanner's rows."""
    count = len(pictures)
    reach = _each(random, 0.3, 1.6, count)[:, None] * random.standard_normal(
        (count, 2, SIDE, SIDE), dtype=np.float32
    )
    rows = (
        random.standard_normal((count, 1, SIDE, 1), dtype=np.float32)
        * _each(random, 0.3, 1.2, count)[:, None]
    )
    moved = np.where(
        _some(random, 0.25, count)[:, None], rows * np.array([1, 0], np.float32)[:, None, None], reach
    )
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    ways = np.where(random.random(count) < 0.5, cv2.INTER_NEAREST, cv2.INTER_LINEAR)
    jittered = [
        cv2.remap(picture, x + dx, y + dy, int(way), borderMode=cv2.BORDER_REPLICATE)
        for picture, (dx, dy), way in zip(pictures, moved, ways, strict=True)
    ]
    return np.asarray(jittered, np.float32)


def _warp(pictures: _Pictures, random: np.random.Generator) -> _Pictures:
    """Pushed, turned, slanted and resized further than anybody writes."""
    warped = np.empty_like(pictures)
    middle = (SIDE - 1) / 2
    for number, picture in enumerate(pictures):
        turn, slant = np.radians(random.normal(0, 14)), random.normal(0, 0.22)
        size = np.exp(random.normal(-0.1, 0.2, 2))
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        matrix = matrix @ np.array([[1, slant], [0, 1]]) @ np.diag(size)
        shift = np.array([middle, middle]) - matrix @ [middle, middle] + random.uniform(-3.5, 3.5, 2)
        warped[number] = cv2.warpAffine(
            picture, np.column_stack([matrix, shift]), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE
        )
    return warped


_FAMILIES: tuple[Callable[[_Pictures, np.random.Generator], _Pictures], ...] = (
    _level, _light, _patches, _marks, _grain, _lens, _jitter, _warp,
)  # fmt: skip
