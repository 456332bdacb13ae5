"""Pages of a PDF document -> pixels, by PDFium in a build without JavaScript: nothing in a document is run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from pipeline.imaging.decode import check_pixels, in_short

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_DPI = 300
_MOST_PIXELS = 16_000_000
"""Of a page as it is drawn; a larger sheet than A3 is drawn more coarsely."""

_ONE_AT_A_TIME = Lock()
"""PDFium is not made for threads: whatever it does, to the closing of a document, is done under this lock."""


def count_pages(document: Path | bytes) -> int:
    """How many pages a document says that it has.

    Raises:
        InputError: it is damaged or encrypted; one sentence without a path.
    """
    with _opened(document) as pdf:
        return len(pdf)


def draw_page(document: Path | bytes, place: int) -> NDArray[np.uint8]:
    """RGB pixels, uint8 (height, width, 3), of one page as it is looked at: turned as it says, on white.

    Args:
        document: the file, or all that is in it.
        place: of the page, from 0.

    Raises:
        InputError: as in `count_pages`, or this page is damaged or has a picture of too many pixels.
    """
    with _opened(document) as pdf:
        try:
            page = pdf[place]
        except Exception:
            raise InputError("", "expected a page, but it is damaged or missing in the document.") from None
        _check_pictures(page)
        width, height = page.get_size()
        scale = min(_DPI / 72, (_MOST_PIXELS / max(width * height, 1)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
        try:
            return np.array(bitmap.to_numpy()[..., :3])
        finally:
            bitmap.close()


def _check_pictures(page: "PdfPage") -> None:
    """Looks at what the page says of its pictures, before one of them is decoded."""
    from pypdfium2 import PdfImage
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    for picture in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE]):
        if isinstance(picture, PdfImage):
            check_pixels(*picture.get_px_size())


@contextmanager
def _opened(document: Path | bytes) -> Iterator["PdfDocument"]:
    import pypdfium2
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    with _ONE_AT_A_TIME:
        pdf = None
        try:
            pdf = pypdfium2.PdfDocument(document.absolute() if isinstance(document, Path) else document)
            yield pdf
        except InputError:
            raise
        except Exception as error:
            if getattr(error, "err_code", None) == FPDF_ERR_PASSWORD:
                raise InputError(
                    "", "expected a document without a password, but this PDF is encrypted."
                ) from None
            raise InputError(
                "", f"expected a whole PDF document, but it is damaged or cut short ({in_short(error)})."
            ) from None
        finally:
            if pdf is not None:
                pdf.close()  # closes its pages as well
