"""What comes in as an archive is checked before it is kept."""

import hashlib
import io
import json
import math
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.archive import CARD, export_model, import_model
from models.errors import InputError
from models.locations import runs_folder
from models.run_directory import RunDirectory
from models.store import find_model, list_models
from pipeline.data.dataset_import import prepare
from tests.conftest import full_disk, results_of


@pytest.fixture
def exported(tiny_model: Path, tmp_path: Path) -> Path:
    export_model(find_model("tiny"), tmp_path / "tiny.zip", "# tiny")
    return tmp_path / "tiny.zip"


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with its entries changed."""
    with zipfile.ZipFile(path) as source:
        entries = {name: source.read(name) for name in source.namelist()}
    change(entries)
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as sink:
        for name, content in entries.items():
            sink.writestr(name, content)
    return target


@pytest.mark.slow
def test_an_exported_model_comes_back_as_it_was(exported: Path) -> None:
    before = find_model("tiny")
    before.directory.update(tensorboard="/elsewhere")
    export_model(find_model("tiny"), exported, "# tiny")
    run = import_model(exported, "ann")
    assert run.id != before.record.id
    assert run.litert_file.read_bytes() == before.directory.litert_file.read_bytes()
    record = run.read()
    assert (record.name, record.owner, record.config, record.results) == (
        "tiny",
        "ann",
        before.record.config,
        results_of(before.record).model_copy(update={"claimed": True}),
    )
    assert "Imported" in record.reason
    assert record.tensorboard == "", "a folder of another computer"
    assert CARD in zipfile.ZipFile(exported).namelist()
    assert not (run.path / CARD).exists()
    assert len([model for model in list_models() if not model.shipped]) == 2


@pytest.mark.slow
def test_the_default_model_with_its_refusal_class_comes_back_too(home: Path, tmp_path: Path) -> None:
    export_model(find_model("cnn-deep"), tmp_path / "deep.zip")
    assert import_model(tmp_path / "deep.zip").read().config.not_a_digit > 0


def _escape(entries: dict[str, bytes]) -> None:
    entries["../outside.txt"] = b"out"


def _extra(entries: dict[str, bytes]) -> None:
    entries["startup.py"] = b"print('hello')"


def _missing(entries: dict[str, bytes]) -> None:
    del entries["model.tflite"]


def _changed(entries: dict[str, bytes]) -> None:
    entries["model.keras"] = entries["model.keras"][:-1] + b"x"


def _damaged_record(entries: dict[str, bytes]) -> None:
    entries["run.json"] = b"{"


def _with_entry(*place: str, value: object) -> Callable[[dict[str, bytes]], None]:
    """Another value at a place of run.json, such as "config", "seed"."""

    def change(entries: dict[str, bytes]) -> None:
        record = json.loads(entries["run.json"])
        part = record
        for name in place[:-1]:
            part = part[name]
        part[place[-1]] = value
        entries["run.json"] = json.dumps(record).encode()

    return change


def _with_progress(**figures: object) -> Callable[[dict[str, bytes]], None]:
    """The curves' last line with other figures."""

    def change(entries: dict[str, bytes]) -> None:
        last = json.loads(entries["progress.jsonl"].splitlines()[-1])
        entries["progress.jsonl"] += json.dumps({**last, **figures}).encode() + b"\n"

    return change


def _odd_progress(entries: dict[str, bytes]) -> None:
    entries["progress.jsonl"] = b"[1]\n"


def _with_file(name: str, content: Callable[[], bytes]) -> Callable[[dict[str, bytes]], None]:
    """The file replaced, and run.json so that it lists the new one."""

    def change(entries: dict[str, bytes]) -> None:
        entries[name] = content()
        record = json.loads(entries["run.json"])
        record["files"][name] = hashlib.sha256(entries[name]).hexdigest()
        entries["run.json"] = json.dumps(record).encode()

    return change


def _with_evaluation(**figures: object) -> Callable[[dict[str, bytes]], None]:
    """The evaluation with other figures."""

    def change(entries: dict[str, bytes]) -> None:
        evaluation = json.loads(entries["evaluation.json"])
        _with_file("evaluation.json", lambda: json.dumps({**evaluation, **figures}).encode())(entries)

    return change


def _all_right(entries: dict[str, bytes]) -> None:
    """An evaluation without a mistake, at one with itself."""
    counts = np.array(json.loads(entries["evaluation.json"])["confusion"]).sum(1).tolist()
    classes = [
        {"digit": digit, "precision": 1, "recall": 1, "f1": 1, "support": count}
        for digit, count in enumerate(counts)
    ]
    figures = {"accuracy": 1, "error_count": 0, "confusion": np.diag(counts).tolist(), "classes": classes}
    _with_evaluation(**figures, interval=[0.99, 1], confused_pairs=[])(entries)


def _long_header() -> bytes:
    """Predictions of 1 MB whose array claims a header of 1 GB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("probabilities.npy", b"\x93NUMPY\2\0\0\0\0\x40" + b" " * 2**20)
    return file.getvalue()


# an array of objects would need pickling: it is never unpickled
def _packed(probabilities: NDArray[Any]) -> Callable[[], bytes]:
    def pack() -> bytes:
        file = io.BytesIO()
        np.savez(file, probabilities=probabilities)
        return file.getvalue()

    return pack


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_with_entry("results", "human_accuracy", value="0.99"), "figure that makes no sense"),
        (_with_entry("results", "parameters", value=10**400), "figure that makes no sense"),
        (_with_entry("seconds", value=math.inf), "figure that makes no sense"),
        (_with_entry("epochs_done", value=-1), "figure that makes no sense"),
        (_with_entry("epochs_done", value=10**30), "figure that makes no sense"),
        (_with_entry("config", "epochs", value=10**400), "figure that makes no sense"),
        (_with_entry("config", "seed", value=10**30), "figure that makes no sense"),
        (_with_entry("config", "seed", value="seven"), "figure that makes no sense"),
        (_odd_progress, "not a progress record"),
        (_with_progress(loss="low"), "not a progress record"),
        (_with_progress(loss=10**400), "not a progress record"),
        (_with_progress(steps=0), "not a progress record"),
        (_with_progress(seconds=math.nan), "not a progress record"),
        (_with_progress(val_loss=0.1, val_accuracy=None), "not a progress record"),
        (_with_file("predictions.npz", _packed(np.zeros((1000, 3)))), "not ten probabilities for each"),
        (
            _with_file("predictions.npz", _packed(np.full((1000, 10), np.nan))),
            "not ten probabilities for each",
        ),
        (_with_file("predictions.npz", _packed(np.array([{}]))), "predictions or its evaluation are damaged"),
        (_with_file("predictions.npz", _long_header), "predictions or its evaluation are damaged"),
        (_with_file("predictions.npz", _packed(np.tile([2.0, -1.0] + [0.0] * 8, (1000, 1)))), "from 0 to 1"),
        (_with_file("predictions.npz", _packed(np.eye(10)[[3] * 1000])), "not count the answers"),
        (_all_right, "not count the answers"),
        (_with_evaluation(accuracy=1), "not that of its confusion matrix"),
        (_with_evaluation(error_count=0), "counts other mistakes"),
        (
            _with_evaluation(classes=[{"digit": 3, "precision": 1, "recall": 1, "f1": 1, "support": 1000}]),
            "single",
        ),
        (_with_evaluation(human_accuracy=1e9), "predictions or its evaluation are damaged"),
        (_with_evaluation(loss=0.0), r"different figures: loss 0\.\d+ and 0\.0\."),
        (_with_evaluation(interval=[0.99, 1]), "different figures: lower bound"),
        (_with_entry("results", "human_accuracy", value=1.0), "different figures: accuracy by human votes"),
        (_with_evaluation(confusion=[]), "confusion matrix does not count"),
        (_with_entry("notes", value="!" * 2**20), "run.json: expected at most 0.25 MB unpacked, got 1.0"),
        (
            _with_file("evaluation.json", lambda: b'{"confusion": []}'),
            "predictions or its evaluation are damaged",
        ),
        (_with_file("evaluation.json", lambda: b"{}"), "predictions or its evaluation are damaged"),
        (_escape, r"holds '\.\./outside\.txt'"),
        (_extra, "holds 'startup.py'"),
        (_missing, r"model\.tflite is missing"),
        (_changed, "changed or damaged"),
        (_damaged_record, r"run\.json is damaged"),
    ],
)
def test_an_odd_archive_is_refused_and_leaves_nothing(
    exported: Path, change: Callable[[dict[str, bytes]], None], complaint: str
) -> None:
    before = sorted(path.name for path in runs_folder().iterdir())
    with pytest.raises(InputError, match=complaint) as caught:
        import_model(rewrite(exported, change))
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in runs_folder().iterdir()) == before
    assert not (runs_folder().parent / "outside.txt").exists()


@pytest.mark.slow
def test_weights_that_do_not_belong_to_the_architecture_are_refused(exported: Path) -> None:
    def claim_another(entries: dict[str, bytes]) -> None:
        record = json.loads(entries["run.json"])
        record["config"]["parameters"]["hidden_1"] = 64
        entries["run.json"] = json.dumps(record).encode()

    with pytest.raises(InputError, match="weights do not fit the architecture"):
        import_model(rewrite(exported, claim_another))


def test_what_is_no_archive_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match="damaged"):
        import_model(tmp_path / "text.zip")
    with pytest.raises(InputError, match="no such archive"):
        import_model(tmp_path / "none.zip")


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("claimed", [None, 100])
def test_what_unpacks_beyond_the_bound_or_beyond_what_it_claims_is_refused(
    exported: Path, packing: int, claimed: int | None
) -> None:
    """Bzip2 makes 45 GB of a megabyte, and Python unpacks it without a bound."""
    with zipfile.ZipFile(exported, "a", packing) as file:
        file.filelist = [entry for entry in file.filelist if entry.filename != "progress.jsonl"]
        del file.NameToInfo["progress.jsonl"]
        file.writestr("progress.jsonl", bytes(20 * 1024**2))
        entry = file.getinfo("progress.jsonl")
        entry.file_size = claimed or entry.file_size
    before = sorted(runs_folder().iterdir())
    tracemalloc.start()
    with pytest.raises(InputError, match=r"at most 8 MB unpacked, got 20 MB|damaged|packed in another way"):
        import_model(exported)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 1024**2
    assert sorted(runs_folder().iterdir()) == before


def test_a_disk_without_room_is_told_as_such(exported: Path) -> None:
    before = sorted(runs_folder().iterdir())
    with full_disk(), pytest.raises(InputError, match=r"it can't be imported \(File too large\)"):
        import_model(exported)
    assert sorted(runs_folder().iterdir()) == before


def test_an_archive_or_data_set_beyond_its_bound_is_told_in_a_sentence(home: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(101 * 1024**2)
    with pytest.raises(InputError, match=r"expected an archive of at most 100 MB, got 101\.0 MB"):
        import_model(large)
    with pytest.raises(InputError, match=r"large\.npz: expected a data set of at most 200 MB, got 201\.0 MB"):
        prepare(io.BytesIO(bytes(201 * 1024**2)), "large.npz")


def test_a_run_without_a_model_is_not_listed(tiny_model: Path) -> None:
    RunDirectory(tiny_model).litert_file.unlink()
    assert [model for model in list_models() if not model.shipped] == []
