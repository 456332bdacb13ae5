"""How far somebody has come in the lesson and in contests: one small JSON file a person, in `<home>/lessons/`."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.digits import DIGITS
from models.errors import ModelError
from models.files import open_regular, write_text
from models.locations import home
from models.ownership import Person
from models.records import now

LONGEST_SENTENCE = 400
LONGEST_NAME = 80
_MOST_CONTESTS = 20
"""Contests that are remembered, the newest ones."""

Answer = Annotated[int, Field(ge=0, lt=DIGITS)]


class Outcome(BaseModel):
    """What came of a step.

    Attributes:
        value: the true answer to its question.
        told: one or two sentences on it.
        model: id of the model that it is about; "" where none is.
        model_name: what people call it.
        shipped: whether a shipped model stood in for a training.
        moment: when it was found, ISO 8601, UTC.
    """

    model_config = ConfigDict(frozen=True)

    value: int | str
    told: str
    model: str = ""
    model_name: str = ""
    shipped: bool = False
    moment: str = Field(default_factory=now)


class StepProgress(BaseModel):
    """What somebody predicted in a step and when, what came of it, and their own sentence on it."""

    model_config = ConfigDict(frozen=True)

    prediction: int | str | None = None
    predicted: str = ""
    outcome: Outcome | None = None
    sentence: str = Field(default="", max_length=LONGEST_SENTENCE)


class ContestRecord(BaseModel):
    """One contest: its number, the model played against, the answers so far, and in the end the scores.

    Attributes:
        seed: the contest's number.
        model: id of the model.
        model_name: what people call it.
        answers: of the person, one a digit.
        scores: how many digits the person and the model read right, of how many; None before the end.
    """

    model_config = ConfigDict(frozen=True)

    seed: int
    model: str
    model_name: str
    answers: tuple[Answer, ...] = ()
    scores: tuple[int, int, int] | None = None


class LessonProgress(BaseModel):
    """All of one person: whose it is, the name on their report, the steps by key, contests with the newest last."""

    model_config = ConfigDict(frozen=True)

    owner: str = ""
    name: str = Field(default="", max_length=LONGEST_NAME)
    steps: dict[str, StepProgress] = {}
    contests: tuple[ContestRecord, ...] = ()

    def step(self, key: str) -> StepProgress:
        """How far a step is."""
        return self.steps.get(key, StepProgress())

    def with_step(self, key: str, **changes: object) -> "LessonProgress":
        """The same with a step changed."""
        changed = self.step(key).model_copy(update=changes)
        return self.model_copy(update={"steps": {**self.steps, key: changed}})

    def contest(self, seed: int, model: str) -> ContestRecord | None:
        """The contest with that number against that model, if it was begun."""
        return next((entry for entry in self.contests if (entry.seed, entry.model) == (seed, model)), None)

    def with_contest(self, record: ContestRecord) -> "LessonProgress":
        """The same with this contest as the newest one."""
        others = [
            entry for entry in self.contests if (entry.seed, entry.model) != (record.seed, record.model)
        ]
        return self.model_copy(update={"contests": (*others, record)[-_MOST_CONTESTS:]})

    def last_contest(self) -> ContestRecord | None:
        """The newest one that was played to its end."""
        return next((entry for entry in reversed(self.contests) if entry.scores), None)


def folder() -> Path:
    """Where they are; it need not exist yet."""
    return home() / "lessons"


def read_progress(who: Person) -> LessonProgress:
    """How far that person is; nothing done where they never began. `ModelError` where the file is damaged."""
    try:
        return _read(_file(who.name))
    except FileNotFoundError:
        return LessonProgress(owner=who.name)
    except (OSError, ValidationError):
        raise ModelError(
            f"{_file(who.name)}: the progress in the lesson is damaged; delete the file to begin anew."
        ) from None


def change_progress(who: Person, change: Callable[[LessonProgress], LessonProgress]) -> LessonProgress:
    """Changes what is known of a person, whose other browser tabs wait their turn.

    Raises:
        ModelError: the file is damaged, or can't be written.
    """
    file = _file(who.name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_suffix(".lock")):
            progress = change(read_progress(who))
            write_text(file, progress.model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise ModelError(f"{file}: the progress can't be stored there ({error.strerror}).") from None
    return progress


def forget_others(who: Person) -> None:
    """Deletes the progress of everybody who has a name, but for `who`'s."""
    for file in folder().glob("[!.]*.json"):
        try:
            owner = _read(file).owner
        except (OSError, ValidationError):
            continue  # nobody knows whose it is
        if owner not in ("", who.name):
            with suppress(FileNotFoundError):
                file.unlink()


def _file(owner: str) -> Path:
    """Named by a hash: people's names may hold what file names can't."""
    return folder() / f"{hashlib.sha256(owner.encode()).hexdigest()[:32]}.json"


def _read(file: Path) -> LessonProgress:
    with open_regular(file) as content:
        return LessonProgress.model_validate_json(content.read())
