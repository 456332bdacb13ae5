"""Ink -> 28x28 the way MNIST was made: a 20x20 box with antialiasing, its center of mass in the middle.

MNIST's digits were size-normalized into 20x20 and centered by mass (LeCun, Cortes and Burges, "The MNIST
database of handwritten digits"). Their strokes came from felt and ball pens scanned at one resolution, so a
hairline or a broad brush has to be brought to the same width before it is shrunk, or a network sees something
it never learned.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.errors import InputError
from pipeline.imaging.centering import DIGIT_SIDE, center_by_mass, crop_to_ink
from pipeline.imaging.geometry import Box, bounding_box
from pipeline.imaging.ink import shown
from pipeline.imaging.picture import Ink, Picture, Step

_FINE = 6
"""Fine pixels a final pixel: strokes are widened or thinned at this resolution, before shrinking."""


@dataclass(frozen=True)
class NormalizeParameters:
    """Limits of what is brought to MNIST's form, and of what counts as a further digit.

    Attributes:
        thinnest, thickest: stroke widths in final pixels that are left alone: as `stroke_width` measures them, MNIST's
            training images have 1.8 to 3.9 (5th and 95th percentile), 2.4 at the median.
        fitting_thinnest, fitting_thickest: shares of these within which a digit that is 20 pixels high or wide already
            is not resampled; set by hand.
        other_height, other_ink: what else stands in a picture is another digit where it has this share of the one
            digit's height and ink; set by hand.
    """

    thinnest: float = 1.8
    thickest: float = 4.2
    fitting_thinnest: float = 0.7
    fitting_thickest: float = 1.4
    other_height: float = 0.55
    other_ink: float = 0.3


_LIMITS = NormalizeParameters()

_EMPTY = "The picture is empty: expected a digit, but no ink stands out from the background."


@dataclass(frozen=True)
class Normalized:
    """One digit as a network expects it.

    Attributes:
        image: float32 (28, 28) in [0, 1], the stroke bright, like MNIST / 255.
        box: of the digit, in pixels of the original picture.
        steps: every stage from the picture to the image.
        others: how many more things as large as a digit stand in the picture.
    """

    image: NDArray[np.float32]
    box: Box
    steps: tuple[Step, ...]
    others: int = 0


def normalize(picture: Picture) -> Normalized:
    """The one digit of a picture.

    Raises:
        InputError: the picture is empty; an empty picture is an error, not a digit.
    """
    ink = picture.ink
    mask = _strokes(ink)
    if not mask.any():
        raise InputError("", _EMPTY)
    strokes = ink * cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    marked = shown(strokes)
    cut = _cut(ink, mask)
    fitted = _fit(cut)
    steps = (
        *picture.steps,
        Step("Strokes", "Specks and edges that are not part of the digit are dropped.", marked),
        Step("Box", "The smallest box around the strokes is cut out.", shown(cut)),
        *_shown_stages(fitted),
        Step("28 x 28", "The center of mass is moved to the middle of 28 x 28 pixels.", fitted.image),
    )
    return Normalized(fitted.image, picture.box_of(_box(ink, mask)), steps, _count_others(ink, mask))


def _count_others(ink: Ink, mask: NDArray[np.bool_]) -> int:
    """How many strokes beside the digit's stand about as high, with about as much ink, free of the frame."""
    rest = (ink > _threshold(ink)) & ~mask
    if not rest.any():
        return 0
    height, width = ink.shape
    tall = _box(ink, mask).height
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest.view(np.uint8), connectivity=8)
    mass = np.bincount(np.asarray(labels).ravel(), weights=ink.ravel(), minlength=count)
    least = _LIMITS.other_ink * float(ink[mask].sum())
    others = 0
    for (x, y, wide, high, _), weight in zip(np.asarray(stats)[1:], mass[1:], strict=True):
        free = x > 0 and y > 0 and x + wide < width and y + high < height
        others += bool(
            free and _LIMITS.other_height * tall <= high <= tall / _LIMITS.other_height and weight >= least
        )
    return others


def normalize_ink(ink: Ink) -> NDArray[np.float32]:
    """The (28, 28) image in [0, 1] of one digit that stands alone in its ink.

    Raises:
        InputError: there is no ink.
    """
    return _fit(_alone(ink)).image


def shrink_ink(ink: Ink) -> NDArray[np.float32]:
    """As `normalize_ink`, in a third of its time: ink of the usual stroke width, large enough, is only shrunk.

    For pages, where a network tells the ink of many digits, each nearly as large as it should be.
    """
    cut = _alone(ink)
    scale = DIGIT_SIDE / max(cut.shape)
    if scale <= 1:
        sharp = _sharpened(cut, scale)
        if _LIMITS.thinnest <= stroke_width(sharp) * scale <= _LIMITS.thickest:
            return _centered(_shrunk(sharp, scale), 1)
    return _fit(cut).image


def _alone(ink: Ink) -> Ink:
    """The ink of a digit that nothing stands beside, cut to its box."""
    mask = ink > _threshold(ink)
    if not mask.any():
        raise InputError("", _EMPTY)
    return _cut(ink, mask)


def _threshold(ink: Ink) -> float:
    """Ink above it belongs to a stroke: half way up to a strong stroke's."""
    strong = ink[ink > 0.15]
    if not strong.size:
        return 1.0
    return min(0.5, 0.5 * _quantile(strong, 0.9))


def _quantile(values: NDArray[np.float32], share: float) -> float:
    """As `numpy.quantile` has it, in a tenth of its time where there are few values; one or more."""
    place = share * (values.size - 1)
    low = int(place)
    high = min(low + 1, values.size - 1)
    ordered = np.partition(values, (low, high))
    return float(ordered[low] + (place - low) * (ordered[high] - ordered[low]))


def _strokes(ink: Ink) -> NDArray[np.bool_]:
    """Where the one digit's strokes are: bool, as large as the ink."""
    threshold = _threshold(ink)
    strong = ink > threshold
    if not strong.any():
        return strong
    # faint stretches count where they hang together with strong ones
    weak = (ink > threshold * 0.5).astype(np.uint8)
    count, label_map, label_stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    labels, stats = np.asarray(label_map, np.int32), np.asarray(label_stats, np.int32)
    mass = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count).astype(np.float64)
    seeds = np.bincount(labels[strong], minlength=count)
    mass[0] = 0
    mass[seeds == 0] = 0
    return _belonging(labels, stats, mass, ink.shape)


def _belonging(
    labels: NDArray[np.int32], stats: NDArray[np.int32], mass: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """The main component and those that are near and large enough to be a part of the same digit."""
    height, width = shape
    boxes = stats[:, :4].astype(np.int64)
    x0, y0 = boxes[:, 0], boxes[:, 1]
    x1, y1 = x0 + boxes[:, 2], y0 + boxes[:, 3]
    touches = (x0 == 0).astype(int) + (y0 == 0) + (x1 == width) + (y1 == height)
    weight = mass.copy()
    for i in np.flatnonzero(mass):
        # what is along the frame is a shadow or the edge of the sheet, unless it reaches into the picture
        depth = min(boxes[i, 2] / width, boxes[i, 3] / height)
        if touches[i] and depth < 0.12 and not (touches[i] >= 2 and 0.3 < _center(boxes[i], shape) < 0.7):
            weight[i] *= 0.1
    main = int(np.argmax(weight))
    chosen = {main}
    left, top, right, bottom = x0[main], y0[main], x1[main], y1[main]
    order = np.argsort(-weight)
    grown = True
    while grown:
        grown = False
        size = max(right - left, bottom - top)
        for i in order[: min(len(order), 200)]:
            if i in chosen or weight[i] < 0.01 * weight[main]:
                continue
            gap = max(x0[i] - right, left - x1[i], y0[i] - bottom, top - y1[i], 0)
            share = weight[i] / weight[main]
            if gap <= size * (0.06 + 0.3 * min(1.0, share * 3)):
                chosen.add(int(i))
                left, top = min(left, x0[i]), min(top, y0[i])
                right, bottom = max(right, x1[i]), max(bottom, y1[i])
                grown = True
    return np.isin(labels, list(chosen))


def _center(box: NDArray[np.int64], shape: tuple[int, ...]) -> float:
    """Where across a thin box's short way it is: 0 at one edge of the picture, 1 at the other."""
    height, width = shape
    if box[2] / width < box[3] / height:
        return float((box[0] + box[2] / 2) / width)
    return float((box[1] + box[3] / 2) / height)


def _cut(ink: Ink, mask: NDArray[np.bool_]) -> Ink:
    """The ink of the masked strokes with their soft edges, cut to their box, full stroke at 1."""
    own = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    window = _box(ink, mask).window
    cut = ink[window] * own[window]
    full = _quantile(ink[mask], 0.85)
    return np.asarray(np.clip(cut / max(full, 1e-6), 0, 1), np.float32)


def _box(ink: Ink, mask: NDArray[np.bool_]) -> Box:
    """Of the masked strokes with their soft edges, in ink pixels."""
    soft = (cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)) > 0) & (ink > 0.1)
    return bounding_box(soft)


class _Fitted(NamedTuple):
    """A digit's image, float32 (28, 28), and at `_FINE` its stages on the way there, where it went through any."""

    image: NDArray[np.float32]
    stages: tuple[NDArray[np.float32], ...] = ()


def _fit(cut: Ink) -> _Fitted:
    """(28, 28) from a digit cut to its box; the stages are the digit sharpened, of MNIST's width, and of 20 pixels."""
    height, width = cut.shape
    if max(height, width) in (DIGIT_SIDE - 1, DIGIT_SIDE, DIGIT_SIDE + 1):
        # made like MNIST already: resampling could only blur it
        measured = stroke_width(np.kron(cut, np.ones((_FINE, _FINE), np.float32))) / _FINE
        if (
            _LIMITS.thinnest * _LIMITS.fitting_thinnest
            <= measured
            <= _LIMITS.thickest * _LIMITS.fitting_thickest
        ):
            return _Fitted(_centered(cut, 1))
    scale = DIGIT_SIDE * _FINE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    pad = _FINE * 4
    around = max(1, round(pad / scale))
    source = cv2.copyMakeBorder(cut, around, around, around, around, cv2.BORDER_CONSTANT, value=0)
    size = (round(source.shape[1] * scale), round(source.shape[0] * scale))
    fine = np.clip(cv2.resize(source, (max(1, size[0]), max(1, size[1])), interpolation=method), 0, 1)
    fine = _sharpened(np.asarray(fine, np.float32), scale)
    widened = _with_mnist_width(fine)
    tight = crop_to_ink(widened, widened > 0.5)
    if not tight.size:
        return _Fitted(_centered(cut, max(1, max(cut.shape) // DIGIT_SIDE)))
    small = DIGIT_SIDE * _FINE / max(tight.shape)
    if small < 1:
        size = (max(1, round(tight.shape[1] * small)), max(1, round(tight.shape[0] * small)))
        tight = np.asarray(cv2.resize(tight, size, interpolation=cv2.INTER_AREA), np.float32)
    return _Fitted(_centered(tight, _FINE), (fine, widened, tight))


def _shown_stages(fitted: _Fitted) -> tuple[Step, ...]:
    if not fitted.stages:
        return ()
    sharpened, widened, tight = fitted.stages
    return (
        Step("Sharpened", "The edges of the strokes are sharpened.", shown(sharpened)),
        Step("Stroke width", "Strokes are brought to the stroke width of MNIST.", shown(widened)),
        Step("20 x 20", "The digit is shrunk to fit in 20 x 20 pixels.", _shrunk(tight, 1 / _FINE)),
    )


def _shrunk(picture: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return np.asarray(np.clip(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), 0, 1), np.float32)


def _sharpened(fine: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Soft edges (blur, enlarged pixels) made about one final pixel wide, broken strokes joined."""
    if scale > 1:
        fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), scale * 0.35), np.float32)
    strong = fine[fine > 0.3]
    level = 0.5 * (_quantile(strong, 0.8) if strong.size else 1.0)
    return np.asarray(np.clip((fine - level) * 2.5 + 0.5, 0, 1), np.float32)


def stroke_width(fine: NDArray[np.float32]) -> float:
    """Mean width of the strokes in pixels, 0 without any.

    For a stroke of constant width w and length L, area = w L, and the distances to its edge average w / 4.
    """
    mask = (fine > 0.5).view(np.uint8)
    area = cv2.countNonZero(mask)
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    distances = cv2.sumElems(cv2.distanceTransform(padded, cv2.DIST_L2, 5))[0]
    return 4 * distances / area - 1 if area else 0.0


def _with_mnist_width(fine: NDArray[np.float32]) -> NDArray[np.float32]:
    """Strokes widened or thinned, if they are out of MNIST's range; holes and gaps are kept open."""
    width = stroke_width(fine)
    if width <= 0:
        return fine
    if width < _LIMITS.thinnest * _FINE:
        radius = round((_LIMITS.thinnest * _FINE - width) / 2)
        if radius:
            return np.asarray(cv2.dilate(fine, _disk(radius)), np.float32)
    elif width > _LIMITS.thickest * _FINE:
        radius = round((width - _LIMITS.thickest * _FINE) / 2)
        thin = np.asarray(cv2.erode(fine, _disk(radius)), np.float32) if radius else fine
        whole = cv2.connectedComponents((fine > 0.5).astype(np.uint8))[0]
        if cv2.connectedComponents((thin > 0.5).astype(np.uint8))[0] == whole:
            return thin
    return fine


def _disk(radius: int) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8
    )


def _centered(tight: NDArray[np.float32], fine: int) -> NDArray[np.float32]:
    """(28, 28) with the center of mass in the middle, from a box at `fine` pixels a final pixel."""
    side = SIDE * fine
    # MNIST's centers of mass are in pixel 14 of 0 to 27, whose middle is at 14.5
    image = center_by_mass(tight, side, side / 2 + fine / 2)
    if fine == 1:
        return image
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(small, 0, 1), np.float32)
