"""Pages that were read, shared by all sessions: each picture once for a model and the rules for its lines."""

from collections.abc import Generator, Sequence
from functools import partial
from hashlib import sha256

import streamlit as st

from dashboard.resources import recognizer
from dashboard.uploads import Upload
from dashboard.work_queue import SizedCache, Work, read_in_turn
from models.recognizer import Recognizer
from models.store import StoredModel
from pipeline.reading.constraints import Constraint
from pipeline.reading.crops import PageWithCrops, read_with_crops
from pipeline.reading.page_reading import FailedReading

_MOST_BYTES = 256 * 1024**2

_SECONDS = 6.0
"""That reading a page takes at most: one of 1,500 digits. A line takes 0.1, but nothing tells before most is done."""


def reading_key(upload: Upload, model: StoredModel, constraints: Sequence[Constraint]) -> str:
    """The same for the same content, model and constraints."""
    return "|".join([upload.id, model.version, *(constraint.name for constraint in constraints)])


def review_key(upload: Upload, result: PageWithCrops | FailedReading) -> str:
    """The same for the same content that reads the same, whatever model and rules read it so."""
    if isinstance(result, FailedReading):
        return upload.id
    read = [(character.before, character.text, character.line) for character in result.reading.characters]
    return f"{upload.id}|{sha256(repr(read).encode()).hexdigest()[:16]}"


def read_uploads(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> Generator[PageWithCrops | FailedReading]:
    """Reads pages, as `read_in_turn`; those that were read before come at once.

    Yields:
        For each, in order, its reading or why it can't be read.
    """
    answering = recognizer(model)
    return read_in_turn(
        _cache(),
        (
            Work(
                reading_key(upload, model, constraints),
                partial(_read, upload, answering, constraints),
                _SECONDS,
            )
            for upload in uploads
        ),
    )


def recall_uploads(
    uploads: Sequence[Upload], model: StoredModel, constraints: Sequence[Constraint]
) -> list[PageWithCrops | FailedReading | None]:
    """As `read_uploads`, without reading: None for what was not read yet."""
    return [_cache().get(reading_key(upload, model, constraints)) for upload in uploads]


def _read(upload: Upload, answering: Recognizer, constraints: Sequence[Constraint]) -> PageWithCrops:
    return read_with_crops(upload.content(), answering, constraints)


@st.cache_resource(show_spinner=False)
def _cache() -> SizedCache[PageWithCrops]:
    return SizedCache(_MOST_BYTES)
