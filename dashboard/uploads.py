"""A file that somebody uploaded, a page of it, or a photo from the camera, as it goes from widget to reader."""

from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.documents import Page, page_pixels


@dataclass(frozen=True)
class Upload:
    """An uploaded file, or a page of it.

    Attributes:
        id: the same for the same content, and for the same page of it.
        name: the file's; of a page, with its number or its path in an archive.
        data: all of the file. Its pages share it.
        page: which page this is; None for the whole file, one picture.
    """

    id: str
    name: str
    data: bytes = field(repr=False)
    page: Page | None = None

    def content(self) -> bytes | NDArray[np.uint8]:
        """What is read: a picture's bytes, or the pixels of a page, drawn for this call.

        Raises:
            InputError: there is no such page, or it is damaged.
        """
        return self.data if self.page is None else page_pixels(self.data, self.page)


def make_upload(name: str, data: bytes) -> Upload:
    """A file's content with its name."""
    return Upload(sha256(data).hexdigest()[:24], name, data)


def page_of_upload(upload: Upload, page: Page) -> Upload:
    """One page of an uploaded file; a file that is nothing but one picture is the upload itself."""
    if page == Page(upload.name):
        return upload
    return Upload(f"{upload.id}.{page.entry}.{page.frame}.{page.problem}", page.name, upload.data, page)
