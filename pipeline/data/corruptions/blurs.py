"""Digits out of focus, moved while the picture was taken, behind rough glass; or only their edges."""

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from pipeline.data.corruptions.pixels import Images, bytes_of, column, shares


def blur(images: Images, deviation: float) -> Images:
    """Out of focus: a Gaussian blur of this standard deviation in pixels."""
    from scipy.ndimage import gaussian_filter

    return bytes_of(gaussian_filter(shares(images), (0, deviation, deviation), mode="nearest"))


def glass_blur(
    images: Images, random: np.random.Generator, deviation: float, reach: int, rounds: int
) -> Images:
    """Behind rough glass: blurred, pixels exchanged with near ones, blurred again.

    MNIST-C blurs up and down alone (it takes the columns for colors), and so it is here.

    Args:
        images: uint8 (n, 28, 28).
        random: decides which pixels are exchanged, every other one, and with which.
        deviation: of the blur, in pixels.
        reach: how far above and to the left, in pixels, an exchanged pixel may be.
        rounds: how often each pixel has its turn.
    """
    from scipy.ndimage import gaussian_filter1d

    count = len(images)
    blurred = gaussian_filter1d(shares(images), deviation, axis=1, mode="nearest")
    # place by place, all images beside each other: faster than image by image
    pixels = (blurred * 255).astype(np.uint8).reshape(count, -1).T.copy()
    each = np.arange(count)
    for _ in range(rounds):
        for row in range(SIDE - reach, reach, -1):
            for place in range(row * SIDE + SIDE - reach, row * SIDE + reach, -1):
                way = random.integers(-reach, reach, (2, count))
                other = place + np.where(random.random(count) < 0.5, way[0] * SIDE + way[1], 0)
                here = pixels[place].copy()
                pixels[place] = pixels[other, each]
                pixels[other, each] = here
    shuffled = shares(pixels.T.reshape(images.shape))
    return bytes_of(gaussian_filter1d(shuffled, deviation, axis=1, mode="nearest"))


def motion_blur(
    images: Images, random: np.random.Generator, radius: int, deviation: float, most_angle: float
) -> Images:
    """Moved while the picture was taken: each pixel smeared along a line, as ImageMagick's MotionBlurImage does.

    Args:
        images: uint8 (n, 28, 28).
        random: decides the direction of each.
        radius: the line has 2 * radius + 1 pixels.
        deviation: in pixels, of the half of a Gaussian bell that the pixels' weights are.
        most_angle: degrees above or below the horizontal, at most.
    """
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-(steps**2) / (2 * deviation**2))
    weights /= weights.sum()
    angle = np.radians(random.uniform(-most_angle, most_angle, len(images)))
    right, down = (np.ceil(steps * part(angle)[:, None] - 0.5).astype(int) for part in (np.cos, np.sin))
    axis = np.arange(SIDE)
    each = column(np.arange(len(images)))
    result = np.zeros(images.shape)
    for step, weight in enumerate(weights):
        x = np.clip(axis[None, :] + right[:, step, None], 0, SIDE - 1)
        y = np.clip(axis[None, :] + down[:, step, None], 0, SIDE - 1)
        result += weight * images[each, y[:, :, None], x[:, None, :]]
    return np.asarray(np.rint(result), np.uint8)


def canny_edges(images: Images) -> Images:
    """White where an edge is, by Canny's detector (1986) with scikit-image's defaults.

    They are a blur of 1 pixel, and the thresholds 0.1 and 0.2. A pixel is on an edge where the brightness changes more
    than on both sides of it: by the higher threshold, or by the lower one where it is connected to such a pixel.
    """
    from scipy.ndimage import correlate1d, gaussian_filter, label

    bell = gaussian_filter(np.ones((SIDE, SIDE)), 1, mode="constant")
    smooth = gaussian_filter(images / 255, (0, 1, 1), mode="constant") / (bell + np.finfo(float).eps)
    down = correlate1d(correlate1d(smooth, [-1, 0, 1], axis=1), [1, 2, 1], axis=2)
    right = correlate1d(correlate1d(smooth, [-1, 0, 1], axis=2), [1, 2, 1], axis=1)
    strength = np.hypot(down, right)
    crest = _crests(strength, down, right)
    weak, strong = (crest & (strength >= threshold) for threshold in (0.1, 0.2))
    within_images = np.zeros((3, 3, 3), bool)
    within_images[1] = True
    labels, _ = label(weak, within_images)
    edges = np.isin(labels, np.unique(labels[strong])) & weak
    return np.asarray(edges * 255, np.uint8)


def _crests(
    strength: NDArray[np.float64], down: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Where the strength is no less than one pixel further along the gradient, and one back; never at the border."""
    steep = np.abs(down) >= np.abs(right)
    lesser, greater = np.minimum(np.abs(down), np.abs(right)), np.maximum(np.abs(down), np.abs(right))
    share = lesser / np.where(
        greater > 0, greater, 1
    )  # of the diagonal neighbor; the rest is the straight one's
    row_way, column_way = np.sign(down).astype(int), np.sign(right).astype(int)
    image, row, place = np.ogrid[: len(strength), :SIDE, :SIDE]

    def at(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        inside = np.clip(row + rows, 0, SIDE - 1), np.clip(place + columns, 0, SIDE - 1)
        return np.asarray(strength[image, inside[0], inside[1]], np.float64)

    crest = strength > 0
    for way in (1, -1):
        straight = at(np.where(steep, way * row_way, 0), np.where(steep, 0, way * column_way))
        diagonal = at(way * row_way, way * column_way)
        crest &= share * diagonal + (1 - share) * straight <= strength
    crest[:, [0, -1], :] = False
    crest[:, :, [0, -1]] = False
    return crest
