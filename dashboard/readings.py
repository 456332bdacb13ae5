"""Pages that were read, shared by all sessions: each picture once for a model and what is known of its lines.

Kept in bounded memory; what was used longest ago goes first.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

import streamlit as st

from dashboard.resources import recognizer
from models.errors import InputError
from models.store import StoredModel
from pipeline.constraints import Constraint
from pipeline.evidence import ReadPage, read_with_evidence

_MOST_BYTES = 256 * 1024**2
_AT_ONCE = 2
"""Pictures read at the same time: a large one takes some 300 MB."""


@dataclass(frozen=True)
class Upload:
    """A picture file that was handed in; `id` is the same for the same content."""

    id: str
    name: str
    data: bytes


class Shelf:
    """Readings, or one sentence on why there is none, up to a number of bytes."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._weight = 0
        self._lock = Lock()
        self._kept: OrderedDict[str, ReadPage | str] = OrderedDict()

    def get(self, key: str) -> ReadPage | str | None:
        """What is kept under the key, if it is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, found: ReadPage | str) -> None:
        """Keeps something; others may have to go."""
        with self._lock:
            self._weight += _weight(found) - _weight(self._kept.pop(key, ""))
            self._kept[key] = found
            while self._weight > self._most and len(self._kept) > 1:
                self._weight -= _weight(self._kept.popitem(last=False)[1])


def take_in(name: str, data: bytes) -> Upload:
    """A file's content with its name."""
    return Upload(sha256(data).hexdigest()[:24], name, data)


def reading_key(upload: Upload, model: StoredModel, constraints: Sequence[Constraint]) -> str:
    """The same for the same content, model and constraints."""
    return "|".join([upload.id, model.version, *(constraint.name for constraint in constraints)])


def read_uploads(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> Iterator[ReadPage | str]:
    """Reads pictures, two at a time; those that were read before come at once.

    Yields:
        For each, in order, its reading or one sentence on why it can't be read.
    """
    shelf = _shelf()
    answering = recognizer(model)

    def read(upload: Upload) -> ReadPage | str:
        key = reading_key(upload, model, constraints)
        found = shelf.get(key)
        if found is None:
            try:
                found = read_with_evidence(upload.data, answering, constraints)
            except InputError as error:
                found = str(error)
            shelf.put(key, found)
        return found

    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="reading")
    try:
        yield from pool.map(read, uploads)
    finally:
        # whoever asked may have gone on to something else: what has not begun is not worth doing
        pool.shutdown(wait=False, cancel_futures=True)


def _weight(found: ReadPage | str) -> int:
    return found.weight if isinstance(found, ReadPage) else len(found)


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf()
