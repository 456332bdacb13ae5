"""The trained models, shipped and own: list, find, rename, annotate, delete, choose the default.

A model is a run directory that has all of its model files and results. Knows nothing of how it was trained.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import ModelError
from models.files import delete_folder, write_text
from models.locations import PRETRAINED, runs_folder
from models.ownership import ADMINISTRATOR, Person, check_may_change
from models.records import ENDED, RunRecord
from models.run_directory import RunDirectory, is_id

DEFAULT_MODEL = "cnn-deep"
_SHIPPED = "shipped:"
_LONGEST_NAME = 60
_LONGEST_NOTES = 10_000


@dataclass(frozen=True)
class StoredModel:
    """A model that can answer.

    Attributes:
        directory: its files.
        record: what run.json said when it was listed.
        shipped: whether it came with the project; such a model is never changed or deleted.
    """

    directory: RunDirectory
    record: RunRecord
    shipped: bool

    @property
    def id(self) -> str:
        """What tells it from every other model."""
        return self.record.name if self.shipped else self.record.id

    @property
    def reference(self) -> str:
        """What `find_model` finds it, and no other, by from anywhere.

        An own model's id, "shipped:" and the name of a shipped one or, outside this home's runs, the directory.
        """
        if self.shipped:
            return _SHIPPED + self.name
        path = self.directory.path
        return self.id if path.parent in (runs_folder().resolve(), runs_folder()) else str(path)

    @property
    def name(self) -> str:
        """What people call it; not always unique."""
        return self.record.name

    @property
    def owner(self) -> str:
        """Whose it is; "" for a lone user's and for a shipped one."""
        return self.record.owner

    @property
    def version(self) -> str:
        """Changes whenever its LiteRT file does: a key for caches."""
        try:
            status = self.directory.litert_file.stat()
        except OSError:
            raise ModelError(f"{self.name}: the model no longer exists; choose another.") from None
        return f"{self.directory.path}:{status.st_mtime_ns}:{status.st_size}"


def _open(path: Path, shipped: bool) -> StoredModel:
    directory, record = _read(path)
    if record.results is None or not directory.has_model():
        raise ModelError(f"{record.name}: the run has no complete model (its status is {record.status}).")
    return StoredModel(directory, record, shipped)


def _read(path: Path) -> tuple[RunDirectory, RunRecord]:
    try:
        status = (path / "run.json").stat()
    except OSError:
        directory = RunDirectory(path)
        return directory, directory.read()  # says what is wrong
    return _read_version(path, (status.st_ino, status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=1024)
def _read_version(path: Path, version: tuple[int, ...]) -> tuple[RunDirectory, RunRecord]:  # noqa: ARG001
    """Read once for all pages that list the models; whoever writes run.json puts a new file in its place."""
    directory = RunDirectory(path)
    return directory, directory.read()


def list_models() -> list[StoredModel]:
    """The shipped models by name, then the own ones, newest first. Damaged directories are passed over."""
    return [*_list_folder(PRETRAINED), *reversed(_list_folder(runs_folder()))]


def _list_folder(folder: Path) -> list[StoredModel]:
    models = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and not path.name.startswith((".", "_")):
            try:
                models.append(_open(path, folder == PRETRAINED))
            except ModelError:
                continue
    return models


def find_model(reference: str | None = None) -> StoredModel:
    """The model meant by a reference, id, name, or path to a run directory; without any, the default.

    An own model goes before a shipped one of the same name, which "shipped:" before its name always means.

    Raises:
        ModelError: there is none, several own models have that name, or its directory is damaged.
    """
    if not reference:
        return default_model()
    models = list_models()
    for model in models:
        if model.reference == reference:
            return model
    named = [model for model in models if model.name == reference]
    own = [model for model in named if not model.shipped]
    if len(own) > 1:
        raise ambiguous_name("models", reference, [model.id for model in own])
    if named:
        return (own or named)[0]
    candidates = (Path(reference), runs_folder() / Path(reference).name)
    for path in candidates:
        if path.is_dir():
            return _open(path.resolve(), path.resolve().parent == PRETRAINED)
    names = ", ".join(model.name for model in models) or "none"
    raise ModelError(f"There is no model {reference!r}; the models are: {names}.")


def ambiguous_name(what: str, name: str, ids: Sequence[str]) -> ModelError:
    """What to raise where a name means several "models" or "runs"."""
    return ModelError(f"{len(ids)} {what} are named {name!r}; use the ID of one: {', '.join(ids)}.")


def default_model() -> StoredModel:
    """The model that the person chose, else the shipped default, else any there is."""
    models = {model.id: model for model in list_models()}
    for name in (_read_settings().get("default_model", ""), DEFAULT_MODEL):
        if name in models:
            return models[name]
    if not models:
        raise ModelError("There is no model yet; train one first.")
    return next(iter(models.values()))


def set_default(model: StoredModel, who: Person = ADMINISTRATOR) -> None:
    """Makes `model` the one that answers when none is named; `ModelError` where `who` may not."""
    check_may_change(model.owner, who)
    runs_folder().mkdir(parents=True, exist_ok=True)
    write_text(_settings_file(), json.dumps({**_read_settings(), "default_model": model.id}) + "\n")


def _settings_file() -> Path:
    return runs_folder() / "settings.json"


def _read_settings() -> dict[str, str]:
    try:
        settings = json.loads(_settings_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def rename(model: StoredModel, name: str, who: Person = ADMINISTRATOR) -> RunRecord:
    """Gives an own model another name; `ModelError` for a shipped one, an unfit name, or where `who` may not."""
    _refuse_shipped(model, "renamed")
    check_may_change(model.owner, who)
    return model.directory.update(name=check_new_name(name))


def check_name(name: str) -> str:
    """`name` with single blanks between its words; `ModelError` where it is empty, too long or unprintable."""
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise ModelError(f"A name has 1 to {_LONGEST_NAME} characters; got {len(name)}.")
    if not name.isprintable():
        raise ModelError(f"A name can't contain invisible characters; got {name!a}.")
    return name


def check_new_name(name: str) -> str:
    """As `check_name`; names of shipped models and the form of ids are refused too, so that each means one model."""
    name = check_name(name)
    if is_id(name):
        raise ModelError(f"{name} looks like a run ID; choose another name.")
    if is_reserved_name(name):
        raise ModelError(f"{name} is the name of a model that ships with Digit Lab; choose another.")
    return name


def is_reserved_name(name: str) -> bool:
    """Whether a model of that name came with the project, or the name has the form of an id."""
    return is_id(name) or any(model.name == name for model in _list_folder(PRETRAINED))


def annotate(model: StoredModel, notes: str, who: Person = ADMINISTRATOR) -> RunRecord:
    """Keeps the owner's notes with an own model; `ModelError` as of `rename`."""
    _refuse_shipped(model, "annotated")
    check_may_change(model.owner, who)
    if len(notes) > _LONGEST_NOTES:
        raise ModelError(f"Notes have at most {_LONGEST_NOTES:,} characters; got {len(notes):,}.")
    return model.directory.update(notes=notes)


def delete(model: StoredModel, who: Person = ADMINISTRATOR) -> None:
    """Deletes an own model with its run; `ModelError` for a shipped one, while it learns on, or where `who` may not."""
    _refuse_shipped(model, "deleted")
    check_may_change(model.owner, who)
    delete_run(model.directory)


def delete_run(run: RunDirectory, who: Person = ADMINISTRATOR) -> None:
    """Deletes a run, whole or damaged; `ModelError` while it waits or trains, or where `who` may not."""
    try:
        record = run.read()
        owner, state = record.owner, run.state(record)
    except ModelError:
        owner, state = "", "failed"
    check_may_change(owner, who)
    if state not in ENDED:
        raise ModelError(f"{run.id}: it is {state}; stop it before deleting it.")
    delete_directory(run)


def delete_directory(directory: RunDirectory) -> None:
    """Deletes a directory below this home's runs: first out of sight, then from the disk."""
    if directory.path.resolve().parent != runs_folder().resolve():
        raise ModelError(f"{directory.path}: only runs in {runs_folder()} can be deleted.")
    try:
        delete_folder(directory.path)
    except FileNotFoundError:
        raise ModelError(f"{directory.id}: the run no longer exists.") from None


def _refuse_shipped(model: StoredModel, verb: str) -> None:
    if model.shipped:
        raise ModelError(f"{model.name} ships with Digit Lab and can't be {verb}.")
