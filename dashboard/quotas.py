"""What each person has on a shared server, and how much that may be. Knows nothing of pages.

The bounds are for people who share a server: the teacher, the command line and a lone user have none.
"""

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard import batch_store
from models.errors import ConfigError, DigitLabError
from models.ownership import ADMINISTRATOR, Person
from pipeline.data import saved_digits, user_datasets
from pipeline.runs.waiting import readable_runs

_MB = 1024**2


class QuotaError(DigitLabError):
    """Somebody has as much as a person may have."""


@dataclass(frozen=True)
class Quota:
    """The most that a person may have.

    Attributes:
        runs: whether they wait, train or have ended; models among them.
        digits: saved digits.
        megabytes: of disk, for all that is theirs.
    """

    runs: int
    digits: int
    megabytes: int


@dataclass(frozen=True)
class Holding:
    """What a person has.

    Attributes:
        runs: models among them.
        models: runs that can answer.
        digits: saved digits.
        size: bytes on the disk, data sets and pages of Read included.
    """

    runs: int = 0
    models: int = 0
    digits: int = 0
    size: int = 0


def quota() -> Quota:
    """The bounds, from the environment; `ConfigError` where one is no whole number."""
    return Quota(
        runs=_bound("DIGITLAB_MOST_RUNS", 30),
        digits=_bound("DIGITLAB_MOST_DIGITS", 200),
        megabytes=_bound("DIGITLAB_MOST_MB", 500),
    )


def check_quota(who: Person, *, runs: int = 0, digits: int = 0, size: int = 0) -> None:
    """Whether `who` may have that much more.

    Args:
        who: asks for it.
        runs: to be added.
        digits: to be saved.
        size: bytes to be stored.

    Raises:
        QuotaError: it would be too much; one sentence that says what to do.
        ConfigError: as of `quota`.
    """
    if who.teacher:
        return
    most, has = quota(), holdings([who.name])[who.name]
    if has.runs + runs > most.runs:
        raise QuotaError(
            f"You have {has.runs} of at most {most.runs} runs; delete one on Models or Train, then try again."
        )
    if has.digits + digits > most.digits:
        raise QuotaError(
            f"You have {has.digits} of at most {most.digits} saved digits; delete some on Recognize, then try again."
        )
    if has.size + size > most.megabytes * _MB:
        raise QuotaError(
            f"You use {in_megabytes(has.size)} of at most {most.megabytes:,} MB on this server; "
            "delete models, data sets, saved digits or pages, then try again."
        )


def holdings(names: Iterable[str]) -> dict[str, Holding]:
    """What each of these people has; `KeepingError` where the record of kept pages can't be read."""
    names = set(names)
    runs, models, digits = Counter[str](), Counter[str](), Counter[str]()
    sizes = Counter(batch_store.bytes_by_owner())
    for run, record in readable_runs():
        if record.owner in names:
            runs[record.owner] += 1
            models[record.owner] += record.results is not None and run.has_model()
            sizes[record.owner] += _size(run.path.rglob("*"))
    # who sees few digits sees them sooner
    looks = Person(next(iter(names))) if len(names) == 1 else ADMINISTRATOR
    for digit in saved_digits.list_saved(looks):
        digits[digit.record.owner] += 1
        sizes[digit.record.owner] += _size([digit.picture_file, digit.image_file])
    for dataset in user_datasets.list_saved():
        sizes[dataset.owner] += _size(dataset.path.parent.rglob("*"))
    return {name: Holding(runs[name], models[name], digits[name], sizes[name]) for name in names}


def in_megabytes(size: int) -> str:
    """Bytes for people: 12.3 MB."""
    return f"{size / _MB:,.1f} MB"


def _size(files: Iterable[Path]) -> int:
    """Bytes of these files; of those that go meanwhile, none."""
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size
    return total


def _bound(variable: str, default: int) -> int:
    value = os.environ.get(variable, "").strip() or str(default)
    if not value.isdecimal():
        raise ConfigError(f"{variable}: expected a whole number, got {value!r}.")
    return int(value)
