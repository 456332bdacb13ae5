"""A page that was read, with the parts of the picture that the reading rests on. Knows nothing of who looks at it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.recognizer import Recognizer
from pipeline.imaging.documents import Content
from pipeline.imaging.geometry import Box
from pipeline.imaging.picture import read_picture
from pipeline.reading.constraints import Constraint
from pipeline.reading.page_reading import PageReading
from pipeline.reading.reader import read_page

_LONGEST = 1400
"""Longer side of a preview in pixels: sharp on a dense screen, some 200 KB."""

_DIGIT_HEIGHT, _LINE_HEIGHT, _LINE_WIDTH = 72, 56, 900
_MARGIN = 0.18
"""Of a box's height, left around what is cut out."""


@dataclass(frozen=True)
class PageWithCrops:
    """A reading, and what it was read from.

    Attributes:
        reading: digits and lines.
        size: width and height of the upright picture in pixels; the digits' boxes refer to it.
        preview: the picture as JPEG, reduced.
        digit_crops: a PNG of each character as it stands in the picture.
        line_crops: a PNG of each line.
    """

    reading: PageReading
    size: tuple[int, int]
    preview: bytes = field(repr=False)
    digit_crops: tuple[bytes, ...] = field(repr=False)
    line_crops: tuple[bytes, ...] = field(repr=False)

    @property
    def weight(self) -> int:
        """Bytes that it takes to keep, nearly."""
        images = sum(digit.image.nbytes for digit in self.reading.characters)
        return len(self.preview) + sum(map(len, self.digit_crops + self.line_crops)) + images


def read_with_crops(
    source: Content | NDArray[np.uint8], recognizer: Recognizer, constraints: Sequence[Constraint] = ()
) -> PageWithCrops:
    """Reads all the digits of a picture and cuts them out of it; arguments and errors as `read_page`."""
    picture = read_picture(source)
    reading = read_page(picture, recognizer, constraints)
    height, width = picture.pixels.shape[:2]
    return PageWithCrops(
        reading,
        (width, height),
        _preview(picture.pixels),
        tuple(
            _cut_out(picture.pixels, [digit.box], _DIGIT_HEIGHT, _DIGIT_HEIGHT * 2)
            for digit in reading.characters
        ),
        tuple(
            _cut_out(
                picture.pixels,
                [c.box for c in reading.characters if c.line == line],
                _LINE_HEIGHT,
                _LINE_WIDTH,
            )
            for line in sorted({character.line for character in reading.characters})
        ),
    )


def _preview(pixels: NDArray[np.uint8]) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return file.getvalue()


def _cut_out(pixels: NDArray[np.uint8], boxes: Sequence[Box], height: int, width: int) -> bytes:
    """What the boxes span, with a margin, as a PNG of at most this height and width."""
    margin = max(2, round(_MARGIN * max(box.height for box in boxes)))
    window = Box.around(boxes).grown(margin, pixels.shape).window
    image = Image.fromarray(np.ascontiguousarray(pixels[window]))
    image.thumbnail((width, height), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
