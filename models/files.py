"""Files that are whole or not there: written beside their place and renamed into it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


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
