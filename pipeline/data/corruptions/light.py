"""Digits in other light: brighter, faint, in fog; behind splashed glass."""

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from pipeline.data.corruptions.pixels import Images, bytes_of, shares

_MAP = 256  # pixels of a side of a map of fog, of which the upper left corner is seen
_AT_ONCE = 32  # such maps; 8 MB
_MUD = np.float32(63 / 255)


def brightness(images: Images, amount: float) -> Images:
    """With this share of white added to each pixel."""
    return bytes_of(shares(images) + np.float32(amount))


def contrast(images: Images, share: float) -> Images:
    """With this share of each pixel's difference from the image's mean."""
    pixels = shares(images)
    means = pixels.mean((1, 2), keepdims=True)
    return bytes_of((pixels - means) * np.float32(share) + means)


def fog(images: Images, random: np.random.Generator, thickness: float, decay: float) -> Images:
    """Behind clouds, and as much darker as these are bright.

    Args:
        images: uint8 (n, 28, 28).
        random: makes the clouds.
        thickness: brightness of the clouds, where a digit's is 1.
        decay: how much less each finer detail of the clouds weighs, above 1; 3 is smooth, 1.4 rough.
    """
    pixels = shares(images)
    brightest = pixels.max((1, 2), keepdims=True)
    clouds = np.concatenate(
        [
            _clouds(len(images[start : start + _AT_ONCE]), random, decay)
            for start in range(0, len(images), _AT_ONCE)
        ]
    )
    return bytes_of((pixels + thickness * clouds) * brightest / (brightest + thickness))


def _clouds(count: int, random: np.random.Generator, decay: float) -> NDArray[np.float32]:
    """Upper left corners of plasma fractals, made by midpoint displacement (diamond-square): (count, 28, 28) in [0, 1].

    Each point between four others is their mean and a random number, which is smaller the nearer they are; the edges of
    the map meet.
    """
    surface = np.zeros(
        (_MAP, _MAP, count), np.float32
    )  # the maps side by side, which is faster than one by one
    step, wobble = _MAP, 100.0

    def displaced(sums: NDArray[np.float32]) -> NDArray[np.float32]:
        noise = random.random(sums.shape, np.float32)
        noise -= np.float32(0.5)
        noise *= np.float32(2 * wobble**2)
        sums *= np.float32(0.25)
        sums += noise
        return sums

    while step >= 2:
        half = step // 2
        corners = surface[::step, ::step].copy()
        below, beside = corners + np.roll(corners, -1, 0), corners + np.roll(corners, -1, 1)
        middles = displaced(below + np.roll(below, -1, 1))
        surface[half::step, half::step] = middles
        surface[::step, half::step] = displaced(beside + middles + np.roll(middles, 1, 0))
        surface[half::step, ::step] = displaced(below + middles + np.roll(middles, 1, 1))
        step, wobble = half, wobble / decay
    least, most = surface.min((0, 1)), surface.max((0, 1))
    seen = (surface[:SIDE, :SIDE] - least) / (most - least)
    return np.asarray(seen.transpose(2, 0, 1), np.float32)


def spatter(images: Images, random: np.random.Generator, level: float) -> Images:
    """Behind glass splashed with mud, dark gray, which hides what is behind it.

    Args:
        images: uint8 (n, 28, 28).
        random: decides where the mud is.
        level: mud is where a smooth surface of noise, of mean 0.65 and standard deviation about 0.085, is above it.
    """
    from scipy.ndimage import gaussian_filter

    noise = random.standard_normal(images.shape, dtype=np.float32) * np.float32(0.3) + np.float32(0.65)
    wet = gaussian_filter(noise, (0, 1, 1), mode="nearest") > level
    mud = gaussian_filter(wet.astype(np.float32), (0, 1.5, 1.5), mode="nearest")
    mud[mud < 0.8] = 0
    return bytes_of(shares(images) * (1 - mud) + _MUD * mud)
