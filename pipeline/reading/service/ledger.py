"""What was read of the files that arrive in a folder: a database beside the output, which is made from it.

What a file gave is in the database or it isn't, in one transaction, and only what is there goes to the output. So
however a program ends, each file is read and written once.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import ConfigError
from models.files import replacing

_TABLE = """CREATE TABLE IF NOT EXISTS files (
    id INTEGER PRIMARY KEY, name BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, output BLOB NOT NULL, UNIQUE (name, sha256))"""


@dataclass(frozen=True)
class Arrival:
    """A file as a look at its folder finds it.

    Attributes:
        name: its path in the folder, as the file system has it.
        size: bytes.
        mtime_ns: when it was last written to.
    """

    name: bytes
    size: int
    mtime_ns: int


class Ledger:
    """The files that were read, and the output. One process has it at a time."""

    def __init__(self, output: Path, header: bytes = b"") -> None:
        """Opens the ledger of an output, and writes the output anew as the ledger has it.

        Args:
            output: the file to write; the ledger is beside it, with `.ledger` behind its name.
            header: what the output begins with.

        Raises:
            ConfigError: the output is another program's, or the ledger can't be used.
        """
        self._file = file = output.with_name(f"{output.name}.ledger")
        if output.exists() and not file.exists():
            raise ConfigError(
                f"{output}: expected a file that `digitlab watch` wrote, with {file.name} beside it."
            )
        try:
            self._database = sqlite3.connect(file, timeout=0, isolation_level=None)
            self._database.execute(
                "PRAGMA locking_mode = EXCLUSIVE"
            )  # until it is closed, or its process ends
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("BEGIN EXCLUSIVE")
            self._database.execute(_TABLE)
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            busy = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY
            reason = "another `digitlab watch` writes to it" if busy else f"it can't be used ({error})"
            raise ConfigError(f"{file}: {reason}.") from None
        self._read = {
            (name, size, mtime_ns)
            for name, size, mtime_ns in self._database.execute("SELECT name, size, mtime_ns FROM files")
        }
        self._output = self._write(output, header)

    def _write(self, output: Path, header: bytes) -> IO[bytes]:
        """The output with all that the ledger has, ready for more; it may have ended in the middle of a line."""
        with replacing(output) as part, part.open("wb") as whole:
            whole.write(header)
            whole.writelines(self._lines())
        return output.open("ab")

    def _lines(self) -> Iterator[bytes]:
        for (output,) in self._database.execute("SELECT output FROM files ORDER BY id"):
            yield bytes(output)

    def has(self, arrival: Arrival) -> bool:
        """Whether this file was read, as it is now."""
        return (arrival.name, arrival.size, arrival.mtime_ns) in self._read

    def has_content(self, arrival: Arrival, sha256: str) -> bool:
        """Whether a file of this name and content was read; if so, `has` knows it from now on."""
        found = self._change(
            "UPDATE files SET size = ?, mtime_ns = ? WHERE name = ? AND sha256 = ?",
            (arrival.size, arrival.mtime_ns, arrival.name, sha256),
        )
        if found.rowcount:
            self._read.add((arrival.name, arrival.size, arrival.mtime_ns))
        return bool(found.rowcount)

    def add(self, arrival: Arrival, sha256: str, output: bytes) -> None:
        """Keeps what a file gave, then writes it to the output; whole lines.

        Raises:
            ConfigError: the ledger can't be written.
        """
        self._change(
            "INSERT INTO files (name, size, mtime_ns, sha256, output) VALUES (?, ?, ?, ?, ?)",
            (arrival.name, arrival.size, arrival.mtime_ns, sha256, output),
        )
        self._read.add((arrival.name, arrival.size, arrival.mtime_ns))
        self._output.write(output)
        self._output.flush()

    def _change(self, statement: str, values: tuple[bytes | int | str, ...]) -> sqlite3.Cursor:
        try:
            return self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise ConfigError(f"{self._file}: it can't be written ({error}).") from None

    def close(self) -> None:
        """Lets another process have it."""
        self._output.close()
        with suppress(sqlite3.Error):
            self._database.close()
