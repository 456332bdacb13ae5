"""Batches on disk: uploaded files in their order, and what people decided about their readings. Knows no Streamlit.

One SQLite file in the home folder's `batches/`; uploads are beside it in `files/`, named by their SHA-256. Names that
people give are texts in the database and never paths. Whoever writes holds SQLite's write lock, so that a file is
never removed between its arrival and its row.
"""

import errno
import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from models.errors import DigitLabError
from models.files import replacing
from models.locations import home
from models.ownership import ADMINISTRATOR, Person, refusal

MOST_BATCHES = 200
MOST_BYTES = 2 * 1024**3
"""Of all kept files; beyond it, and beyond `MOST_BATCHES`, whoever has most loses the batch used longest ago."""

MOST_BATCH_BYTES = 512 * 1024**2
"""Of the files of one batch."""

_MOST_RECORD_BYTES = 256 * 1024**2
_PATIENCE = 20.0  # seconds to wait for another writer
_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    id TEXT PRIMARY KEY, used REAL NOT NULL, settings TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS files (
    batch TEXT NOT NULL REFERENCES batches ON DELETE CASCADE,
    sha256 TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (batch, sha256, name));
CREATE TABLE IF NOT EXISTS decisions (
    batch TEXT NOT NULL REFERENCES batches ON DELETE CASCADE,
    reading TEXT NOT NULL, place INTEGER NOT NULL, text TEXT, checked INTEGER NOT NULL, decided REAL NOT NULL,
    PRIMARY KEY (batch, reading, place));
"""


class KeepingError(DigitLabError):
    """Something can't be kept, or what was kept can't be read; the page goes on without."""


@dataclass(frozen=True)
class KeptFile:
    """An upload on disk: its SHA-256, the name that a person gave it, and where its bytes are."""

    sha256: str
    name: str
    path: Path


@dataclass(frozen=True)
class Decision:
    """What a person decided about one place of a reading.

    Attributes:
        text: the piece of text that stands there, as in `Corrections`; None as it was read.
        checked: whether the character was looked at.
    """

    text: str | None
    checked: bool


def batches_folder() -> Path:
    """Where all of this is; it need not exist yet."""
    return home() / "batches"


def new_batch_id() -> str:
    """An id that nobody guesses: whoever knows it may open the batch."""
    return secrets.token_urlsafe(12)


def sha256_of(data: bytes) -> str:
    """What a file with these bytes is called here."""
    return sha256(data).hexdigest()


def storable(name: str) -> str:
    """A name as it is kept: half characters, which no UTF-8 text has, become question marks."""
    return name.encode(errors="replace").decode()


def files_of(batch: str) -> list[KeptFile] | None:
    """The files of a batch in their order; None where no such batch is kept. Raises `KeepingError`."""
    with _reading() as database:
        if database is None or not _is_kept(database, batch):
            return None
        rows = database.execute("SELECT sha256, name FROM files WHERE batch = ? ORDER BY rowid", (batch,))
        return [KeptFile(name, given, _path(name)) for name, given in rows]


def owner_of(batch: str) -> str | None:
    """Whose batch it is, "" for nobody's; None where no such batch is kept. Errors as from `files_of`."""
    with _reading() as database:
        row = database and database.execute("SELECT owner FROM batches WHERE id = ?", (batch,)).fetchone()
        return str(row[0]) if row else None


def add_file(batch: str, name: str, data: bytes, who: Person = ADMINISTRATOR) -> None:
    """Keeps a file, and the batch where it is new, as `who`'s; older batches may have to go.

    Raises:
        KeepingError: the batch has too much already or is another's, or the disk refuses.
    """
    digest, given = sha256_of(data), storable(name)
    with _writing(batch, who) as database:
        new = (batch, time.time(), "{}", who.name)
        database.execute("INSERT OR IGNORE INTO batches (id, used, settings, owner) VALUES (?, ?, ?, ?)", new)
        _make_room(database, batch, len(data))
        path = _path(digest)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            with replacing(path) as part:
                part.write_bytes(data)
        row = (batch, digest, given, len(data))
        database.execute("INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?)", row)
        _touch(database, batch)
        _sweep(database)


def remove_files(batch: str, files: Iterable[tuple[str, str]], who: Person = ADMINISTRATOR) -> None:
    """Takes files, given by SHA-256 and name, out of a batch; `KeepingError` also where it is another's."""
    with _writing(batch, who) as database:
        rows = [(batch, digest, name) for digest, name in files]
        database.executemany("DELETE FROM files WHERE batch = ? AND sha256 = ? AND name = ?", rows)
        _sweep(database)


def delete_batch(batch: str, who: Person = ADMINISTRATOR) -> None:
    """Removes a batch with its decisions, and the files that no other has; errors as from `remove_files`."""
    with _writing(batch, who) as database:
        database.execute("DELETE FROM batches WHERE id = ?", (batch,))
        _sweep(database)


def settings_of(batch: str) -> dict[str, Any]:
    """What the page stood at, as saved last; errors as from `files_of`."""
    with _reading() as database:
        row = database and database.execute("SELECT settings FROM batches WHERE id = ?", (batch,)).fetchone()
        return dict(json.loads(row[0])) if row else {}


def save_settings(batch: str, settings: Mapping[str, Any], who: Person = ADMINISTRATOR) -> None:
    """Saves what the page stands at, values of JSON; errors as from `remove_files`."""
    with _writing(batch, who) as database:
        database.execute("UPDATE batches SET settings = ? WHERE id = ?", (json.dumps(settings), batch))
        _touch(database, batch)


def decisions_of(batch: str) -> dict[str, dict[int, Decision]]:
    """By the key of each reading, and the place in it, what was decided; errors as from `files_of`."""
    found: dict[str, dict[int, Decision]] = {}
    with _reading() as database:
        query = "SELECT reading, place, text, checked FROM decisions WHERE batch = ?"
        for reading, place, text, checked in database.execute(query, (batch,)) if database else ():
            found.setdefault(reading, {})[place] = Decision(text, bool(checked))
    return found


def decide(
    batch: str, reading: str, decisions: Mapping[int, Decision | None], who: Person = ADMINISTRATOR
) -> None:
    """Keeps decisions about places of a reading, one row each; None takes one back.

    Other places of the same reading stay as they are: several people may correct one page.

    Raises:
        KeepingError: the batch is no longer kept or is another's, or the disk refuses.
    """
    now = time.time()
    with _writing(batch, who) as database:
        if not _is_kept(database, batch):
            raise KeepingError("These pages are no longer kept here; upload them again to keep corrections.")
        for place, decision in decisions.items():
            if decision is None:
                gone = (batch, reading, place)
                database.execute("DELETE FROM decisions WHERE batch = ? AND reading = ? AND place = ?", gone)
            else:
                row = (batch, reading, place, decision.text, decision.checked, now)
                database.execute("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?)", row)
        _touch(database, batch)


def room_left() -> tuple[int, int]:
    """How many more batches, and bytes, are kept before old ones have to go; errors as from `files_of`."""
    with _reading() as database:
        if database is None:
            return MOST_BATCHES, MOST_BYTES
        return MOST_BATCHES - _count(database), MOST_BYTES - _weight(database)


def bytes_by_owner() -> dict[str, int]:
    """Bytes of kept files by owner, each file of an owner counted once; errors as from `files_of`."""
    query = (
        "SELECT owner, sum(size) FROM (SELECT DISTINCT owner, sha256, size FROM files JOIN batches ON id = batch) "
        "GROUP BY owner"
    )
    with _reading() as database:
        return dict(database.execute(query) if database else ())


def delete_batches_of_others(who: Person) -> None:
    """Removes all batches that belong to somebody else, with their files; errors as from `files_of`."""
    with _writing() as database:
        database.execute("DELETE FROM batches WHERE owner NOT IN ('', ?)", (who.name,))
        _sweep(database)


def copy_record(path: Path) -> None:
    """Writes a copy of the database, whole although others write to it, to `path`; nothing where there is none."""
    with _reading() as database:
        if database:
            with closing(sqlite3.connect(path)) as copy:
                database.backup(copy)


def _path(digest: str) -> Path:
    return batches_folder() / "files" / digest


def _is_kept(database: sqlite3.Connection, batch: str) -> bool:
    return database.execute("SELECT 1 FROM batches WHERE id = ?", (batch,)).fetchone() is not None


def _touch(database: sqlite3.Connection, batch: str) -> None:
    database.execute("UPDATE batches SET used = ? WHERE id = ?", (time.time(), batch))


def _count(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM batches").fetchone()[0])


def _weight(database: sqlite3.Connection, batch: str | None = None) -> int:
    """Bytes of the files of a batch, or of all; what several batches share counts once."""
    query = "SELECT total(size) FROM (SELECT DISTINCT sha256, size FROM files WHERE ? IS NULL OR batch = ?)"
    return int(database.execute(query, (batch, batch)).fetchone()[0])


def _make_room(database: sqlite3.Connection, batch: str, size: int) -> None:
    """Has the batches used longest ago go, until so many bytes more fit."""
    if _weight(database, batch) + size > MOST_BATCH_BYTES:
        most = MOST_BATCH_BYTES // 1024**2
        raise KeepingError(
            f"At most {most} MB of files are kept in a batch; the others stay until you leave."
        )
    while _weight(database) + size > MOST_BYTES or _count(database) > MOST_BATCHES:
        rich = "SELECT owner FROM batches GROUP BY owner ORDER BY count(*) DESC"
        oldest = f"SELECT id FROM batches WHERE id != ? ORDER BY owner = ({rich}) DESC, used LIMIT 1"  # noqa: S608
        database.execute(f"DELETE FROM batches WHERE id = ({oldest})", (batch,))  # noqa: S608


def _sweep(database: sqlite3.Connection) -> None:
    """Removes files that no batch has, and what killed processes left."""
    known = {name for (name,) in database.execute("SELECT DISTINCT sha256 FROM files")}
    for path in batches_folder().glob("files/*"):
        if path.name not in known:
            path.unlink(missing_ok=True)


@contextmanager
def _reading() -> Iterator[sqlite3.Connection | None]:
    """The database, or None where there is none yet."""
    with _errors_told():
        if not _record().exists():
            yield None
            return
        with closing(_open()) as database:
            yield database


@contextmanager
def _writing(batch: str = "", who: Person = ADMINISTRATOR) -> Iterator[sqlite3.Connection]:
    """The database, within one transaction that is whole or not there; `KeepingError` where `who` may not change it."""
    with _errors_told():
        batches_folder().mkdir(parents=True, exist_ok=True)
        with closing(_open()) as database:
            database.execute("BEGIN IMMEDIATE")
            row = database.execute("SELECT owner FROM batches WHERE id = ?", (batch,)).fetchone()
            if row and (sentence := refusal(row[0], who)):
                raise KeepingError(sentence)
            yield database
            database.execute("COMMIT")


def _record() -> Path:
    return batches_folder() / "batches.sqlite"


def _open() -> sqlite3.Connection:
    database = sqlite3.connect(_record(), timeout=_PATIENCE, isolation_level=None)
    try:
        page_bytes = database.execute("PRAGMA page_size").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {_MOST_RECORD_BYTES // page_bytes}")
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(_SCHEMA)
        if "owner" not in {column for _, column, *_ in database.execute("PRAGMA table_info(batches)")}:
            with suppress(sqlite3.OperationalError):  # another process may do so as well
                database.execute("ALTER TABLE batches ADD COLUMN owner TEXT NOT NULL DEFAULT ''")
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _errors_told() -> Iterator[None]:
    """Errors of database and disk as one sentence; a damaged database is set aside, so that another begins."""
    opened = _identity()
    try:
        yield
    except sqlite3.OperationalError as error:
        raise KeepingError(f"Pages and corrections can't be kept now ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise KeepingError(_set_aside(opened)) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else error.strerror or str(error)
        raise KeepingError(f"Pages and corrections can't be kept now ({why}).") from error


def _identity() -> int | None:
    try:
        return _record().stat().st_ino
    except OSError:
        return None


def _set_aside(damaged: int | None) -> str:
    """Renames the damaged database, unless somebody else has by now; a sentence on it."""
    record = _record()
    aside = record.with_suffix(".damaged")
    try:
        if damaged == _identity():
            record.replace(aside)
            record.with_name(f"{record.name}-journal").unlink(missing_ok=True)
    except OSError:
        return "The record of kept pages is damaged and can't be replaced; nothing is kept."
    return f"The record of kept pages was damaged; it was set aside as {aside.name}, and a new one begins."
