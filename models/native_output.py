"""What native code writes past Python."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Keeps native code from writing to stderr, as LiteRT and libtiff do. Not for threaded programs."""
    sys.stderr.flush()
    original = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silence, 2)
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)
        os.close(silence)
