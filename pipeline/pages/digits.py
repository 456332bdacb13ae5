"""Made digits of the hands of the world, one a picture, as a digit network sees them after reading."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.errors import InputError
from pipeline.imaging.normalize import normalize_ink
from pipeline.imaging.scaling import resized
from pipeline.pages.scribes import FontScribe, Mask, PenScribe, Scribe, any_font

_OF_ONE = 12
"""Digits that one person writes before another takes the pen."""
_FONT_SHARE = 0.35
"""Of the people who write as a font does; all others are pen strokes."""
_PENS = (0.03, 0.27)
"""Widths of a pen in heights of a digit, from hairline to marker."""
_HEIGHTS = (14, 90)
"""Of digits as they are written, in pixels."""
_COARSE = 0.4
"""Share of the pictures that are reduced to a few pixels, as small scans are."""
_SIDES = (10, 22)
"""The longer side of these, in pixels."""
_BROADEST = 2.5
"""Factor of that, at most."""
_FILLED = 0.2
"""Share of the digits that are pulled about as broad as tall, as by a scan that fills its frame."""


def made_digits(
    rng: np.random.Generator, count: int, *, held_out: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Digits by many people, brought to MNIST's form as reading does it.

    Args:
        rng: decides everything: the same state gives the same digits.
        count: how many to make.
        held_out: whether they are written in those fonts of handwriting that training never sees.

    Returns:
        images, uint8 (count, 28, 28), the stroke bright, and labels, uint8 (count,).
    """
    images, labels = np.zeros((count, SIDE, SIDE), np.uint8), rng.integers(0, DIGITS, count).astype(np.uint8)
    scribe = some_hand(rng, held_out=held_out)
    for number, label in enumerate(labels.tolist()):
        if number % _OF_ONE == 0:
            scribe = some_hand(rng, held_out=held_out)
        image = None
        while image is None:
            image = as_seen(written(scribe, str(label), rng), rng)
        images[number] = image
    return images, labels


def some_hand(rng: np.random.Generator, *, held_out: bool = False) -> Scribe:
    """Somebody with some pen. Of pen strokes nothing is held out, so held-out hands are fonts."""
    if held_out or rng.random() < _FONT_SHARE:
        return FontScribe(rng, any_font(rng, held_out=held_out), max(0.0, rng.normal(0, 0.06)))
    return PenScribe(rng, float(np.exp(rng.uniform(*np.log(_PENS)))))


def written(scribe: Scribe, characters: str, rng: np.random.Generator) -> Mask:
    """Characters in a row, at some size.

    Raises:
        ValueError: the scribe knows none of them.
    """
    height = float(np.exp(rng.uniform(*np.log(_HEIGHTS))))
    placed, pen = [], 0.0
    for character in characters:
        mark = scribe.write(character, height)
        if mark is not None:
            placed.append((mark.mask, round(pen + mark.left), round(mark.top)))
            pen += mark.advance
    if not placed:
        raise ValueError(f"nobody writes {characters!r} in this hand")
    left, top = (min(mark[axis] for mark in placed) for axis in (1, 2))
    right, bottom = (max(mark[axis] + mark[0].shape[2 - axis] for mark in placed) for axis in (1, 2))
    sheet = np.zeros((bottom - top, right - left), np.uint8)
    for mask, x, y in placed:
        place = sheet[y - top : y - top + mask.shape[0], x - left : x - left + mask.shape[1]]
        np.maximum(place, mask, out=place)
    return sheet


def as_seen(mask: Mask, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """What is left of a drawing after pen, scan and reading: uint8 (28, 28); None where nothing is."""
    scan = _scanned(_pulled(mask, rng), rng)
    ink = _worn((scan / 255).astype(np.float32), rng)
    if rng.random() < 0.3:
        ink = (ink > rng.uniform(0.3, 0.6) * ink.max()).astype(np.float32)
    try:
        return np.asarray(np.rint(normalize_ink(ink) * 255), np.uint8)
    except InputError:
        return None


def _pulled(mask: Mask, rng: np.random.Generator) -> Mask:
    """The drawing with another ratio of width and height."""
    height, width = mask.shape
    factor = float(np.exp(rng.normal(0, 0.14)))
    if rng.random() < _FILLED:
        # a bare stroke would become a blot
        factor = max(1.0, min(rng.uniform(0.6, 1.05) * height / width, _BROADEST))
    size = (max(1, round(width * factor)), height)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _scanned(mask: Mask, rng: np.random.Generator) -> Mask:
    """The drawing out of focus, and perhaps reduced to a few pixels."""
    longer = max(mask.shape)
    if rng.random() < 0.4:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), longer * rng.uniform(0.005, 0.03)), np.uint8)
    if rng.random() >= _COARSE:
        return mask
    scale = rng.uniform(*_SIDES) / longer
    if scale >= 1:
        return mask
    return resized(mask, scale)


def _worn(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The ink uneven, as of a pencil or a dry pen, the paper with grain."""
    if rng.random() < 0.25:
        coarse = rng.uniform(0.3, 1.3, (rng.integers(3, 12), rng.integers(3, 12))).astype(np.float32)
        size = (picture.shape[1], picture.shape[0])
        picture = picture * cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.25:
        picture = picture + rng.normal(0, rng.uniform(0, 0.12), picture.shape).astype(np.float32)
    return np.asarray(np.clip(picture, 0, 1), np.float32)
