"""A sweep's own directory: what it tries, written once. What came of each trial is in the trial's run directory.

`sweep.json` names all trials with the ids of their runs before the first begins. So a driver that is killed anywhere
and started again finds what is there, and makes what is missing: no trial is lost, none is there twice.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from filelock import FileLock, Timeout
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from models.errors import ConfigError, ModelError
from models.files import delete_folder, open_regular, write_text
from models.locations import home, runs_folder
from models.ownership import Person
from models.records import DatasetRecord, now
from models.run_directory import RunDirectory
from models.store import check_name
from models.train_config import TrainConfig, read_stored_config
from pipeline.data.dataset import MNIST_SHA256, Dataset
from pipeline.runs.sweep.configurations import make_configurations
from pipeline.runs.sweep.spec import SweepSpec


class Trial(BaseModel):
    """One training of a sweep.

    Attributes:
        number: from 1.
        configuration: its place among the sweep's configurations.
        seed: with which it is trained.
        run: the id of its run, which need not be there yet.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    configuration: int
    seed: int
    run: str


class SweepRecord(BaseModel):
    """What sweep.json holds.

    Attributes:
        id: the directory's name: a hash of what decides the trials, so that the same spec means the same sweep.
        name: what people call it.
        owner: whose it is; "" for a lone user.
        command: the command line that carries it out, and goes on with it.
        spec: as it was read.
        dataset: what is trained on.
        created: ISO 8601, UTC.
        configurations: each with the first seed.
        trials: all of them, in the order in which they are begun.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    owner: str = ""
    command: str = ""
    spec: SweepSpec
    dataset: DatasetRecord
    created: str
    configurations: list[Annotated[TrainConfig, BeforeValidator(read_stored_config)]]
    trials: list[Trial]

    def config(self, trial: Trial) -> TrainConfig:
        """What a trial is trained with."""
        return self.configurations[trial.configuration].model_copy(update={"seed": trial.seed})


@dataclass(frozen=True)
class Sweep:
    """A sweep that is stored here, and what its sweep.json says, which never changes."""

    path: Path
    record: SweepRecord

    def run(self, trial: Trial) -> RunDirectory:
        """The run of a trial; it need not be there yet."""
        return RunDirectory(runs_folder() / trial.run)

    def driver_lock(self, timeout: float) -> FileLock:
        """What the process holds that carries the sweep out; `timeout` in seconds, 0 to try once."""
        return FileLock(self.path / "driver.lock", timeout=timeout)

    def driver_lives(self) -> bool:
        """Whether somebody carries it out now."""
        try:
            with self.driver_lock(timeout=0):
                return False
        except (Timeout, OSError):
            return True


def sweeps_folder() -> Path:
    """One directory a sweep; it need not exist yet."""
    return home() / "sweeps"


def open_or_create(spec: SweepSpec, dataset: Dataset, command: str, owner: str = "") -> Sweep:
    """The sweep of a spec: the one that is there already, or a new one.

    Args:
        spec: what to try.
        dataset: what to train on.
        command: the command line that asks for it.
        owner: whose it shall be.

    Raises:
        ConfigError: the spec asks for what there isn't.
        InputError: there are too few images for validation.
        ModelError: its name is unfit, or it can't be stored.
    """
    name = check_name(spec.name)
    configurations = make_configurations(spec)
    for config in configurations:
        dataset.split(config.validation_split, config.seed)
    path = sweeps_folder() / _id_of(spec, dataset)
    if not path.exists():
        created = datetime.now(UTC)
        record = SweepRecord(
            id=path.name,
            name=name,
            owner=check_name(owner) if owner.strip() else "",
            command=command,
            spec=spec,
            dataset=DatasetRecord(
                name=dataset.name,
                path=None if dataset.sha256 == MNIST_SHA256 else str(dataset.path),
                sha256=dataset.sha256,
            ),
            created=now(),
            configurations=configurations,
            trials=_plan_trials(len(configurations), spec.seeds, created),
        )
        _store(path, record)
    return open_sweep(path)


def _id_of(spec: SweepSpec, dataset: Dataset) -> str:
    """Twelve hexadecimal digits; the name of a sweep decides nothing that it tries."""
    decisive = spec.model_dump(mode="json", exclude={"name", "dataset"})
    text = json.dumps([decisive, dataset.sha256], sort_keys=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plan_trials(configurations: int, seeds: Sequence[int], created: datetime) -> list[Trial]:
    """Each configuration with the first seed, then each with the next; ids of runs that follow each other."""
    places = [(place, seed) for seed in seeds for place in range(configurations)]
    return [
        Trial(number=number, configuration=place, seed=seed, run=_run_id(created, number))
        for number, (place, seed) in enumerate(places, 1)
    ]


def _run_id(created: datetime, number: int) -> str:
    return f"{created + timedelta(microseconds=number):%Y%m%d-%H%M%S-%f}"


def _store(path: Path, record: SweepRecord) -> None:
    """Puts a sweep in its place as a whole; where another process was faster, its own counts."""
    part = path.with_name(f".{uuid4().hex}")
    try:
        part.mkdir(parents=True)
        write_text(part / "sweep.json", record.model_dump_json(indent=2) + "\n")
        part.rename(path)
    except OSError as error:
        if path.exists():
            delete_folder(part)
            return
        raise ModelError(f"{path.parent}: a sweep can't be stored there ({error.strerror}).") from None


def open_sweep(path: Path) -> Sweep:
    """The sweep in a directory; `ModelError` where its sweep.json is missing or damaged."""
    try:
        with open_regular(path / "sweep.json") as file:
            return Sweep(path, SweepRecord.model_validate_json(file.read()))
    except (ValidationError, ConfigError, OSError):
        raise ModelError(f"{path.name}: its sweep.json is missing or damaged.") from None


def list_sweeps() -> list[Sweep]:
    """Every sweep here, the newest first; damaged ones are passed over."""
    found = []
    folder = sweeps_folder()
    for path in folder.glob("[!.]*") if folder.is_dir() else []:
        try:
            found.append(open_sweep(path))
        except ModelError:
            continue
    return sorted(found, key=lambda sweep: sweep.record.created, reverse=True)


def find_sweep(reference: str = "") -> Sweep:
    """The sweep with that id or name, the newest without; `ModelError` if there is none or several."""
    sweeps = list_sweeps()
    if not sweeps:
        raise ModelError("There is no sweep yet; `digitlab sweep example` prints a spec to begin with.")
    if not reference:
        return sweeps[0]
    found = [sweep for sweep in sweeps if reference in (sweep.record.id, sweep.record.name)]
    if not found:
        raise ModelError(f"There is no sweep {reference!r}; `digitlab sweep list` shows them.")
    if len(found) > 1:
        ids = ", ".join(sweep.record.id for sweep in found)
        raise ModelError(f"{len(found)} sweeps are named {reference!r}; use the ID of one: {ids}.")
    return found[0]


def delete_sweep(sweep: Sweep) -> None:
    """Deletes what the sweep tries and how its trials belong together; their runs and models stay.

    Raises:
        ModelError: it is being carried out.
    """
    if sweep.driver_lives():
        raise ModelError(f"{sweep.record.name}: it is being carried out; end that before deleting it.")
    delete_folder(sweep.path)


def forget_others(who: Person) -> None:
    """Deletes the sweeps of anybody but `who`; what is nobody's stays."""
    for sweep in list_sweeps():
        if sweep.record.owner not in ("", who.name):
            delete_folder(sweep.path)
