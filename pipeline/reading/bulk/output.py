"""The output folder: what is to be read (`plan/`), what was read (`pages/`), and the ledger that says so (`ledger/`).

A shard has the same files for ever, and its rows are one file, written in one piece under a name of its own. So it can
be read and written again by whoever does not know that it was, and each page is still there once. A shard counts as
read once its part of the ledger is written, which comes last.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from filelock import FileLock, Timeout

from models.errors import ConfigError
from pipeline.reading.bulk.file_task import Entry, FileReading, ReadSettings
from pipeline.reading.bulk.storage import Folder
from pipeline.reading.bulk.tables import encode

_PLAN, _PAGES, _LEDGER, _LOST = "plan", "pages", "ledger", "-lost.json"
_SETTINGS = f"{_PLAN}/settings.json"
QUARANTINE = "quarantine.jsonl"

_SMALLEST, _LARGEST, _SHARE = 8, 256, 1000
"""Files of a shard: a share of all, so that a bar moves and little is lost with a worker, within bounds."""

_TOGETHER = 500
"""Parts of the ledger that are in memory at once."""


@dataclass(frozen=True)
class Shard:
    """Some of the files, for ever the same under this number."""

    number: int
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        """As files of it are called."""
        return f"{self.number:06d}"


class Output:
    """An output folder. One program writes to it at a time."""

    def __init__(self, folder: Folder, settings: ReadSettings) -> None:
        """Opens a folder, or begins it.

        Raises:
            ConfigError: it was begun with other settings, or can't be used.
        """
        self.folder, self._format = folder, settings.format
        begun = json.dumps(asdict(settings), indent=2)
        content = folder.read(_SETTINGS)
        if content is None:
            folder.write(_SETTINGS, begun.encode())
            return
        before, now = json.loads(content), json.loads(begun)
        differing = [name for name in now if before.get(name) != now[name]]
        if differing:
            name = differing[0]
            raise ConfigError(
                f"{folder.name}: it was begun with {name} {before.get(name)}, and now it is {now[name]}; "
                "expected the same, or another folder."
            )

    def shards(self, files: Sequence[str]) -> list[Shard]:
        """All shards: those planned earlier, and new ones for files that came since.

        Raises:
            ConfigError: the plan can't be written.
        """
        names = list(self.folder.names(_PLAN, ".jsonl"))
        parts = self.folder.read_all(f"{_PLAN}/{name}" for name in names)
        planned = [
            Shard(number, tuple(json.loads(line)))
            for number, line in enumerate(line for name in sorted(parts) for line in parts[name].splitlines())
        ]
        known = {file for shard in planned for file in shard.files}
        new = [file for file in files if file not in known]
        size = min(_LARGEST, max(_SMALLEST, len(new) // _SHARE))
        added = [
            Shard(number, tuple(new[first : first + size]))
            for number, first in enumerate(range(0, len(new), size), len(planned))
        ]
        if added:
            lines = "".join(f"{json.dumps(shard.files)}\n" for shard in added)
            self.folder.write(f"{_PLAN}/{len(names):06d}.jsonl", lines.encode())
        return planned + added

    def read_already(self, shards: Sequence[Shard]) -> Iterator[tuple[Shard, list[Entry]]]:
        """The shards that were read, with the ledger's entries; half-written parts of it count as none."""
        there = set(self.folder.names(_LEDGER, ".jsonl"))
        done = [shard for shard in shards if f"{shard.name}.jsonl" in there]
        for first in range(0, len(done), _TOGETHER):
            some = {f"{_LEDGER}/{shard.name}.jsonl": shard for shard in done[first : first + _TOGETHER]}
            for name, content in self.folder.read_all(some).items():
                lines = content.decode().splitlines()
                if len(lines) == len(some[name].files) and content.endswith(b"\n"):
                    yield some[name], [Entry(**json.loads(line)) for line in lines]

    def attempts(self, shards: Sequence[Shard]) -> dict[int, int]:
        """By number of shard, how many attempts at it were lost earlier."""
        there = list(self.folder.names(_LEDGER, _LOST))
        lost = self.folder.read_all(f"{_LEDGER}/{name}" for name in there)
        return {
            shard.number: int(json.loads(content)["attempts"])
            for shard in shards
            if (content := lost.get(f"{_LEDGER}/{shard.name}{_LOST}"))
        }

    def add_lost(self, shard: Shard, attempts: int, reason: str) -> None:
        """Notes that as many attempts at a shard were lost, and why the last one was."""
        record = json.dumps({"attempts": attempts, "reason": reason})
        self.folder.write(f"{_LEDGER}/{shard.name}{_LOST}", record.encode())

    def add(self, shard: Shard, readings: Sequence[FileReading]) -> None:
        """Writes what was read of a shard, then the ledger's part on it.

        Raises:
            ConfigError: it can't be written.
        """
        rows = [row for reading in readings for row in reading.rows]
        self.folder.write(f"{_PAGES}/{shard.name}.{self._format}", encode(rows, self._format))
        lines = "".join(f"{json.dumps(asdict(reading.entry))}\n" for reading in readings)
        self.folder.write(f"{_LEDGER}/{shard.name}.jsonl", lines.encode())

    def write_quarantine(self, bad: Sequence[Entry]) -> None:
        """Lists the pages that could not be read, a JSON object a page with its file's hash and the reason."""
        lines = [
            {
                "path": entry.path,
                "page": page,
                "error": reason,
                "sha256": entry.sha256,
                "attempt": entry.attempt,
            }
            for entry in sorted(bad, key=lambda entry: entry.path)
            for page, reason in entry.errors
        ]
        self.folder.write(QUARANTINE, "".join(f"{json.dumps(line)}\n" for line in lines).encode())


@contextmanager
def only_writer(folder: Folder) -> Iterator[None]:
    """Holds a folder on this machine alone; elsewhere nothing can, and two programs would do the same work twice.

    Raises:
        ConfigError: another program holds it.
    """
    if folder.path is None:
        yield
        return
    folder.path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.path / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f"{folder.name}: another `digitlab read` writes to it.") from None
    try:
        yield
    finally:
        lock.release()
