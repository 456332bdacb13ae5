"""Files of any number of pages -> the pages, drawn one at a time: PDF, TIFF, GIF, and zip archives.

A file's kind is what it holds, not how its name ends. A page is a small record, so that whoever reads it can be
another thread or process: only there is it drawn.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.files import open_regular
from pipeline.imaging import pdf
from pipeline.imaging.archive import Entry, entries_of, open_archive, read_entry
from pipeline.imaging.decode import (
    FORMATS,
    MAX_BYTES,
    PDF,
    SUFFIXES,
    ZIP,
    DocumentFormat,
    PictureFormat,
    decode,
    decode_frame,
    open_picture,
)

MAX_DOCUMENT_BYTES = 200 * 1024**2
"""Of a file that may hold several pages; one picture has `MAX_BYTES`."""

PAGE_SUFFIXES = (*SUFFIXES, *PDF.suffixes)
"""How names of files with pages end, in lower case: what folders and archives are searched for."""

Content = Path | bytes
"""A file, or all that is in one."""

_HEAD = 1024
_REDUCED = 254, 1
"""TIFF's tag and bit for a smaller copy of another page."""


@dataclass(frozen=True)
class Page:
    """One page of a file, or why there is none.

    Attributes:
        path: the file's, as it was given; in an archive, with a slash and the path in it.
        number: from 1; None where the file is one picture, or a document of one page.
        entry: place of the file in its archive, None without one.
        frame: place of the page in its file.
        problem: what makes it impossible to read; one sentence, without the path.
    """

    path: str
    number: int | None = None
    entry: int | None = None
    frame: int = 0
    problem: str = ""

    @property
    def name(self) -> str:
        """For people: `scan.png`, `invoice.pdf, page 3` or `scans.zip/a/b.png`."""
        return self.path if self.number is None else f"{self.path}, page {self.number}"


def find_pages(source: Content, path: str) -> list[Page]:
    """The pages of a file, none of them drawn yet; what can't be opened is a page with a problem.

    Args:
        source: the file, or its bytes.
        path: what it is called.
    """
    try:
        with _opened(source) as file:
            if _kind(_head(file)) is not ZIP:
                return _pages_of_file(source, path)
            _check_size(_size(file), ZIP)
            return _pages_of_archive(file, path)
    except InputError as error:
        return [Page(path, problem=error.reason)]
    except OSError:
        return [Page(path)]  # reading it says why


def page_pixels(source: Content, page: Page) -> NDArray[np.uint8]:
    """RGB pixels, uint8 (height, width, 3), of a page, upright.

    Args:
        source: as it was given to `find_pages`.
        page: what that gave.

    Raises:
        InputError: as `pipeline.imaging.picture.read_picture`; `reason` is the sentence without the path.
    """
    if page.problem:
        raise InputError("", page.problem)
    try:
        content = source if page.entry is None else _entry_of(source, page.entry)
        with _opened(content) as file:
            kind = _kind(_head(file))
            if isinstance(kind, PictureFormat):
                _check_size(_size(file), kind)
                return decode_frame(file, page.frame)
    except OSError:
        kind = None  # decoding says why
    return pdf.draw_page(content, page.frame) if kind is PDF else decode(content)


def _pages_of_archive(file: IO[bytes], path: str) -> list[Page]:
    pages: list[Page] = []
    with open_archive(file) as archive:
        entries = entries_of(archive)
        for place, entry in enumerate(entries):
            if len(pages) >= ZIP.most_pages:
                problem = (
                    f"expected at most {ZIP.most_pages:,} pages in an archive; "
                    f"its last {len(entries) - place:,} files are left out."
                )
                return [*pages, Page(path, problem=problem)]
            pages += _pages_of_entry(archive, entry, f"{path}/{entry.name}")
    return pages


def _pages_of_entry(archive: ZipFile, entry: Entry, path: str) -> list[Page]:
    """The pages of one file of an archive; only one that may have several is unpacked for that."""
    try:
        if entry.problem:
            raise InputError("", entry.problem)
        kind = _kind(read_entry(archive, entry.place, _HEAD))
        if kind is ZIP:
            raise InputError(
                "", "expected a picture or PDF document; an archive in an archive is not opened."
            )
        _check_size(entry.size, kind)
        if kind is None:
            return [Page(path, entry=entry.place)]
        pages = _pages_of_file(read_entry(archive, entry.place, MAX_DOCUMENT_BYTES), path)
    except InputError as error:
        return [Page(path, entry=entry.place, problem=error.reason)]
    return [replace(page, entry=entry.place) for page in pages]


def _pages_of_file(content: Content, path: str) -> list[Page]:
    with _opened(content) as file:
        kind = _kind(_head(file))
        if kind is None:
            return [Page(path)]
        _check_size(_size(file), kind)
        if isinstance(kind, PictureFormat):
            frames, more = _frames(file, kind)
            count = f"more than {kind.most_pages}" if more else ""
        else:
            pages = pdf.count_pages(content)
            frames = range(min(pages, kind.most_pages))
            count = f"{pages:,}" if pages > kind.most_pages else ""
    if len(frames) == 1:
        return [Page(path, frame=frames[0])]
    found = [Page(path, number, frame=frame) for number, frame in enumerate(frames, 1)]
    if count:
        problem = (
            f"expected at most {kind.most_pages} pages in a {kind.name} file, got {count}; "
            f"those after page {kind.most_pages} are left out."
        )
        found.append(Page(path, problem=problem))
    return found


def _frames(file: IO[bytes], form: PictureFormat) -> tuple[Sequence[int], bool]:
    """Places of a picture file's frames, as many as are read, and whether there are more."""
    frames = [0]
    with open_picture(file, "") as image:
        for frame in range(1, 4 * form.most_pages):  # smaller copies may stand between the pages
            try:
                image.seek(frame)
            except EOFError:
                return frames, False
            except Exception:
                return [*frames, frame], False  # reading it says what is wrong with it
            tag, bit = _REDUCED
            if image.format == "TIFF" and int(getattr(image, "tag_v2", {}).get(tag, 0)) & bit:
                continue
            if len(frames) == form.most_pages:
                return frames, True
            frames.append(frame)
    return frames, True


def _entry_of(source: Content, place: int) -> bytes:
    if isinstance(source, Path):
        stamp = source.stat()
        return _kept_entry(source, place, (stamp.st_mtime_ns, stamp.st_size))
    with open_archive(io.BytesIO(source)) as archive:
        return read_entry(archive, place, MAX_DOCUMENT_BYTES)


@lru_cache(maxsize=1)
def _kept_entry(path: Path, place: int, _stamp: tuple[int, int]) -> bytes:
    """A file of an archive; the pages of a document are asked for one after the other."""
    with open_regular(path) as file, open_archive(file) as archive:
        return read_entry(archive, place, MAX_DOCUMENT_BYTES)


@contextmanager
def _opened(content: Content) -> Iterator[IO[bytes]]:
    with open_regular(content) if isinstance(content, Path) else io.BytesIO(content) as file:
        yield file


def _head(file: IO[bytes]) -> bytes:
    head = file.read(_HEAD)
    file.seek(0)
    return head


def _size(file: IO[bytes]) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


def _kind(head: bytes) -> PictureFormat | DocumentFormat | None:
    """What a file that may have several pages is, by how it begins; None for all others."""
    start = head.lstrip(b"\xef\xbb\xbf\0 \t\r\n")  # what some writers put before a document
    for form in (*FORMATS, PDF, ZIP):
        if form.magics and start.startswith(form.magics):
            return form
    return None


def _check_size(size: int, kind: PictureFormat | DocumentFormat | None) -> None:
    what, most = (f"{kind.name} file", MAX_DOCUMENT_BYTES) if kind else ("picture", MAX_BYTES)
    if size > most:
        raise InputError(
            "", f"expected a {what} of at most {most // 1024**2} MB, got {size / 1024**2:,.1f} MB."
        )
