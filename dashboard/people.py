"""The people of a Digit Lab that several share: their names, and the tokens they are known by, in `people.json`.

Knows nothing of pages. No names are asked for unless the environment variable DIGITLAB_SHARED is 1.
"""

import json
import os
import secrets
import unicodedata
from pathlib import Path

from filelock import FileLock

from models.errors import ModelError
from models.files import replacing
from models.locations import home
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
        with FileLock(_file().with_suffix(".lock")):
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
            with replacing(_file()) as part:
                part.touch(0o600)
                part.write_text(json.dumps({**people, token: name}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{_file()}: the name can't be stored there ({error.strerror}).") from None
    return token


def name_of(token: str) -> str | None:
    """The name of whoever has that token, if anybody; `ModelError` where people.json is damaged."""
    return _read().get(token)


def _file() -> Path:
    return home() / "people.json"


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
