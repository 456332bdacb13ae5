"""The people of a Digit Lab that several share: their names, and the tokens they are known by, in `people.json`.

When each was here last is in `people_seen.json`, by name, for those who log in as well.

Knows nothing of pages. No names are asked for unless the environment variable DIGITLAB_SHARED is 1.
"""

import json
import os
import secrets
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from models.errors import ModelError
from models.files import replacing, write_text
from models.locations import home
from models.records import now
from models.store import check_name

_MOST_PEOPLE = 1000


def is_shared() -> bool:
    """Whether several people use this server, each with a name."""
    return os.environ.get("DIGITLAB_SHARED") == "1"


def has_teacher_code() -> bool:
    """Whether there is a code that lets people change everything."""
    return bool(os.environ.get("DIGITLAB_TEACHER_CODE"))


def check_teacher_code(code: str) -> None:
    """Raises `ModelError` where that is not the teacher's code."""
    wanted = os.environ.get("DIGITLAB_TEACHER_CODE", "")
    if not wanted or not secrets.compare_digest(code.encode(), wanted.encode()):
        raise ModelError("That is not the teacher's code.")


def register(name: str) -> str:
    """Gives a name to somebody new.

    Returns:
        The token that they are known by from now on.

    Raises:
        ModelError: the name is unfit or taken, there are too many people, or people.json can't be read or written.
    """
    name = check_name(name)
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with _locked():
            people = _read()
            if any(_alike(name, other) for other in people.values()):
                raise ModelError(
                    f"The name {name} is taken; choose another, or open the address that you had."
                )
            if len(people) >= _MOST_PEOPLE:
                raise ModelError(
                    f"There are {_MOST_PEOPLE:,} people here already, the most that Digit Lab takes."
                )
            token = secrets.token_urlsafe(16)
            _write({**people, token: name})
    except OSError as error:
        raise ModelError(f"{_file()}: the name can't be stored there ({error.strerror}).") from None
    return token


def name_of(token: str) -> str | None:
    """The name of whoever has that token, if anybody; `ModelError` where people.json is damaged."""
    return _read().get(token)


def note_seen(name: str) -> None:
    """Remembers that somebody is here now; where that can't be stored, it is not remembered."""
    with suppress(OSError), _locked():
        write_text(_seen_file(), json.dumps({**_read_seen(), name: now()}, indent=2) + "\n")


def last_seen() -> dict[str, str]:
    """When each of the people was here last, ISO 8601, UTC; "" for who is known by name only. By name.

    Raises:
        ModelError: people.json is damaged.
    """
    return {**dict.fromkeys(sorted(_read().values(), key=str.casefold), ""), **_read_seen()}


def forget_others(keep: str) -> None:
    """Forgets everybody but `keep`, whose tokens are worth nothing then; their names are free.

    Raises:
        ModelError: people.json is damaged or can't be written.
    """
    try:
        with _locked():
            _write({token: name for token, name in _read().items() if name == keep})
            seen = {name: moment for name, moment in _read_seen().items() if name == keep}
            write_text(_seen_file(), json.dumps(seen) + "\n")
    except OSError as error:
        raise ModelError(f"{_file()}: the names can't be removed there ({error.strerror}).") from None


def _file() -> Path:
    return home() / "people.json"


def _seen_file() -> Path:
    return home() / "people_seen.json"


def _locked() -> FileLock:
    return FileLock(_file().with_suffix(".lock"))


def _read_seen() -> dict[str, str]:
    try:
        seen = json.loads(_seen_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(moment) for name, moment in seen.items()} if isinstance(seen, dict) else {}


def _write(people: Mapping[str, str]) -> None:
    """Replaces people.json, which nobody else on the computer can read."""
    with replacing(_file()) as part:
        part.touch(0o600)
        part.write_text(json.dumps(people, indent=2) + "\n", encoding="utf-8")


def _read() -> dict[str, str]:
    """Name by token."""
    try:
        people = json.loads(_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        people = None
    if not isinstance(people, dict) or not all(isinstance(name, str) for name in people.values()):
        raise ModelError(f"{_file()}: it is damaged, so nobody can be told from another.")
    return people


def _alike(name: str, other: str) -> bool:
    """Whether people would take the two for the same name."""
    one, two = (unicodedata.normalize("NFKC", text).casefold() for text in (name, other))
    return one == two
