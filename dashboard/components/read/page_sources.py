"""Where pages of handwriting come from: files, a folder, or the camera."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.components.read import review_state
from dashboard.components.read.batch import note_change, show_batch, take_in, uploader_key
from dashboard.uploads import Upload, page_of_upload
from dashboard.widgets.choice import choose
from dashboard.widgets.message import show_empty
from dashboard.widgets.upload_box import ask_documents, ask_page_photo
from pipeline.imaging.documents import Page, find_pages

MOST = 100
SOURCES = {
    "upload": ":material/upload_file: Upload",
    "folder": ":material/folder_open: Folder",
    "camera": ":material/photo_camera: Camera",
}


def pick_source() -> str:
    """The switch between files, a folder and the camera."""
    return choose("Source of pages", SOURCES, review_state.SOURCE, default="upload", quiet=True)


def take_pages(source: str) -> list[Upload]:
    """The pages of the batch; a quiet card says what to do while there are none."""
    if review_state.refused():
        files = []  # what is added to a batch of another would be refused
    else:
        files = _ask_photo() if source == "camera" else _ask_files(folder=source == "folder")
    uploads = take_in(files)
    if not uploads:
        _show_nothing_yet(source)
        return []
    show_batch(len(uploads))
    pages = [page_of_upload(upload, page) for upload in uploads for page in _pages(upload)]
    if len(pages) > MOST:
        st.info(
            f"The first {MOST} of {len(pages):,} pages are read; use `digitlab read` for all of them.",
            icon=":material/info:",
        )
    return pages[:MOST]


def _ask_files(folder: bool) -> list[UploadedFile]:
    return ask_documents(
        "A folder of pictures, PDFs or zip files" if folder else "Pictures, PDFs or zip files",
        key=uploader_key("read_folder" if folder else "read_uploads"),
        most=MOST,
        beyond=f"The first {MOST} of {{count}} files are read; use `digitlab read` for whole folders.",
        folder=folder,
        on_change=note_change,
    )


def _ask_photo() -> list[UploadedFile]:
    return ask_page_photo("A photo of handwritten numbers", uploader_key("read_camera"), note_change)


def _show_nothing_yet(source: str) -> None:
    if source == "camera":
        show_empty(
            "read-camera",
            "photo_camera",
            "No photo yet",
            "Lay the page flat in even light and take a photo. The browser asks before it uses the camera.",
        )
    else:
        show_empty(
            "pages",
            "document_scanner",
            "No pages yet",
            "Drop photos, scans or PDFs of handwritten numbers above, with any number of digits and lines.",
        )


@st.cache_data(
    max_entries=500, show_spinner=False, hash_funcs={Upload: lambda upload: (upload.id, upload.name)}
)
def _pages(file: Upload) -> list[Page]:
    """The pages of a file; those in an archive are unpacked to count them, which takes its time."""
    return find_pages(file.data, file.name)
