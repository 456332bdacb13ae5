"""Bytes, a file or pixels -> upright RGB pixels. Size and format are checked before a pixel is decoded."""

import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from models.errors import InputError
from models.files import open_regular

MAX_BYTES = 20 * 1024**2
MAX_PIXELS = 50_000_000


@dataclass(frozen=True)
class PictureFormat:
    """A kind of picture file.

    Attributes:
        decoder: Pillow's name for it.
        name: what people call it.
        suffixes: how names of such files end, in lower case.
        magics: what such a file begins with, where it may hold several pages that are read one by one.
        most_pages: how many of them are read.
    """

    decoder: str
    name: str
    suffixes: tuple[str, ...]
    magics: tuple[bytes, ...] = ()
    most_pages: int = 1


@dataclass(frozen=True)
class DocumentFormat:
    """A kind of file that is no picture but has some in it, for the reading of pages only; as `PictureFormat`."""

    name: str
    suffixes: tuple[str, ...]
    magics: tuple[bytes, ...]
    most_pages: int


register_heif_opener()

FORMATS = (
    PictureFormat("PNG", "PNG", (".png",)),
    PictureFormat("JPEG", "JPEG", (".jpg", ".jpeg")),
    PictureFormat("WEBP", "WebP", (".webp",)),
    PictureFormat("HEIF", "HEIC", (".heic", ".heif")),
    PictureFormat("AVIF", "AVIF", (".avif",)),
    PictureFormat("BMP", "BMP", (".bmp",)),
    PictureFormat("TIFF", "TIFF", (".tif", ".tiff"), (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), 500),
    # a frame is drawn over all that come before it, so the time for all of them grows with the square of their number
    PictureFormat("GIF", "GIF", (".gif",), (b"GIF87a", b"GIF89a"), 100),
)
"""Only these decoders are ever tried: others of Pillow's start programs (EPS) or are rarely looked at."""

PDF = DocumentFormat("PDF", (".pdf",), (b"%PDF-",), 500)
ZIP = DocumentFormat("zip", (".zip",), (b"PK\x03\x04", b"PK\x05\x06"), 2000)

SUFFIXES = tuple(suffix for form in FORMATS for suffix in form.suffixes)
"""How the names of pictures end, in lower case: what uploads and folders are searched for."""

FORMAT_NAMES = " or ".join([", ".join(form.name for form in FORMATS[:-1]), FORMATS[-1].name])
"""For a sentence: PNG, JPEG, WebP, HEIC, AVIF, BMP, TIFF or GIF."""

_EXPECTED = f"a {FORMAT_NAMES} picture"
_KNOWN_OTHERS = (
    *((magic, 0, "a PDF document (`digitlab read` and the Read page take it)") for magic in PDF.magics),
    *((magic, 0, "a zip archive (`digitlab read` and the Read page take it)") for magic in ZIP.magics),
    (b"%!PS", 0, "a PostScript document"),
    (b"8BPS", 0, "a Photoshop document"),
    (b"<svg", 0, "an SVG drawing"),
)


def decode(source: str | Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB pixels, uint8 (height, width, 3), upright, of a picture in any of the accepted forms.

    Args:
        source: as in `pipeline.imaging.picture.read_picture`, errors too.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return _decode(bytes(source), "")
    return _decode(_read_file(Path(source)), str(source))


def _read_file(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise _too_large(path, size)
            data = file.read(MAX_BYTES + 1)  # it may grow meanwhile
    except FileNotFoundError:
        raise InputError(path, "there is no such file.") from None
    except IsADirectoryError:
        raise InputError(path, f"expected {_EXPECTED}, but this is a folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(path, f"the file can't be read ({reason}).") from None
    return data


def _decode(data: bytes, subject: str) -> NDArray[np.uint8]:
    """RGB pixels, upright, of an encoded picture; `subject` is its path, "" without one."""
    if len(data) > MAX_BYTES:
        raise _too_large(subject, len(data))
    if not data:
        raise InputError(subject, f"expected {_EXPECTED}, but this is empty (0 bytes).")
    with open_picture(io.BytesIO(data), subject) as image:
        return _pixels(image, subject)


def decode_frame(file: IO[bytes], frame: int) -> NDArray[np.uint8]:
    """RGB pixels, as `decode`, of one frame of a file that may have several; the file's size is not checked.

    Args:
        file: can be sought in.
        frame: its place, from 0.

    Raises:
        InputError: as `decode`, without a path.
    """
    with open_picture(file, "") as image:
        image.seek(frame)
        return _pixels(image, "")


@contextmanager
def open_picture(file: IO[bytes], subject: str) -> Iterator[Image.Image]:
    """Pillow's picture, no pixel decoded yet; whatever goes wrong with it becomes an `InputError`."""
    with warnings.catch_warnings():
        # Pillow warns of oddities (bad EXIF, many pixels) that are checked here or do no harm
        warnings.simplefilter("ignore")
        try:
            with Image.open(file, formats=[form.decoder for form in FORMATS]) as image:
                yield image
        except InputError:
            raise
        except Image.DecompressionBombError:
            raise InputError(
                subject, f"expected at most {MAX_PIXELS / 1e6:.0f} megapixels, got a picture of many more."
            ) from None
        except UnidentifiedImageError:
            raise InputError(subject, f"expected {_EXPECTED}, but this is {_kind(file)}.") from None
        except Exception as error:
            # decoders raise nearly anything on damaged bytes (struct.error, SyntaxError, IndexError, ...)
            raise InputError(
                subject, f"expected a whole picture, but it is damaged or cut short ({in_short(error)})."
            ) from None


def in_short(error: Exception) -> str:
    """The first line of what an error says, to stand in a sentence."""
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


def check_pixels(width: int, height: int, subject: str = "") -> None:
    """Raises an `InputError` where there are more pixels than are decoded."""
    if width * height > MAX_PIXELS:
        raise InputError(
            subject,
            f"expected at most {MAX_PIXELS / 1e6:.0f} megapixels, got {width} x {height} "
            f"({width * height / 1e6:.0f} megapixels).",
        )


def _too_large(subject: str | Path, size: int) -> InputError:
    return InputError(subject, f"expected a picture of at most 20 MB, got {size / 1024**2:.1f} MB.")


def _kind(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(2048)
    for magic, start, name in _KNOWN_OTHERS:
        if head[start : start + len(magic)] == magic:
            return name
    if b"\0" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0:
        return "a text file"
    return "something else or a damaged picture"


def _pixels(image: Image.Image, subject: str) -> NDArray[np.uint8]:
    """RGB of a decoder's present frame, turned upright."""
    check_pixels(*image.size, subject)
    image.load()
    with suppress(Exception):  # damaged EXIF says nothing about the orientation; the pixels are still good
        ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I") or image.mode == "F":
        return _from_array(_eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        return _from_array(np.asarray(image if image.mode == "RGBA" else image.convert("RGBA")))
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _eight_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """8-bit gray of 16-bit, 32-bit or floating-point gray, whatever range its writer used."""
    values = np.nan_to_num(values.astype(np.float32))
    low, high = float(values.min()), float(values.max())
    if low < 0:
        values, high = values - low, high - low
    # the ranges that are in use: [0, 1], 8, 12 and 16 bits; anything above is brought down to its maximum
    full = next((limit for limit in (1.0, 255.0, 4095.0, 65535.0) if high <= limit), high)
    return np.asarray((values * (255 / full)).round(), np.uint8)


def _from_array(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB of gray, RGB or RGBA pixels."""
    shape = array.shape
    if array.dtype != np.uint8 or not (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3, 4))):
        raise InputError(
            "", f"Expected uint8 pixels (h, w), (h, w, 3) or (h, w, 4), got {array.dtype} {shape}."
        )
    if not array.size:
        raise InputError("", f"Expected a picture with pixels, got one of {shape[1]} x {shape[0]}.")
    if shape[0] * shape[1] > MAX_PIXELS:
        raise InputError(
            "", f"Expected at most {MAX_PIXELS / 1e6:.0f} megapixels, got {shape[1]} x {shape[0]}."
        )
    if len(shape) == 2 or shape[2] == 1:
        return np.repeat(array.reshape(*shape[:2], 1), 3, axis=2)
    if shape[2] == 3:
        return np.ascontiguousarray(array)
    return _flatten(array)


def _flatten(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Transparency laid on white, or on black where what is drawn is too light to be seen on white."""
    alpha = rgba[..., 3]
    if alpha.min() == 255:
        return np.ascontiguousarray(rgba[..., :3])
    on_white, on_black = (_lay(rgba, level) for level in (255, 0))
    spread = [float(np.ptp(cv2.cvtColor(laid, cv2.COLOR_RGB2GRAY))) for laid in (on_white, on_black)]
    return on_white if spread[0] >= spread[1] / 3 else on_black


def _lay(rgba: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """`rgba` on an even sheet of this gray level."""
    alpha = cv2.merge([rgba[..., 3]] * 3)
    color = cv2.multiply(cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), alpha, scale=1 / 255)
    return np.asarray(cv2.add(color, cv2.multiply(255 - alpha, np.full_like(alpha, level), scale=1 / 255)))
