"""Made photographs of MNIST's test digits: how many are read, by pen, light and paper.

    uv run python benchmarks/photographs.py [--count 1000] [--pages 100] [--model NAME] [--errors errors.png]

Digits are drawn with a thin, a medium and a broad pen, dark on light or light on dark, close to the picture's rim or
far from it, in light that falls off, with the edge of a shadow, a vignette or on squared paper. Pages are
sheets askew on a table, darker than the paper or a little brighter. To compare, the same network
answers what tutorials make of the picture: made 28x28 and inverted where it is bright.
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture
from pipeline.reading.reader import read_page

Gray = NDArray[np.uint8]
PENS = ("thin", "medium", "broad")
LIGHTS = ("falling off", "shadow edge", "vignette", "squared paper")
MARGINS = (0.3, 1, 3, 6, 15)  # pixels of the digit's 28


def written(digit: Gray, factor: float, pen: str, random: np.random.Generator) -> NDArray[np.float32]:
    """The digit's ink, float32 in [0, 1], `factor` times as large and cropped."""
    rows, columns = np.flatnonzero((digit > 60).any(axis=1)), np.flatnonzero((digit > 60).any(axis=0))
    crop = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    large = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    if pen != "medium":
        width = max(1, int(random.uniform(0.5, 1.6) * factor))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        if pen == "broad":
            large = cv2.dilate(np.pad(large, width), kernel)
        elif (thin := cv2.erode(large, kernel)).sum() > 0.25 * large.sum():
            large = thin
    return np.clip((large.astype(np.float32) / 255 - 0.3) * 2.5, 0, 1)


def photograph(ink: NDArray[np.float32], factor: float, light: str, random: np.random.Generator) -> Gray:
    """A photo of the ink on paper, or of chalk on a slate."""
    bright = random.uniform(150, 240)
    depth = random.uniform(40, 140)
    pixels = bright - depth * ink if random.random() < 0.5 else bright - depth * (1 - ink)
    height, width = pixels.shape
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    angle = random.uniform(0, 2 * np.pi)
    pixels *= 1 + random.uniform(0, 0.5) * (x * np.cos(angle) + y * np.sin(angle))
    if light == "shadow edge":
        edge = x + random.normal() * 0.3 * y < random.uniform(-0.3, 0.3)
        pixels *= np.where(edge, 1, random.uniform(0.55, 0.9))
    elif light == "vignette":
        pixels *= 1 - random.uniform(0.5, 1.2) * (x**2 + y**2)
    elif light == "squared paper":
        step, line = max(8, int(factor * random.uniform(3, 7))), max(1, int(factor / 5))
        squares = (np.arange(width) % step < line)[None, :] | (np.arange(height) % step < line)[:, None]
        pixels -= depth * random.uniform(0.15, 0.4) * (squares & (ink < 0.5))
    pixels += random.normal(0, random.uniform(1, 6), pixels.shape)
    soft = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.5, factor / 6 + 0.5))
    return np.clip(soft, 0, 255).astype(np.uint8)


def page_on_table(images: Gray, labels: Gray, random: np.random.Generator) -> tuple[Gray, list[str]]:
    """A sheet with one to four numbers on a table, uint8 (1440, 1080), and the numbers."""
    side = int(random.integers(60, 110))
    ink = np.zeros((1400, 1050), np.float32)
    lines = []
    y = 170
    for _ in range(random.integers(1, 5)):
        text, x = "", int(random.uniform(100, 260))
        for index in random.integers(len(images), size=random.integers(2, 8)):
            if x + side > 970:
                break
            large = cv2.resize(images[index] / np.float32(255), (side, side), interpolation=cv2.INTER_CUBIC)
            place = ink[y : y + side, x : x + side]
            place[:] = np.maximum(place, np.clip((large - 0.35) * 3, 0, 1))
            text += str(labels[index])
            x += int(side * random.uniform(0.8, 1.1))
        lines.append(text)
        y += int(side * random.uniform(1.6, 2.6))
    paper = random.uniform(185, 235)
    table = paper * (random.uniform(0.35, 0.9) if random.random() < 0.8 else 1.1)
    height, width = ink.shape
    off = random.uniform(0.03, 0.14, (4, 2)) * (1080, 1440)
    corners = np.array([(0, 0), (1080, 0), (1080, 1440), (0, 1440)]) + off * (
        (1, 1),
        (-1, 1),
        (-1, -1),
        (1, -1),
    )
    sheet = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    askew: Any = cv2.getPerspectiveTransform(sheet, corners.astype(np.float32))
    inside: Any = cv2.warpPerspective(np.ones_like(ink), askew, (1080, 1440))
    lit: Any = cv2.warpPerspective(paper - random.uniform(70, 150) * ink, askew, (1080, 1440))
    grain: Any = cv2.GaussianBlur(random.normal(0, 1, inside.shape), (0, 0), 3) * random.uniform(0, 25)
    shadow: Any = cv2.GaussianBlur(np.roll(inside, (5, 5), (0, 1)), (0, 0), random.uniform(3, 9))
    pixels = lit + (1 - inside) * (table * (1 - 0.35 * random.random() * shadow) + grain)
    pixels = pixels * np.linspace(1, random.uniform(0.8, 1), 1440)[:, None]
    pixels = cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.6, 1.5)) + random.normal(0, 3, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8), lines


def as_in_tutorials(photo: Gray) -> NDArray[np.float32]:
    """28x28, inverted where it is bright, float32 in [0, 1]."""
    small = cv2.resize(photo, (28, 28), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(1 - small if small.mean() > 0.5 else small, np.float32)


def normalized(photo: Gray) -> NDArray[np.float32]:
    """As the product does it; blank where it finds no digit."""
    try:
        return normalize(read_picture(photo)).image
    except InputError:
        return np.zeros((28, 28), np.float32)


def save_errors(photos: list[Gray], seen: list[NDArray[np.float32]], path: Path) -> None:
    """At most sixty photos, each above what the network saw of it."""
    tiles = [
        np.vstack([cv2.resize(photo, (96, 96)), cv2.resize(image * 255, (96, 96)).astype(np.uint8)])
        for photo, image in zip(photos[:60], seen, strict=False)
    ]
    tiles += [np.zeros((192, 96), np.uint8)] * (-len(tiles) % 12)
    rows = [np.hstack(tiles[start : start + 12]) for start in range(0, len(tiles), 12)]
    if rows:
        cv2.imwrite(str(path), np.vstack(rows))


def main() -> None:
    """Prints the share of wrong answers of each kind, and of pages read wholly right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000, help="photos of one digit")
    parser.add_argument("--pages", type=int, default=100, help="photos of sheets")
    parser.add_argument("--model", default=None)
    parser.add_argument("--errors", type=Path, help="where a sheet of the errors goes, a PNG")
    arguments = parser.parse_args()
    recognizer = Recognizer(find_model(arguments.model).directory.litert_file)
    images, labels = load_dataset().test
    random = np.random.default_rng(0)
    kinds, photos, truth = [], [], []
    for _ in range(arguments.count):
        index, factor = random.integers(len(images)), random.uniform(3, 16)
        kind = str(random.choice(PENS)), str(random.choice(LIGHTS, p=(0.45, 0.25, 0.15, 0.15)))
        ink = np.pad(
            written(images[index], factor, kind[0], random), max(2, int(random.choice(MARGINS) * factor))
        )
        kinds.append(kind)
        photos.append(photograph(ink, factor, kind[1], random))
        truth.append(labels[index])
    seen = [normalized(photo) for photo in photos]
    wrong = recognizer.probabilities(np.stack(seen)).argmax(axis=1) != truth
    theirs = recognizer.probabilities(np.stack([as_in_tutorials(p) for p in photos])).argmax(axis=1) != truth
    print("| photos of one digit | how many | misread | misread when resized as in tutorials |")
    print("|---|---|---|---|")
    for name, chosen in [("all", np.ones(len(kinds), bool))] + [
        (name, np.array([name in kind for kind in kinds])) for name in (*PENS, *LIGHTS)
    ]:
        if chosen.any():
            print(f"| {name} | {chosen.sum()} | {wrong[chosen].mean():.1%} | {theirs[chosen].mean():.1%} |")
    pages = Counter[bool]()
    for _ in range(arguments.pages):
        photo, lines = page_on_table(images, labels, random)
        try:
            pages[read_page(photo, recognizer).lines == lines] += 1
        except InputError:
            pages[False] += 1
    print(f"\nsheets on a table: {pages[True]} of {pages.total()} wholly right")
    if arguments.errors:
        bad = np.flatnonzero(wrong)
        save_errors([photos[i] for i in bad], [seen[i] for i in bad], arguments.errors)


if __name__ == "__main__":
    main()
