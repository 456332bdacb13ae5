"""Files and folders that are whole or not there: written beside their place and renamed into it, deleted out of sight.

Only regular files are read.
"""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4


def open_regular(path: Path) -> BinaryIO:
    """Opens a file for reading; a pipe or device, which might never end, is refused at once with an `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    raise OSError(errno.EINVAL, "it is a pipe or device, not a file", str(path))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a path beside `path` to write to; it becomes `path` when the block ends well, else it is removed.

    The name keeps `path`'s suffix, because Keras and NumPy go by it.
    """
    part = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8 text; a reader sees the old text or the new one, never a part."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's content, hexadecimal; `OSError` where it can't be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def delete_folder(folder: Path) -> None:
    """Deletes a folder: first out of sight, then from the disk; `FileNotFoundError` where there is none.

    What a kill leaves of it, `models.leftovers` sweeps.
    """
    grave = folder.with_name(f".deleted-{folder.name}")
    folder.rename(grave)
    shutil.rmtree(grave, ignore_errors=True)
