"""Where pages of handwriting come from: files, or the camera."""

from dashboard.components.read import review_state
from dashboard.uploads import Upload
from dashboard.widgets.choice import choose
from dashboard.widgets.message import show_empty
from dashboard.widgets.upload_box import ask_photo, ask_pictures

MOST = 100
SOURCES = {"upload": ":material/upload_file: Upload", "camera": ":material/photo_camera: Camera"}


def pick_source() -> str:
    """The switch between files and camera."""
    return choose("Source of pages", SOURCES, review_state.SOURCE, default="upload", quiet=True)


def take_pages(source: str) -> list[Upload]:
    """The uploaded pages; a quiet card says what to do while there are none."""
    return _take_photo() if source == "camera" else _take_files()


def _take_files() -> list[Upload]:
    pages = ask_pictures(
        "Pictures of handwritten numbers",
        key="read_uploads",
        most=MOST,
        noun="page",
        beyond=f"The first {MOST} of {{count}} pictures are read; use `digitlab read` for whole folders.",
    )
    if not pages:
        show_empty(
            "pages",
            "document_scanner",
            "No pages yet",
            "Drop photos or scans of handwritten numbers above, with any number of digits and lines.",
        )
    return pages


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
