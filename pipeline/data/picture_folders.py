"""A zip archive of folders 0 to 9 with pictures of digits -> labeled 28x28 images, each by the one imaging path."""

import io
import zipfile
from pathlib import PurePosixPath
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from pipeline.data.conversion import Converted, OnProgress, Sample, spread
from pipeline.imaging.archive import Entry, entries_of, open_archive, read_entry
from pipeline.imaging.decode import MAX_BYTES, SUFFIXES, open_picture
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture

_MOST_PIXELS = 2_000_000_000
"""Of all pictures together; 10,000 of 200,000 pixels, or 160 photos of 12 megapixels."""

_PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_PREVIEW_SIDE = 96  # pixels


def read_folders(file: IO[bytes], on_progress: OnProgress = lambda _: None) -> Converted:
    """The pictures in folders named by their digit; a folder train or test above these says which part they are.

    Pictures that can't be read are left out, and told of in `changes`.

    Raises:
        InputError: there is none, none can be read, or they are too many or too large; one sentence without the
            file's name.
    """
    images: dict[str, list[NDArray[np.uint8]]] = {}
    labels: dict[str, list[int]] = {}
    samples, left_out = [], []
    with open_archive(file) as archive:
        entries, others = _labeled(entries_of(archive))
        _check_pixels(sum(_pixels_of(archive, entry) for entry, _, _ in entries))
        shown = {*spread(len(entries))}
        for place, (entry, part, label) in enumerate(entries):
            try:
                picture = read_picture(_read(archive, entry))
                image = (normalize(picture).image * 255).round().astype(np.uint8)
            except InputError as error:
                left_out.append(f"{entry.name}: {error.reason}")
                continue
            images.setdefault(part, []).append(image)
            labels.setdefault(part, []).append(label)
            if place in shown:
                samples.append(Sample(_preview(picture.pixels), image, label))
            on_progress((place + 1) / len(entries))
    if not images:
        raise InputError("", f"expected pictures of digits, but none can be read: {left_out[0]}")
    arrays = {part: (np.stack(images[part]), np.array(labels[part], np.uint8)) for part in images}
    return Converted(arrays, _in_words(left_out, others), tuple(samples))


def _labeled(entries: list[Entry]) -> tuple[list[tuple[Entry, str, int]], int]:
    """The pictures that are in a folder 0 to 9, each with its part and label; and how many other files there are."""
    found = []
    for entry in entries:
        path = PurePosixPath(entry.name)
        folder = path.parent.name
        if len(folder) == 1 and folder in "0123456789" and path.suffix.lower() in SUFFIXES:
            part = _PARTS.get(path.parent.parent.name.lower(), "all")
            found.append((entry, part, int(folder)))
    if not found:
        raise InputError(
            "", "expected folders named 0 to 9 with pictures of these digits, but there is none."
        )
    if len({part for _, part, _ in found} - {"all"}) and any(part == "all" for _, part, _ in found):
        raise InputError(
            "", "expected the folders 0 to 9 in train and test, or without these, but there are both."
        )
    return found, len(entries) - len(found)


def _read(archive: zipfile.ZipFile, entry: Entry) -> bytes:
    if entry.problem:
        raise InputError("", entry.problem)
    if entry.size > MAX_BYTES:
        raise InputError("", f"expected a picture of at most {MAX_BYTES // 1024**2} MB.")
    return read_entry(archive, entry.place, MAX_BYTES)


def _pixels_of(archive: zipfile.ZipFile, entry: Entry) -> int:
    """How many pixels a picture says that it has; 0 where it can't be read."""
    try:
        with open_picture(io.BytesIO(_read(archive, entry)), "") as picture:
            return picture.width * picture.height
    except InputError:
        return 0


def _check_pixels(count: int) -> None:
    if count > _MOST_PIXELS:
        raise InputError(
            "",
            f"expected pictures of at most {_MOST_PIXELS / 1e6:,.0f} megapixels together, got {count / 1e6:,.0f}; "
            "make them smaller, or take fewer.",
        )


def _preview(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(pixels).convert("L")
    picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    return np.asarray(picture)


def _in_words(left_out: list[str], others: int) -> tuple[str, ...]:
    words = [
        "Each picture's digit is cut out, scaled and centered by its mass in 28 by 28 pixels, as MNIST's were."
    ]
    if left_out:
        more = f" and {len(left_out) - 1:,} more" if len(left_out) > 1 else ""
        words.append(f"Pictures that can't be read are left out: {left_out[0].rstrip('.')}{more}.")
    if others:
        words.append(f"Pictures and documents in other folders are left out: {others:,}.")
    return tuple(words)
