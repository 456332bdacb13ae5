"""Pictures that are not a digit, made from pieces of digits: for a network that can say "I see none".

What lands in a digit's place on real paper: letters, scribbles, crossed-out words, two digits taken for one,
a piece of one, dust and texture. Each is imitated with MNIST's training images alone and brought to the
20x20 box and center of mass that digits get, so that size and place give nothing away.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from pipeline.imaging.centering import DIGIT_SIDE, center_by_mass, crop_to_ink

_FAINTEST = 40
"""Level, of 255, above which a pixel counts as ink."""

# turned or mirrored these are no digits any more, but very much like letters: P, E, M, L, h, ...
_TURNABLE = np.isin(np.arange(DIGITS), (2, 3, 4, 5, 7))
_MIRRORABLE = np.isin(np.arange(DIGITS), (3, 4, 6, 7, 9))


def fit(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of any size brought to MNIST's form: ink in a 20x20 box, its center of mass in the middle.

    Args:
        picture: uint8 (h, w), the stroke bright.

    Returns:
        uint8 (28, 28); all zero where there was no ink.
    """
    part = crop_to_ink(picture, picture > _FAINTEST)
    if not part.size:
        return np.zeros((SIDE, SIDE), np.uint8)
    scale = DIGIT_SIDE / max(part.shape)
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return center_by_mass(np.asarray(small, np.uint8), SIDE, SIDE / 2)


def make_negatives(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], count: int, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Pictures that show no digit.

    Args:
        images: uint8 (n, 28, 28), MNIST training images to take pieces from, the stroke bright.
        labels: uint8 (n,), their digits.
        count: how many to make.
        random: the same state gives the same pictures.

    Returns:
        uint8 (count, 28, 28).
    """
    kinds = (_turned, _mirrored, _neighbors, _piece, _overlay, _scribble, _joined_pieces, _texture)
    shares = np.array([0.13, 0.12, 0.22, 0.14, 0.1, 0.1, 0.11, 0.08])
    chosen = random.choice(len(kinds), count, p=shares)
    source = _Source(images, labels, random)
    return np.stack([fit(kinds[kind](source)) for kind in chosen]) if count else images[:0]


class _Source:
    """Random digits, as they come or among those that meet a condition."""

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8], random: np.random.Generator
    ) -> None:
        self.images, self.random = images, random
        every = np.arange(len(labels))  # in place of digits that a small data set has not
        self._turnable = np.flatnonzero(_TURNABLE[labels]) if _TURNABLE[labels].any() else every
        self._mirrorable = np.flatnonzero(_MIRRORABLE[labels]) if _MIRRORABLE[labels].any() else every

    def any(self) -> NDArray[np.uint8]:
        return np.asarray(self.images[self.random.integers(len(self.images))])

    def turnable(self) -> NDArray[np.uint8]:
        return np.asarray(self.images[self.random.choice(self._turnable)])

    def mirrorable(self) -> NDArray[np.uint8]:
        return np.asarray(self.images[self.random.choice(self._mirrorable)])


def _turned(source: _Source) -> NDArray[np.uint8]:
    return np.rot90(source.turnable(), int(source.random.choice((1, 3))))


def _mirrored(source: _Source) -> NDArray[np.uint8]:
    return source.mirrorable()[:, ::-1]


def _neighbors(source: _Source) -> NDArray[np.uint8]:
    """Two or three digits that touch, as an unsplit piece of a number."""
    parts = [_cropped(source.any()) for _ in range(source.random.choice((2, 2, 2, 3)))]
    width = sum(part.shape[1] for part in parts) + 4 * len(parts)
    sheet = np.zeros((40, width), np.uint8)
    x = 0
    for part in parts:
        top = 10 + int(source.random.integers(-6, 7))
        top = min(max(top, 0), 40 - part.shape[0])
        place = sheet[top : top + part.shape[0], x : x + part.shape[1]]
        np.maximum(place, part[:, : place.shape[1]], out=place)
        x += max(4, part.shape[1] + int(source.random.integers(-6, 2)))
    return sheet


def _cropped(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    part = crop_to_ink(image, image > _FAINTEST)
    return part if part.size else image


def _piece(source: _Source) -> NDArray[np.uint8]:
    """A corner of a digit: an arc, a hook, a stub. A straight stroke would be a 1, so only what has a bend."""
    for _ in range(8):
        digit = _cropped(source.any())
        height, width = digit.shape
        share = source.random.uniform(0.35, 0.55)
        top = 0 if source.random.random() < 0.5 else int(height * (1 - share))
        part = digit[top : top + max(3, int(height * share))]
        side = source.random.random()
        if side < 0.5:
            part = part[:, : width // 2 + 2] if side < 0.25 else part[:, width // 2 - 2 :]
        if _roundness(part) > 0.15:
            return part
    return np.rot90(source.turnable())


def _roundness(picture: NDArray[np.uint8]) -> float:
    """The ink's extent across over its extent along its main direction: 0 for a straight stroke, 1 for a disc."""
    moments = cv2.moments(picture)
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]])
    low, high = np.linalg.eigvalsh(spread)
    return float(low / high) if high > 0 else 0.0


def _overlay(source: _Source) -> NDArray[np.uint8]:
    """Digits written over each other, or crossed out."""
    sheet = np.zeros((44, 44), np.uint8)
    for _ in range(source.random.integers(2, 5)):
        digit = np.rot90(source.any(), int(source.random.integers(4)))
        y, x = source.random.integers(4, 13, 2)
        place = sheet[y : y + SIDE, x : x + SIDE]
        np.maximum(place, digit, out=place)
    return sheet


def _scribble(source: _Source) -> NDArray[np.uint8]:
    """A line that goes to and fro, in a digit's ink."""
    random = source.random
    points = random.uniform(6, 50, (int(random.integers(6, 14)), 2))
    if random.random() < 0.5:  # a zigzag rather than a knot
        points[:, 0] = np.linspace(6, 50, len(points)) + random.normal(0, 2, len(points))
    sheet = np.zeros((56, 56), np.uint8)
    path = [np.round(points * 8).astype(np.int32)]
    cv2.polylines(sheet, path, False, (255,), int(random.integers(2, 6)), cv2.LINE_AA, shift=3)
    return sheet


def _joined_pieces(source: _Source) -> NDArray[np.uint8]:
    """The upper half of one digit on the lower half of another, turned so that no digit can come of it."""
    first = np.rot90(source.turnable(), int(source.random.choice((1, 3))))
    second = np.rot90(source.any(), int(source.random.choice((1, 3))))
    cut = int(source.random.integers(10, 18))
    if source.random.random() < 0.5:
        return np.vstack([first[:cut], second[cut:]])
    return np.hstack([first[:, :cut], second[:, cut:]])


def _texture(source: _Source) -> NDArray[np.uint8]:
    """Grain of paper, dust, the noise of a camera: blots of a random size."""
    random = source.random
    coarse = int(random.integers(4, 28))
    grain = random.normal(0, 1, (coarse, coarse)).astype(np.float32)
    smooth = cv2.resize(grain, (56, 56), interpolation=cv2.INTER_CUBIC)
    level = random.uniform(0.2, 1.5)
    return np.asarray(np.clip((smooth - level) * random.uniform(150, 600), 0, 255), np.uint8)
