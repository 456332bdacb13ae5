"""Images and labels as other programs store them -> MNIST's form, and in words what was changed. Knows no files."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.errors import InputError
from pipeline.imaging.scaling import resized

LARGEST_SIDE = 256
"""Pixels of an image in an array; larger ones are pictures."""

SAMPLES = 20

_BLOCK = 4096  # images converted at once, so that nothing is in memory twice

OnProgress = Callable[[float], None]
"""Is told which share of the work is done, 0 to 1."""


@dataclass(frozen=True)
class RawPart:
    """Labeled images as a file has them.

    Attributes:
        images: numbers of any kind, (n, side, side) or (n, side * side); axes of length 1 don't matter.
        labels: (n,), whole numbers from 0 to 9 of any kind; or (n, 10), a 1 in the column of the digit.
    """

    images: NDArray[Any]
    labels: NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """One digit before and after: gray, uint8 (h, w), and uint8 (28, 28), with its label."""

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    label: int


@dataclass(frozen=True)
class Converted:
    """What became of the parts of a file.

    Attributes:
        arrays: by part, images uint8 (n, 28, 28) and labels uint8 (n,).
        changes: a sentence for each thing that was changed.
        samples: up to `SAMPLES` digits from all over the file.
        side: of images in arrays as they were, in pixels.
    """

    arrays: dict[str, tuple[NDArray[np.uint8], NDArray[np.uint8]]]
    changes: tuple[str, ...]
    samples: tuple[Sample, ...]
    side: int = SIDE


def convert(parts: Mapping[str, RawPart], on_progress: OnProgress = lambda _: None) -> Converted:
    """Brings all parts of a data set to MNIST's form; they share one range of values and one size.

    Raises:
        InputError: they are no square images, or no labels, or values are out of any usual range.
    """
    sides = {side_of(part.images.shape) for part in parts.values()}
    if len(sides) > 1:
        raise InputError("", f"expected images of one size, got sides of {sorted(sides)} pixels.")
    side, full = sides.pop(), _full_stroke(parts)
    total = sum(len(part.images) for part in parts.values())
    done, arrays = 0, {}
    for name, part in parts.items():
        images = np.empty((len(part.images), SIDE, SIDE), np.uint8)
        for start in range(0, len(images), _BLOCK):
            block = scaled(part.images[start : start + _BLOCK], side, full)
            images[start : start + _BLOCK] = (
                block if side == SIDE else [resized(image, SIDE / side) for image in block]
            )
            done += len(block)
            on_progress(done / total)
        arrays[name] = images, _digits_of(part.labels)
    first = next(iter(parts))
    raw, (images, labels) = parts[first].images, arrays[first]
    samples = [
        Sample(scaled(raw[place : place + 1], side, full)[0], images[place], int(labels[place]))
        for place in spread(len(images))
    ]
    return Converted(arrays, tuple(_in_words(parts, side, full)), tuple(samples), side)


def spread(count: int) -> list[int]:
    """The places of up to `SAMPLES` of so many things, as far from each other as possible."""
    return [int(place) for place in np.linspace(0, count - 1, min(SAMPLES, count)).round()]


def side_of(shape: tuple[int, ...]) -> int:
    """The side in pixels of square images in an array of this shape; `InputError` where they are none."""
    axes = [length for length in shape[1:] if length != 1] or [1]
    side = math.isqrt(axes[0]) if len(axes) == 1 else axes[0]
    if axes not in ([side * side], [side, side]) or not 1 < side <= LARGEST_SIDE:
        raise InputError(
            "",
            f"expected square gray images of 2 to {LARGEST_SIDE} pixels a side, such as (n, 28, 28) or (n, 784), "
            f"got {shape}.",
        )
    return side


def scaled(images: NDArray[Any], side: int, full: float) -> NDArray[np.uint8]:
    """Images as uint8 (n, side, side), where `full` is the value of a full stroke."""
    images = images.reshape(-1, side, side)
    if full == 255 and images.dtype == np.uint8:
        return images
    return np.asarray((images.astype(np.float32) * (255 / full)).round(), np.uint8)


def _full_stroke(parts: Mapping[str, RawPart]) -> int:
    """The value of a full stroke: 1, 16 (as in scikit-learn's digits) or 255."""
    low = min(float(part.images.min()) for part in parts.values())
    high = max(float(part.images.max()) for part in parts.values())
    if not 0 <= low <= high <= 255:
        raise InputError("", f"expected values from 0 to 1 or from 0 to 255, got {low:g} to {high:g}.")
    return next(full for full in (1, 16, 255) if high <= full) if high else 255


def _digits_of(labels: NDArray[Any]) -> NDArray[np.uint8]:
    if _is_one_hot(labels):
        if not np.isin(labels, (0, 1)).all() or (labels.sum(1) != 1).any():
            raise InputError(
                "", "expected one 1 and nine 0s in each row of the labels, but some row has others."
            )
        return np.asarray(labels.argmax(1), np.uint8)
    digits = labels.reshape(-1)
    if not np.isin(digits, range(DIGITS)).all():
        raise InputError("", f"expected labels from 0 to 9, got {digits.min():g} to {digits.max():g}.")
    return np.asarray(digits, np.uint8)


def _is_one_hot(labels: NDArray[Any]) -> bool:
    return labels.ndim == 2 and labels.shape[1] == DIGITS


def _in_words(parts: Mapping[str, RawPart], side: int, full: int) -> list[str]:
    images = [part.images for part in parts.values()]
    words = []
    if full < 255:
        words.append(f"Values from 0 to {full} become 0 to 255.")
    elif any(array.dtype.kind == "f" for array in images):
        words.append("Values from 0 to 255 are rounded to whole numbers.")
    if any(array.ndim == 2 for array in images):
        words.append(f"Rows of {side * side} values become images of {side} by {side} pixels.")
    if side != SIDE:
        verb = "enlarged" if side < SIDE else "reduced"
        words.append(f"Images of {side} by {side} pixels are {verb} to {SIDE} by {SIDE}.")
    if any(_is_one_hot(part.labels) for part in parts.values()):
        words.append("Rows of ten zeros and ones become labels from 0 to 9.")
    return words


def are_dark_on_bright(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Of each image (n, 28, 28), whether its outermost pixels, which are paper, are bright on average: bool (n,)."""
    inside = images[:, 1:-1, 1:-1].sum((1, 2), dtype=np.int64)
    ring = images.sum((1, 2), dtype=np.int64) - inside
    return np.asarray(ring > 127 * 4 * (SIDE - 1))


def turned_round(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The images with dark and bright exchanged in those that are dark on bright."""
    return np.where(are_dark_on_bright(images)[:, None, None], 255 - images, images)
