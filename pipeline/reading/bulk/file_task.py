"""What a worker does: a few files -> rows of their pages, and what the ledger says of each. Runs on any machine."""

import hashlib
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from models.errors import ConfigError, InputError
from models.native_output import silenced_stderr
from models.recognizer import Recognizer
from pipeline.imaging.documents import Page
from pipeline.reading.bulk.storage import fetch
from pipeline.reading.bulk.tables import Form, Row, rows_of
from pipeline.reading.constraints import parse_constraint
from pipeline.reading.file_reading import PageResult, read_file
from pipeline.reading.networks import networks_sha256
from pipeline.reading.numbers import Decimal
from pipeline.reading.page_reading import FailedReading, PageReading


@dataclass(frozen=True)
class Entry:
    """What the ledger has of a file.

    Attributes:
        path: its absolute path or URL.
        sha256: of its content, hexadecimal; "" where it could not be fetched.
        bytes: of its content.
        attempt: which attempt at it gave this, from 1.
        seconds: that it took, waiting for storage and for other programs included.
        cpu_seconds: that the processor worked on it.
        pages: rows that it has.
        digits: that were read.
        expected_wrong: how many of them are wrong by their confidences.
        variance: of the number of wrong ones, if each errs for itself.
        errors: (page, reason) of each page that could not be read; the page is None where the file is one page.
    """

    path: str
    sha256: str
    bytes: int
    attempt: int
    seconds: float
    cpu_seconds: float
    pages: int
    digits: int = 0
    expected_wrong: float = 0.0
    variance: float = 0.0
    errors: Sequence[tuple[int | None, str]] = ()


@dataclass(frozen=True)
class FileReading:
    """What was read of a file: its entry in the ledger, and its rows."""

    entry: Entry
    rows: Sequence[Row]


@dataclass(frozen=True)
class ReadSettings:
    """What makes readings what they are: where it differs, they belong to another folder.

    Attributes:
        model: the model's id.
        model_sha256: of its LiteRT file.
        networks: SHA-256 of the networks that look at pages.
        expect: rules for every line, as `pipeline.reading.constraints.parse_constraint` takes them.
        decimal: sign of the numbers; told by each page if None.
        format: of the files that rows are written to.
    """

    model: str
    model_sha256: str
    networks: str
    expect: tuple[str, ...]
    decimal: Decimal | None
    format: Form


def read_task(model: bytes, settings: ReadSettings, files: Sequence[str], attempt: int) -> list[FileReading]:
    """Reads files one after the other; what is wrong with one is told of it.

    Args:
        model: content of the model's LiteRT file.
        settings: how.
        files: absolute paths or URLs.
        attempt: which one this is.

    Raises:
        ConfigError: this machine has another version of Digit Lab, or lacks a package.
        OSError: a file could not be fetched, for a reason that may be over soon.
    """
    if settings.networks != networks_sha256():
        raise ConfigError("a worker has another version of Digit Lab: expected the same on all machines.")
    with silenced_stderr():  # LiteRT and decoders of pictures write to it
        recognizer = _recognizer(model)
        return [_read(name, settings, recognizer, attempt) for name in files]


def given_up(name: str, settings: ReadSettings, reason: str, attempt: int) -> FileReading:
    """What is told of a file at which no attempt came to an end."""
    return _told([(Page(name), FailedReading(reason))], settings, Entry(name, "", 0, attempt, 0.0, 0.0, 1))


@lru_cache(maxsize=1)
def _recognizer(model: bytes) -> Recognizer:
    import cv2

    cv2.setNumThreads(1)  # there are as many workers as cores
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.tflite")
        file.write_bytes(model)
        return Recognizer(file, workers=1)


def _read(name: str, settings: ReadSettings, recognizer: Recognizer, attempt: int) -> FileReading:
    began, cpu_began = time.monotonic(), time.process_time()
    rules = [parse_constraint(rule, from_files=False) for rule in settings.expect]
    content, sha256 = b"", ""
    try:
        content = fetch(name)
        sha256 = hashlib.sha256(content).hexdigest()
        results = read_file(content, name, recognizer, rules)
    except InputError as error:
        results = [(Page(name), FailedReading(error.reason))]
    took = round(time.monotonic() - began, 3), round(time.process_time() - cpu_began, 3)
    return _told(results, settings, Entry(name, sha256, len(content), attempt, *took, len(results)))


def _told(results: Sequence[PageResult], settings: ReadSettings, begun: Entry) -> FileReading:
    wrong = [
        1 - digit.confidence
        for _, result in results
        if isinstance(result, PageReading)
        for digit in result.digits
    ]
    entry = replace(
        begun,
        digits=len(wrong),
        expected_wrong=sum(wrong),
        variance=sum(chance * (1 - chance) for chance in wrong),
        errors=[
            (page.number, result.reason) for page, result in results if isinstance(result, FailedReading)
        ],
    )
    return FileReading(
        entry, rows_of(results, settings.format, settings.decimal, begun.sha256, begun.attempt)
    )
