"""Variations of digits that a person might have written as well: tilt, size, slant, wobble, stroke width.

Random affine maps and elastic distortion after Simard, Steinkraus and Platt, "Best Practices for
Convolutional Neural Networks Applied to Visual Document Analysis" (ICDAR 2003); here the displacement is
a smooth surface through a coarse grid of random points. Works on NumPy arrays and knows nothing of training.
"""

from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE

_CELL = 36  # a 28x28 picture with a margin of 4, so that neighbors in a mosaic never bleed into each other
_MARGIN = (_CELL - SIDE) // 2
_MOSAIC = 900  # pictures in a mosaic; OpenCV maps at most 32,767 rows
_KNOTS = 5


@dataclass(frozen=True)
class Variation:
    """How far a picture may be varied. Every amount is drawn anew for each picture.

    Attributes:
        rotation: standard deviation in degrees.
        scale: standard deviation of the logarithm of the size, for width and height apart.
        shear: standard deviation of the horizontal shift a row, in pixels a pixel.
        shift: largest shift in pixels, uniform, in each direction.
        elastic: standard deviation of the displacement of the grid's knots, in pixels.
        stroke: largest share of a one-pixel dilation or erosion mixed in.
    """

    rotation: float = 7.0
    scale: float = 0.08
    shear: float = 0.12
    shift: float = 2.0
    elastic: float = 0.7
    stroke: float = 0.6

    def times(self, strength: float) -> "Variation":
        """The same kinds of variation, `strength` times as far; of the stroke never more than a whole pixel."""
        scaled = {entry.name: getattr(self, entry.name) * strength for entry in fields(self)}
        return Variation(**{**scaled, "stroke": min(1.0, scaled["stroke"])})


def _knot_weights() -> NDArray[np.float32]:
    """(28, knots): how much each knot of a cubic B-spline moves each pixel row (or column)."""
    position = np.linspace(0, _KNOTS - 1, SIDE)[:, None]
    distance = np.abs(position - np.arange(_KNOTS)[None, :])
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    weights = np.where(distance < 1, near, far)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(weights, np.float32)


def _maps(count: int, variation: Variation, random: np.random.Generator) -> tuple[Any, Any]:
    """Where each pixel of each varied picture is taken from: two float32 arrays (count, 28, 28), in pixels."""
    angle = np.radians(random.normal(0, variation.rotation, count))
    scale_x, scale_y = np.exp(random.normal(0, variation.scale, (2, count)))
    shear = random.normal(0, variation.shear, count)
    shift = random.uniform(-variation.shift, variation.shift, (2, count))
    cos, sin = np.cos(angle), np.sin(angle)
    # from the varied picture back to the original: turn, then slant, then resize, about the center
    a = scale_x * (cos + shear * sin)
    b = scale_x * (-sin + shear * cos)
    c, d = scale_y * sin, scale_y * cos
    axis = (np.arange(SIDE) - (SIDE - 1) / 2).astype(np.float32)
    coefficients = np.stack([a, b, shift[0], c, d, shift[1]]).astype(np.float32)[:, :, None, None]
    x: Any = coefficients[0] * axis[None, None, :] + coefficients[1] * axis[None, :, None] + coefficients[2]
    y: Any = coefficients[3] * axis[None, None, :] + coefficients[4] * axis[None, :, None] + coefficients[5]
    if variation.elastic:
        weights = _knot_weights()
        knots = random.normal(0, variation.elastic, (2, count, _KNOTS, _KNOTS)).astype(np.float32)
        displacement = weights @ knots @ weights.T
        x += displacement[0]
        y += displacement[1]
    return x + (SIDE - 1) / 2, y + (SIDE - 1) / 2


def _vary_mosaic(
    images: NDArray[np.uint8], variation: Variation, random: np.random.Generator
) -> NDArray[np.uint8]:
    count = len(images)
    mosaic = np.zeros((count, _CELL, _CELL), np.uint8)
    mosaic[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = images
    flat = mosaic.reshape(count * _CELL, _CELL)
    x, y = _maps(count, variation, random)
    x = np.clip(x + _MARGIN, 0, _CELL - 1)
    y = np.clip(y + _MARGIN, 0, _CELL - 1) + (np.arange(count, dtype=np.float32) * _CELL)[:, None, None]
    varied: Any = cv2.remap(
        flat, x.reshape(-1, SIDE), y.reshape(-1, SIDE), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
    ).reshape(count, SIDE, SIDE)
    if variation.stroke:
        varied = _vary_strokes(mosaic, varied, variation.stroke, random)
    return np.asarray(varied, np.uint8)


def _vary_strokes(
    mosaic: NDArray[np.uint8], images: NDArray[np.uint8], most: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """The images with thicker or thinner strokes; `mosaic` is their room with margins, (n, 36, 36), overwritten."""
    count = len(images)
    flat = mosaic.reshape(count * _CELL, _CELL)
    mosaic[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = images
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    drawn = random.uniform(-most, most, count)
    amount = np.where(np.abs(drawn) > most / 3, drawn, 0).astype(np.float32)[:, None, None]
    inside = np.s_[:, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    thick: Any = cv2.dilate(flat, cross).reshape(mosaic.shape)[inside].astype(np.float32)
    thin: Any = cv2.erode(flat, cross).reshape(mosaic.shape)[inside].astype(np.float32)
    # eroding goes half as far: a whole pixel less would already break a hairline
    mixed: Any = (
        images + np.clip(amount, 0, 1) * (thick - images) + np.clip(-amount, 0, 1) / 2 * (thin - images)
    )
    return np.asarray(mixed.round(), np.uint8)


def add_serifs(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], random: np.random.Generator, share: float
) -> None:
    """Gives some ones the hook, and half of these the foot, that many people write and MNIST hardly has. In place.

    Hook and foot are the ends of the digit's own stroke, turned about its tips, so they keep its width.

    Args:
        images: uint8 (n, 28, 28), the stroke bright.
        labels: uint8 (n,), the digits.
        random: decides which ones, and each angle and length.
        share: of the ones to change, 0 to 1.
    """
    for index in np.flatnonzero((labels == 1) & (random.random(len(labels)) < share)):
        images[index] = _with_serifs(images[index], random)


def _with_serifs(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    rows = np.flatnonzero((image > 60).any(axis=1))
    if len(rows) < 12:
        return image
    first, last = int(rows[0]), int(rows[-1])
    columns = np.arange(SIDE)
    top_x, bottom_x = (
        float((part * columns).sum() / part.sum())
        for part in (image[first : first + 2].astype(float), image[last - 1 : last + 1].astype(float))
    )
    lean = np.degrees(np.arctan2(top_x - bottom_x, last - first))  # of the stroke, rightward positive
    if abs(lean) > 25:
        return image
    height = last - first + 1

    def turned(part: tuple[int, int], center: tuple[float, float], angle: float) -> NDArray[np.uint8]:
        piece = np.zeros_like(image)
        piece[part[0] : part[1]] = image[part[0] : part[1]]
        matrix = cv2.getRotationMatrix2D(center, angle, 1)
        return np.asarray(cv2.warpAffine(piece, matrix, (SIDE, SIDE)), np.uint8)

    length = int(height * random.uniform(0.22, 0.68))
    # OpenCV turns counter-clockwise for positive angles; the hook hangs down to the left
    hook = turned((first, first + length), (top_x, first + 0.5), lean - random.uniform(30, 65))
    varied = np.maximum(image, hook)
    if random.random() < 0.5:
        foot = (last - int(height * random.uniform(0.15, 0.42)), last + 1)
        for side in (90, -90):
            varied = np.maximum(varied, turned(foot, (bottom_x, last - 0.5), lean + side))
    return np.asarray(varied, np.uint8)


def vary(
    images: NDArray[np.uint8],
    random: np.random.Generator,
    variation: Variation | None = None,
    out: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """A random variation of every picture.

    Args:
        images: uint8 (n, 28, 28), the stroke bright.
        random: decides every amount; the same state gives the same pictures.
        variation: how far to go; a moderate default.
        out: where to put them, which may be `images` itself; new memory by default.

    Returns:
        uint8 (n, 28, 28).
    """
    variation = variation or Variation()
    out = np.empty_like(images) if out is None else out
    for start in range(0, len(images), _MOSAIC):
        part = slice(start, start + _MOSAIC)
        out[part] = _vary_mosaic(images[part], variation, random)
    return out
