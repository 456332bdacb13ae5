"""Zip archives -> the files in them, one at a time and never onto the disk. Archives in archives stay closed."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from models.errors import InputError
from models.formatting import printable
from models.zip_files import is_plainly_packed, open_zip
from pipeline.imaging.decode import PDF, SUFFIXES, ZIP, in_short

_MAX_RATIO = 1000
"""Deflate packs nothing but zeros a little tighter than this, and no writing."""

_LEAST_SUSPECT = 1024**2
"""Unpacked bytes up to which nobody minds the ratio."""

_MAX_UNPACKED = 8 * 1024**3
"""Of all that is read from one archive; it is unpacked file by file, so this bounds time and not memory."""

_CHUNK = 1024**2
_ENCRYPTED = 1


@dataclass(frozen=True)
class Entry:
    """One file of an archive.

    Attributes:
        place: in the archive's table of contents.
        name: as it is shown, with the folders that it is in.
        size: in bytes, unpacked, as the archive says; no more than that is ever unpacked.
        problem: why it can't be read, as far as the table of contents shows that; one sentence.
    """

    place: int
    name: str
    size: int
    problem: str = ""


@contextmanager
def open_archive(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The archive in a file; whatever goes wrong with it becomes an `InputError`, one sentence without a path."""
    with _as_input_error("zip archive"), open_zip(file) as archive:
        yield archive


@contextmanager
def _as_input_error(what: str) -> Iterator[None]:
    """Tells of damage: zipfile raises nearly anything (BadZipFile, zlib.error, struct.error, EOFError, ...)."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            "", f"expected a whole {what}, but it is damaged or cut short ({in_short(error)})."
        ) from None


def entries_of(archive: zipfile.ZipFile) -> list[Entry]:
    """The pictures and documents in an archive, by name; of other files, only archives are named, as a problem.

    Raises:
        InputError: there is none, all are encrypted, or the archive is made to fill disks.
    """
    infos = archive.infolist()
    if any(info.filename in ("[Content_Types].xml", "mimetype") for info in infos):
        raise InputError("", "expected pictures in a zip archive, but this is an office document.")
    places = sorted(
        (place for place, info in enumerate(infos) if _is_wanted(info)),
        key=lambda place: infos[place].filename,
    )
    if not places:
        raise InputError("", "expected pictures or PDF documents in the archive, but there is none.")
    if all(infos[place].flag_bits & _ENCRYPTED for place in places):
        raise InputError("", "expected an archive without a password, but this one is encrypted.")
    total = sum(infos[place].file_size for place in places)
    if total > _MAX_UNPACKED:
        raise InputError(
            "",
            f"expected at most {_MAX_UNPACKED // 1024**3} GB when unpacked, "
            f"got an archive of {total / 1024**3:,.1f} GB.",
        )
    return [
        Entry(place, printable(infos[place].filename), infos[place].file_size, _problem(infos[place]))
        for place in places
    ]


def read_entry(archive: zipfile.ZipFile, place: int, most: int) -> bytes:
    """The first bytes of a file in an archive, `most` of them where there are so many; `InputError` on damage."""
    parts, left = [], most
    with _as_input_error("file in the archive"), archive.open(archive.infolist()[place]) as file:
        while left > 0 and (part := file.read(min(left, _CHUNK))):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    hidden = any(part == "__MACOSX" or (part.startswith(".") and part.strip(".")) for part in path.parts)
    return (
        not info.is_dir() and not hidden and path.suffix.lower() in (*SUFFIXES, *PDF.suffixes, *ZIP.suffixes)
    )


def _problem(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & _ENCRYPTED:
        return "expected a file without a password, but this one is encrypted."
    if not is_plainly_packed(info):
        return "expected a file that is stored or deflated in the archive, but it is packed in another way."
    if info.file_size > max(_LEAST_SUSPECT, _MAX_RATIO * info.compress_size):
        return (
            f"expected a file that unpacks to at most {_MAX_RATIO:,} times its size; this one is a zip bomb."
        )
    return ""
