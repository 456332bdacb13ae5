"""Pictures with one digit each, shared by all sessions: read once, and reduced so that many fit into memory."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.uploads import Upload
from dashboard.work_queue import SizedCache, Work, read_alone, read_in_turn
from pipeline.data.saved_digits import reduce_picture
from pipeline.imaging.documents import Content
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import Step, read_picture
from pipeline.reading.page_reading import FailedReading

_MOST_BYTES = 256 * 1024**2
"""At most 1.2 MB a picture: those of several sessions with as many as the page takes."""

_SECONDS = 0.3
"""That reading a picture takes: a large photograph, nearly all of it for its JPEG file."""


@dataclass(frozen=True)
class DigitPicture:
    """A picture and its one digit.

    Attributes:
        pixels: uint8 (h, w, 3), RGB, upright; of a file no larger than `saved_digits.keep` would store it.
        image: what a model sees of it, float32 (28, 28) in [0, 1].
        others: how many more things as large as a digit stand in the picture.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    image: NDArray[np.float32] = field(repr=False)
    others: int = 0

    @property
    def weight(self) -> int:
        """Bytes that it takes to keep."""
        return self.pixels.nbytes + self.image.nbytes


def read_digits(uploads: Sequence[Upload]) -> Generator[DigitPicture | FailedReading]:
    """Reads pictures of one digit each, as `read_in_turn`; those that were read before come at once.

    Yields:
        For each, in order, its digit or why there is none.
    """
    return read_in_turn(
        _cache(), (Work(f"digit|{upload.id}", partial(_read, upload.data), _SECONDS) for upload in uploads)
    )


def steps_of(upload: Upload) -> tuple[Step, ...]:
    """How a picture became what a model sees; they take some MB a picture, so few are cached.

    Raises:
        InputError: there is no digit.
    """
    return _steps(f"steps|{upload.id}", upload.data)


def _read(data: Content) -> DigitPicture:
    picture = read_picture(data)
    normalized = normalize(picture)
    return DigitPicture(reduce_picture(picture.pixels), np.array(normalized.image), normalized.others)


@st.cache_resource(max_entries=8, ttl="1h", show_spinner="Reading the picture")
def _steps(key: str, _data: Content) -> tuple[Step, ...]:
    return read_alone(Work(key, lambda: normalize(read_picture(_data)).steps, _SECONDS))


@st.cache_resource(show_spinner=False)
def _cache() -> SizedCache[DigitPicture]:
    return SizedCache(_MOST_BYTES)
