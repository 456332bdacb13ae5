"""Zip files from anywhere, and the arrays in them: the sizes that they claim are judged first."""

import io
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

_MAX_ENTRIES = 10_000
_MAX_DIRECTORY = 4 * 1024**2
"""Bytes of the table of contents: names of 400 letters for as many entries."""

_MAX_HEADER = 10_000
"""Bytes of an array's header, as NumPy bounds it; NumPy reads a longer one before it refuses it."""


class _Guarded(io.BufferedIOBase):
    """A file out of which no more is read at once than an honest archive needs: its directory is read in one piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def seekable(self) -> bool:
        """As the file's own."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As the file's own."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As the file's own."""
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        """As the file's own, but for a size."""
        data = self._file.read(
            _MAX_DIRECTORY + 1 if size is None or size < 0 else min(size, _MAX_DIRECTORY + 1)
        )
        if len(data) > _MAX_DIRECTORY:
            raise InputError("", f"expected at most {_MAX_ENTRIES:,} files in an archive, got many more.")
        return data


@contextmanager
def open_zip(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The zip archive in a file.

    Raises:
        InputError: it has too many files; one sentence without a path.
        Exception: nearly any, on damage (BadZipFile, zlib.error, struct.error, EOFError, ...).
    """
    with zipfile.ZipFile(_Guarded(file)) as archive:
        if len(archive.infolist()) > _MAX_ENTRIES:
            raise InputError(
                "", f"expected at most {_MAX_ENTRIES:,} files in an archive, got {len(archive.infolist()):,}."
            )
        yield archive


def is_plainly_packed(entry: zipfile.ZipInfo) -> bool:
    """Whether it is stored or deflated: Python unpacks other methods without a bound."""
    return entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def open_entry(archive: zipfile.ZipFile, name: str, most: int) -> IO[bytes]:
    """A file of an archive, to be read; it gives no more bytes than the archive says that it has.

    Args:
        archive: from `open_zip`.
        name: the file's; `KeyError` where there is none.
        most: bytes that it may say.

    Raises:
        InputError: it says more, or is packed in a way that can't be bounded; `subject` is its name.
    """
    entry = archive.getinfo(name)
    if not is_plainly_packed(entry):
        raise InputError(name, "expected a file that is stored or deflated, but it is packed in another way.")
    if entry.file_size > most:
        raise InputError(
            name, f"expected at most {_megabytes(most)} unpacked, got {_megabytes(entry.file_size)}."
        )
    return archive.open(entry)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:,.4g} MB"


def read_array_header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array in an .npz file, of which no more than the header is read.

    Raises:
        KeyError: there is no such array.
        ValueError: its header is damaged, or says more than the file has.
    """
    entry = archive.getinfo(f"{name}.npy")
    if not is_plainly_packed(entry):
        raise ValueError("packed in another way")
    with archive.open(entry) as file:
        start = io.BytesIO(file.read(_MAX_HEADER))
    try:
        version = np.lib.format.read_magic(start)
        read = np.lib.format
        header = read.read_array_header_1_0 if version == (1, 0) else read.read_array_header_2_0
        shape, _, dtype = header(start)
    except Exception as error:  # NumPy evaluates what it reads: nearly anything is raised
        raise ValueError("a damaged header") from error
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize > entry.file_size:
        raise ValueError("an array that is cut short")
    return shape, dtype


def read_array(archive: zipfile.ZipFile, name: str, most: int) -> NDArray[Any]:
    """An array of an .npz file, of at most that many bytes; objects are never unpickled.

    Raises:
        KeyError: there is no such array.
        ValueError: it is larger, holds objects or is damaged; other errors are those of `open_zip`.
    """
    shape, dtype = read_array_header(archive, name)
    if math.prod(shape) * max(dtype.itemsize, 1) > most:
        raise ValueError("a larger array")
    with archive.open(f"{name}.npy") as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
