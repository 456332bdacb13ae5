"""Any number of pages on all cores, in bounded memory. Knows nothing of terminals or pages."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from models.errors import InputError
from models.native_output import silenced_stderr
from models.recognizer import Recognizer
from pipeline.imaging.decode import ZIP
from pipeline.imaging.documents import PAGE_SUFFIXES, Page
from pipeline.reading.constraints import Constraint, parse_constraint
from pipeline.reading.file_reading import read_or_tell
from pipeline.reading.page_reading import FailedReading, PageReading


def find_pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """The files meant: as they are, and those of folders and the folders in them, by name; archives only by name."""
    for path in paths:
        if path.is_dir():
            yield from _files_in(path, PAGE_SUFFIXES)
        else:
            yield path


def closed_archives(paths: Iterable[Path]) -> int:
    """How many archives lie in the folders: they are not looked for there, since an export of readings is one too."""
    return sum(1 for path in paths if path.is_dir() for _ in _files_in(path, ZIP.suffixes))


def _files_in(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes and file.is_file())


_recognizer: Recognizer | None = None
_constraints: Sequence[Constraint] = ()


def _begin_process(litert_file: Path, names: Sequence[str]) -> None:
    """Loads the model once in each process of a pool."""
    import cv2

    global _recognizer, _constraints
    cv2.setNumThreads(1)
    with silenced_stderr():
        _recognizer = Recognizer(litert_file, workers=1)
    _constraints = [parse_constraint(name) for name in names]


def _read_one(path: Path, page: Page) -> PageReading | FailedReading:
    assert _recognizer is not None  # noqa: S101
    with silenced_stderr():  # decoders of pictures write to it as well
        return read_or_tell(path, page, _recognizer, _constraints)


def read_files(
    pages: Iterable[tuple[Path, Page]],
    litert_file: Path,
    constraints: Sequence[str] = (),
    processes: int | None = None,
) -> Iterator[tuple[Page, PageReading | FailedReading]]:
    """Reads any number of pages on all cores, in bounded memory: the process that reads a page draws it.

    Args:
        pages: with the files that they are in; taken from the iterator only as fast as they are read.
        litert_file: the model.
        constraints: by name, as `pipeline.reading.constraints.parse_constraint` takes them.
        processes: how many at once; as many as cores by default.

    Yields:
        (page, reading without the digits' images) or (page, why it can't be read), in the order of `pages`.
    """
    workers = processes or os.cpu_count() or 1
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_begin_process, initargs=(litert_file, tuple(constraints))
    ) as pool:
        pending: list[tuple[Page, Future[Any]]] = []
        try:
            for path, page in pages:
                pending.append((page, pool.submit(_read_one, path, page)))
                if len(pending) >= 4 * workers:
                    wait([pending[0][1]], return_when=FIRST_COMPLETED)
                while pending and pending[0][1].done():
                    first, future = pending.pop(0)
                    yield first, future.result()
            for first, future in pending:
                yield first, future.result()
        except BrokenProcessPool:
            raise InputError("", "A reading process was killed, perhaps because memory ran out.") from None
        finally:
            for _, future in pending:
                future.cancel()
