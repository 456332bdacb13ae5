"""Files that are whole or not there: written beside their place and renamed into it. Only regular ones are read."""

import errno
import os
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
