"""A model as one zip file, out and in. An archive is never trusted: it is checked before it is imported."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from models.errors import ConfigError, InputError, ModelError
from models.files import open_regular, replacing, sha256_of_file, write_text
from models.leftovers import sweep
from models.locations import PROJECT, runs_folder
from models.records import DatasetRecord, Progress, RunRecord, now
from models.run_directory import MODEL_FILES, RunDirectory, new_id
from models.store import StoredModel, check_name, delete_directory, is_reserved_name
from models.zip_files import open_entry, open_zip

NAMES = ("run.json", "progress.jsonl", *MODEL_FILES)
"""The only files that an archive may hold, all at its top, but for its card."""

CARD = "MODEL_CARD.md"
"""For people who open the archive; an import passes it over."""

LARGEST_ARCHIVE = 100 * 1024**2
_LARGEST_FILE = 100 * 1024**2
_LARGEST_TEXTS = {"run.json": 256 * 1024, "evaluation.json": 256 * 1024, "progress.jsonl": 8 * 1024**2}
"""Bytes of what is read whole: notes of 10,000 letters, a hundred counts, the progress of 5,000 epochs."""

_LONGEST_LINE = 10_000  # bytes, of progress.jsonl
_LARGEST_DATASET = 2 * 1024**3
_LONGEST_CHECK = 120  # seconds


def export_model(model: StoredModel, path: Path, card: str = "") -> None:
    """Writes the model as run.zip to `path`, with its model card; `ModelError` where that can't be written."""
    try:
        with replacing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in NAMES:
                file = model.directory.path / name
                if file.is_file():
                    archive.write(file, name)
            if card:
                archive.writestr(CARD, card)
    except OSError as error:
        raise ModelError(f"{path}: the model can't be written there ({error.strerror}).") from None


def import_model(path: Path, owner: str = "") -> RunDirectory:
    """Checks an exported model and adds it to the own ones under a new id, as `owner`'s.

    The archive's names and sizes are checked before anything is unpacked. Then a process of its own rebuilds the
    architecture from its specification, loads the weights and compares the LiteRT file's answers with the
    network's. No pickle, layer code or stored Keras configuration is ever loaded. The scores must agree with each other
    and stay marked as claimed until the model is evaluated here (`pipeline.evaluation.model_evaluation`).

    Raises:
        InputError: it is not such an archive; one sentence says what is wrong.
    """
    sweep()
    folder = runs_folder()
    run_id = new_id()
    staged = RunDirectory(folder / f".{uuid4().hex}")
    try:
        staged.path.mkdir(parents=True)
        _unpack(path, staged.path)
        record = _read_record(path, staged)
        if staged.hash_model_files() != {name: record.files.get(name) for name in MODEL_FILES}:
            raise InputError(
                path.name, "its files are not the ones that run.json lists; it was changed or damaged."
            )
        _check_progress(path, staged)
        _verify(path, staged.path)
        record = record.model_copy(
            update={
                "id": run_id,
                "name": f"{record.name} (imported)" if is_reserved_name(record.name) else record.name,
                "dataset": _dataset_here(record.dataset),
                "created": _iso(record.created),
                "ended": _iso(record.ended) if record.ended else None,
                "owner": owner,
                "submission": 0,
                "tensorboard": "",
                "sweep": "",
                "pause_after": 0,
                "status": "finished" if record.status == "finished" else "stopped",
                "results": record.results and record.results.model_copy(update={"claimed": True}),
                "reason": f"Imported on {now()[:10]} from an archive.",
            }
        )
        write_text(staged.record_file, record.model_dump_json(indent=2) + "\n")
        final = RunDirectory(folder / run_id)
        staged.path.rename(final.path)
    except OSError as error:
        raise InputError(path.name, f"it can't be imported ({error.strerror or error}).") from None
    finally:
        if staged.path.exists():
            delete_directory(staged)
    return final


def _dataset_here(dataset: DatasetRecord) -> DatasetRecord:
    """The data that a foreign model was trained on; its path only where this machine has the same file there."""
    if dataset.path is None:
        return dataset
    try:
        file_here = Path(dataset.path)
        if not file_here.is_file() or file_here.stat().st_size > _LARGEST_DATASET:
            return dataset.model_copy(update={"path": None})
        same = sha256_of_file(file_here) == dataset.sha256
    except (OSError, ValueError):
        same = False
    return dataset if same else dataset.model_copy(update={"path": None})


def _read_record(path: Path, staged: RunDirectory) -> RunRecord:
    """The run.json of an archive; refused where it holds entries that lists and pages could not show."""
    try:
        values = json.loads(staged.record_file.read_bytes())
    except (ValueError, RecursionError):
        raise InputError(path.name, "its run.json is damaged and can't be read.") from None
    try:
        record = RunRecord.model_validate_json(json.dumps(values))
        check_name(record.name)
        for moment in (record.created, record.ended or record.created):
            _iso(moment)
        if record.results is None:
            raise ValueError("expected results")
        low, high = record.results.test_interval
        if not low <= record.results.test_accuracy <= high:
            raise ValueError("expected an interval around the accuracy")
    except (ModelError, ConfigError, TypeError, ValueError, ArithmeticError):
        raise InputError(
            path.name, "its run.json holds a name, date or figure that makes no sense."
        ) from None
    return record


def _check_progress(path: Path, staged: RunDirectory) -> None:
    """Refuses a progress.jsonl whose lines the curves could not show; there need be none."""
    try:
        with staged.progress_file.open("rb") as lines:
            while line := lines.readline(_LONGEST_LINE):
                Progress.model_validate(json.loads(line))
    except FileNotFoundError:
        return
    except (ValueError, RecursionError, ArithmeticError):
        raise InputError(
            path.name, "its progress.jsonl holds a line that is not a progress record."
        ) from None


def _iso(moment: str) -> str:
    """The moment in the one form that every reader of dates takes."""
    return datetime.fromisoformat(moment).isoformat()


def _unpack(path: Path, folder: Path) -> None:
    """Unpacks an archive that holds nothing but a model's files, each within its bound."""
    try:
        file = open_regular(path)
    except FileNotFoundError:
        raise InputError(path, "there is no such archive.") from None
    with file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_ARCHIVE:
            raise InputError(
                path.name,
                f"expected an archive of at most {LARGEST_ARCHIVE // 1024**2} MB, got {size / 1024**2:,.1f} MB.",
            )
        for name, block in _blocks(path, file):
            with (folder / name).open("ab") as sink:
                sink.write(block)


def _blocks(path: Path, file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """What the archive's files hold, in pieces, each with the name of its file."""
    try:
        with open_zip(file) as archive:
            _check_names(path, archive.namelist())
            for name in NAMES:
                if name not in archive.namelist():
                    continue
                yield name, b""
                with open_entry(archive, name, _LARGEST_TEXTS.get(name, _LARGEST_FILE)) as source:
                    while block := source.read(1 << 20):
                        yield name, block
    except InputError as error:
        raise error if error.subject else error.about(path.name) from None
    except Exception as error:  # damaged zip files raise nearly anything
        raise InputError(path.name, f"expected a zip file of a model, but it is damaged ({error}).") from None


def _check_names(path: Path, names: Sequence[str]) -> None:
    strange = sorted(set(names) - {*NAMES, CARD})
    if strange or len(names) != len(set(names)):
        what = repr(strange[0][:80]) if strange else "a file twice"
        raise InputError(path.name, f"expected only the files of a model, but it holds {what}.")
    missing = [name for name in ("run.json", *MODEL_FILES) if name not in names]
    if missing:
        raise InputError(path.name, f"expected an exported model, but {missing[0]} is missing.")


def _verify(path: Path, folder: Path) -> None:
    try:
        check = subprocess.run(
            [sys.executable, "-m", "models.verification", str(folder)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=_LONGEST_CHECK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(path.name, "checking the model took too long, so it was rejected.") from None
    if check.returncode:
        lines = check.stdout.strip().splitlines()
        reason = lines[-1] if check.returncode == 1 and lines else "the model could not be loaded"
        raise InputError(path.name, f"{reason}.")
