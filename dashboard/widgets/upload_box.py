"""Where pictures are uploaded, or taken with the camera.

They are still there after another page, although Streamlit's uploader and camera begin anew.
"""

from collections.abc import Callable, Iterable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import state
from dashboard.uploads import Upload, make_upload
from pipeline.imaging.decode import FORMAT_NAMES, MAX_BYTES, MAX_PIXELS, PDF, SUFFIXES, ZIP
from pipeline.imaging.documents import MAX_DOCUMENT_BYTES

_PRIVATE = "They are processed by the server that shows this page, and nowhere else."
_KEPT = "They are processed and kept by the server that shows this page, and nowhere else."
_HELP = (
    f"{FORMAT_NAMES}, at most {MAX_BYTES // 1024**2} MB and {MAX_PIXELS // 10**6} megapixels each. {_PRIVATE}"
)
_DOCUMENTS_HELP = (
    f"Pictures ({FORMAT_NAMES}) of at most {MAX_BYTES // 1024**2} MB and {MAX_PIXELS // 10**6} megapixels; PDF, TIFF, "
    f"GIF and zip files of at most {MAX_DOCUMENT_BYTES // 1024**2} MB, page by page. {_KEPT}"
)
_CAMERA_HELP = "The photo is processed by the server that shows this page, and nowhere else."
_KEPT_CAMERA_HELP = "The photo is processed and kept by the server that shows this page, and nowhere else."
_PHOTO = "photo.jpg"


def ask_pictures(label: str, key: str, most: int, noun: str, beyond: str) -> list[Upload]:
    """The uploader, and what was uploaded: now, or before this person went to another page.

    Args:
        label: what is asked for.
        key: unique in the session.
        most: how many are taken.
        noun: what one of them is called.
        beyond: what is said of more, with the place {count} for how many there are.
    """
    # on a change, what came before has been replaced, or was taken away with the last file's cross
    files = st.file_uploader(
        label,
        _types(SUFFIXES),
        accept_multiple_files=True,
        key=key,
        help=_HELP,
        max_upload_size=MAX_BYTES // 1024**2,
        on_change=state.forget_uploads,
        args=(key,),
    )
    if files:
        first = _first(files, most, beyond)
        taken = [(file.name, file.getvalue()) for file in first]
        state.save_uploads(key, first)
    else:
        taken, count = state.saved_uploads(key)
        if count > len(taken):
            _show_saved(
                key,
                f"Only {len(taken)} of the {count} {noun}s from before could be restored; upload the others again",
            )
        elif taken:
            _show_saved(key, f"{len(taken)} {noun}{'s' if len(taken) > 1 else ''} from before")
    return [make_upload(name, data) for name, data in taken]


def ask_documents(
    label: str, key: str, most: int, beyond: str, folder: bool, on_change: Callable[[], None]
) -> list[UploadedFile]:
    """The uploader for files that may have several pages, and what stands in it; the caller keeps that.

    Args:
        label: what is asked for.
        key: unique in the session.
        most: how many are taken.
        beyond: what is said of more, with the place {count} for how many there are.
        folder: whether a whole folder is asked for.
        on_change: called when a person adds or takes away files.
    """
    files = st.file_uploader(
        label,
        _types((*SUFFIXES, *PDF.suffixes, *ZIP.suffixes)),
        accept_multiple_files="directory" if folder else True,
        key=key,
        help=_DOCUMENTS_HELP,
        max_upload_size=MAX_DOCUMENT_BYTES // 1024**2,
        on_change=on_change,
    )
    return _first(files, most, beyond)


def ask_photo(label: str, key: str) -> Upload | None:
    """The camera, and the photo that was taken: now, or before this person went to another page.

    Args:
        label: what is asked for.
        key: unique in the session.
    """
    photo = st.camera_input(
        label,
        key=key,
        help=_CAMERA_HELP,
        on_change=state.forget_uploads,  # a new photo replaces what came before, and so does clearing it
        args=(key,),
    )
    if photo is not None:
        photo.name = _PHOTO
        state.save_uploads(key, [photo])
        return make_upload(_PHOTO, photo.getvalue())
    taken, _ = state.saved_uploads(key)
    if not taken:
        return None
    _show_saved(key, "Your previous photo")
    return make_upload(*taken[0])


def ask_page_photo(label: str, key: str, on_change: Callable[[], None]) -> list[UploadedFile]:
    """The camera for a page, and the photo in it, if any; arguments as `ask_documents`."""
    photo = st.camera_input(label, key=key, help=_KEPT_CAMERA_HELP, width=560, on_change=on_change)
    if photo is None:
        return []
    photo.name = _PHOTO
    return [photo]


def _types(suffixes: Iterable[str]) -> list[str]:
    return [suffix.removeprefix(".") for suffix in suffixes]


def _first(files: list[UploadedFile], most: int, beyond: str) -> list[UploadedFile]:
    """As many as are taken; more are told of."""
    if len(files) > most:
        st.info(beyond.format(count=len(files)), icon=":material/info:")
    return files[:most]


def _show_saved(key: str, words: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"saved_{key}"):
        st.markdown(f":material/history: {words}", width="content")
        st.button(
            "Remove",
            icon=":material/close:",
            key=f"put_away_{key}",
            on_click=state.forget_uploads,
            args=(key,),
        )
