"""Digits with noise, and what a lossy file makes of them."""

import cv2
import numpy as np

from pipeline.data.corruptions.pixels import Images, bytes_of, shares


def gaussian_noise(images: Images, random: np.random.Generator, deviation: float) -> Images:
    """With a normally distributed number added to each pixel, of this standard deviation in shares of white."""
    noise = random.standard_normal(images.shape, dtype=np.float32)
    return bytes_of(shares(images) + np.float32(deviation) * noise)


def shot_noise(images: Images, random: np.random.Generator, photons: float) -> Images:
    """As with little light: of a white pixel, `photons` are counted on average, by a Poisson distribution."""
    return bytes_of(random.poisson(shares(images) * photons) / photons)


def impulse_noise(images: Images, random: np.random.Generator, share: float) -> Images:
    """With this share of all pixels black or white, each as likely."""
    drawn = random.random(images.shape, dtype=np.float32)
    noisy = images.copy()
    noisy[drawn < share] = 0
    noisy[drawn < share / 2] = 255
    return noisy


def jpeg(images: Images, quality: float) -> Images:
    """Saved as JPEG files of this quality, 1 to 100."""
    settings = (cv2.IMWRITE_JPEG_QUALITY, int(quality))
    read = [cv2.imdecode(cv2.imencode(".jpg", image, settings)[1], cv2.IMREAD_GRAYSCALE) for image in images]
    return np.asarray(read, np.uint8).reshape(images.shape)
