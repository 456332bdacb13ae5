"""A contact sheet of pictures that Digit Lab misread: boxes over the picture, its ink, what the network saw."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.errors import DigitLabError
from models.recognizer import Recognizer
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import Picture, read_picture
from pipeline.reading.reader import read_page
from pipeline.reading.single_digit import recognize_digit

Mark = tuple[Box, str, NDArray[np.float32]]
"""Where something was read, what, and the image that the network saw."""

_TILE = 300
_COLUMNS = 4


def write_sheet(pictures: Sequence[tuple[Path, bool, str]], recognizer: Recognizer, path: Path) -> None:
    """Reads the pictures once more and draws what was made of them.

    Args:
        pictures: of each its file, whether it shows one digit, and a caption.
        recognizer: the model that answers.
        path: of the PNG.
    """
    tiles = [_tile(file, single, caption, recognizer) for file, single, caption in pictures]
    if not tiles:
        print("no errors, no contact sheet")
        return
    rows = [tiles[i : i + _COLUMNS] for i in range(0, len(tiles), _COLUMNS)]
    heights = [max(tile.height for tile in row) for row in rows]
    sheet = Image.new("RGB", (_COLUMNS * (_TILE + 6), sum(heights) + 6 * len(rows)), (20, 20, 20))
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for i, tile in enumerate(row):
            sheet.paste(tile, (i * (_TILE + 6), top))
        top += height + 6
    sheet.save(path)
    print(f"{len(tiles)} errors drawn in {path}")


def _marks(picture: Picture, single: bool, recognizer: Recognizer) -> list[Mark]:
    try:
        if single:
            reading = recognize_digit(picture, recognizer)
            return [(reading.normalized.box, str(reading.prediction.digit), reading.normalized.image)]
        return [(c.box, c.text, c.image) for c in read_page(picture, recognizer).characters if c.is_digit]
    except DigitLabError:
        return []


def _tile(file: Path, single: bool, caption: str, recognizer: Recognizer) -> Image.Image:
    """The picture with boxes over its ink with the images that the recognizer saw."""
    picture = read_picture(file)
    marks = _marks(picture, single, recognizer)
    image = Image.fromarray(picture.pixels)
    scale = _TILE / max(image.size)
    image = image.resize([max(1, round(side * scale)) for side in image.size])
    pen = ImageDraw.Draw(image)
    for box, text, _ in marks:
        x, y, width, height = (side * scale for side in box)
        pen.rectangle([x, y, x + width, y + height], outline=(220, 0, 0))
        pen.text((x, max(0, y - 11)), text, fill=(0, 60, 255))
    ink = Image.fromarray((picture.ink * 255).astype(np.uint8)).resize(image.size)
    tile = Image.new("RGB", (_TILE, image.height + ink.height + 44), (70, 70, 70))
    tile.paste(image, (0, 14))
    tile.paste(ink, (0, 14 + image.height))
    for i, (_, _, seen) in enumerate(marks[: _TILE // 29]):
        tile.paste(Image.fromarray((seen * 255).astype(np.uint8)), (i * 29, 15 + 2 * image.height))
    ImageDraw.Draw(tile).text((2, 1), caption[:50], fill=(255, 255, 120))
    return tile
