"""Where pages of handwriting come from: files, a folder, or the camera."""

import streamlit as st

from dashboard.components.read import review_state
from dashboard.uploads import Upload, page_of_upload
from dashboard.widgets.choice import choose
from dashboard.widgets.message import show_empty
from dashboard.widgets.upload_box import ask_photo, ask_pictures
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
    """The uploaded pages; a quiet card says what to do while there are none."""
    return _take_photo() if source == "camera" else _take_files(folder=source == "folder")


def _take_files(folder: bool) -> list[Upload]:
    files = ask_pictures(
        "A folder of pictures, PDFs or zip files" if folder else "Pictures, PDFs or zip files",
        key="read_folder" if folder else "read_uploads",
        most=MOST,
        noun="file",
        beyond=f"The first {MOST} of {{count}} files are read; use `digitlab read` for whole folders.",
        documents=True,
        folder=folder,
    )
    if not files:
        show_empty(
            "pages",
            "document_scanner",
            "No pages yet",
            "Drop photos, scans or PDFs of handwritten numbers above, with any number of digits and lines.",
        )
    pages = [page_of_upload(file, page) for file in files for page in _pages(file)]
    if len(pages) > MOST:
        st.info(
            f"The first {MOST} of {len(pages):,} pages are read; use `digitlab read` for all of them.",
            icon=":material/info:",
        )
    return pages[:MOST]


@st.cache_data(
    max_entries=500, show_spinner=False, hash_funcs={Upload: lambda upload: (upload.id, upload.name)}
)
def _pages(file: Upload) -> list[Page]:
    """The pages of a file; those in an archive are unpacked to count them, which takes its time."""
    return find_pages(file.data, file.name)


def _take_photo() -> list[Upload]:
    photo = ask_photo("A photo of handwritten numbers", key="read_camera", width=560)
    if photo is None:
        show_empty(
            "read-camera",
            "photo_camera",
            "No photo yet",
            "Lay the page flat in even light and take a photo. The browser asks before it uses the camera.",
        )
        return []
    return [photo]
