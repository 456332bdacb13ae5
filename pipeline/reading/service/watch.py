"""Reads what arrives in a folder, once each. Looks at the folder again and again; knows nothing of terminals."""

import csv
import io
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from models.errors import ConfigError
from models.files import sha256_of_file
from models.recognizer import Recognizer
from pipeline.imaging.documents import PAGE_SUFFIXES
from pipeline.reading.constraints import Constraint
from pipeline.reading.file_reading import PageResult, read_file
from pipeline.reading.records import PAGE_COLUMNS, result_record, result_row
from pipeline.reading.service.ledger import Arrival, Ledger

_LOOK_EVERY = 0.5  # seconds
_SHARE = 0.2
"""The most of the time that looking at the folder takes."""

Lines = Callable[[Sequence[PageResult]], bytes]


def as_json(results: Sequence[PageResult]) -> bytes:
    """A line a page, as `digitlab read --json` prints it."""
    return "".join(f"{json.dumps(result_record(page, result))}\n" for page, result in results).encode()


def as_rows(results: Sequence[PageResult]) -> bytes:
    """A row a page, as `digitlab read --csv` writes it."""
    return _table(result_row(page, result) for page, result in results)


def open_ledger(output: Path) -> tuple[Ledger, Lines]:
    """The ledger of an output, and what makes its lines: `.jsonl` or `.csv`.

    Raises:
        ConfigError: it is neither, or as `Ledger`.
    """
    if output.suffix == ".jsonl":
        return Ledger(output), as_json
    if output.suffix == ".csv":
        return Ledger(output, _table([PAGE_COLUMNS])), as_rows
    raise ConfigError(f"{output}: expected a name that ends in .jsonl or .csv.")


def _table(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(errors="surrogateescape")


@dataclass(frozen=True)
class Watcher:
    """Reads what arrives in a folder and the folders in it.

    Attributes:
        folder: where files arrive.
        ledger: what was read.
        lines: what the output has of a file.
        recognizer: the model.
        constraints: rules for every line.
        settle: seconds for which a file has to stay as it is before it is read.
        threads: files that are read at once.
    """

    folder: Path
    ledger: Ledger
    lines: Lines
    recognizer: Recognizer
    constraints: Sequence[Constraint]
    settle: float
    threads: int

    def run(self, stop: Event) -> Iterator[Sequence[PageResult]]:
        """Watches until it is told to stop; what is being read then is finished.

        Yields:
            The pages of each file, once they are in the output.
        """
        waiting: dict[Arrival, float] = {}  # since when they have been as they are
        with ThreadPoolExecutor(self.threads) as pool:
            while not stop.is_set():
                began = time.monotonic()
                arrivals = [arrival for arrival in look(self.folder) if not self.ledger.has(arrival)]
                took = time.monotonic() - began
                waiting = {arrival: waiting.get(arrival, began) for arrival in arrivals}
                settled = [arrival for arrival in arrivals if began - waiting[arrival] >= self.settle]
                yield from self._read_all(pool, settled, stop)
                stop.wait(max(_LOOK_EVERY, took / _SHARE))

    def _read_all(
        self, pool: ThreadPoolExecutor, arrivals: Sequence[Arrival], stop: Event
    ) -> Iterator[Sequence[PageResult]]:
        for first in range(0, len(arrivals), self.threads):
            if stop.is_set():
                return
            group = arrivals[first : first + self.threads]
            for arrival, found in zip(group, pool.map(self._read, group), strict=True):
                if found is None:
                    continue
                sha256, results = found
                if not self.ledger.has_content(arrival, sha256):
                    self.ledger.add(arrival, sha256, self.lines(results))
                    yield results

    def _read(self, arrival: Arrival) -> tuple[str, Sequence[PageResult]] | None:
        """A file's hash and pages; None where it is gone or has changed meanwhile."""
        path = self.folder / os.fsdecode(arrival.name)
        try:
            sha256 = sha256_of_file(path)
        except OSError:
            sha256 = ""  # reading it says why
        results = read_file(path, str(path), self.recognizer, self.constraints)
        return (sha256, results) if _arrival(self.folder, path) == arrival else None


def look(folder: Path) -> list[Arrival]:
    """The pictures and documents in a folder and the folders in it, by name; not those whose name begins with a dot."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = (Path(place, name) for name in names if not name.startswith("."))
        found += [_arrival(folder, path) for path in paths if path.suffix.lower() in PAGE_SUFFIXES]
    return sorted((arrival for arrival in found if arrival), key=lambda arrival: arrival.name)


def _arrival(folder: Path, path: Path) -> Arrival | None:
    """A file as it is now; None where it is gone or isn't a regular file."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Arrival(os.fsencode(path.relative_to(folder)), status.st_size, status.st_mtime_ns)
