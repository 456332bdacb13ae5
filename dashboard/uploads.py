"""A file that somebody uploaded, a page of it, or a photo from the camera, as it goes from widget to reader."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from dashboard.batch_store import KeptFile, sha256_of
from pipeline.imaging.documents import Content, Page, page_pixels


@dataclass(frozen=True)
class Upload:
    """An uploaded file, or a page of it.

    Attributes:
        id: the same for the same content, and for the same page of it.
        name: the file's; of a page, with its number or its path in an archive.
        data: all of the file, or where it is kept. Its pages share it.
        page: which page this is; None for the whole file, one picture.
    """

    id: str
    name: str
    data: Content = field(repr=False)
    page: Page | None = None

    def content(self) -> Content | NDArray[np.uint8]:
        """What is read: a picture's file or its bytes, or the pixels of a page, drawn for this call.

        Raises:
            InputError: there is no such page, or it is damaged.
        """
        return self.data if self.page is None else page_pixels(self.data, self.page)


def make_upload(name: str, data: bytes) -> Upload:
    """A file's content with its name."""
    return Upload(_id(sha256_of(data)), name, data)


def kept_upload(file: KeptFile) -> Upload:
    """A file that is kept on disk; the same upload as that of its bytes."""
    return Upload(_id(file.sha256), file.name, file.path)


def page_of_upload(upload: Upload, page: Page) -> Upload:
    """One page of an uploaded file; a file that is nothing but one picture is the upload itself."""
    if page == Page(upload.name):
        return upload
    return Upload(f"{upload.id}.{page.entry}.{page.frame}.{page.problem}", page.name, upload.data, page)


def release_uploads() -> None:
    """Has Streamlit let go of files that no page needs any more; it would keep them as long as the session.

    Called at the end of a page, when its uploaders have been drawn.
    """
    unneeded, context = state.unneeded_uploads(), get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file_id in unneeded:
            context.uploaded_file_mgr.remove_file(context.session_id, file_id)


def _id(digest: str) -> str:
    return digest[:24]
