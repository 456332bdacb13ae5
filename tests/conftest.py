"""Real MNIST in small pieces, a home of its own for each test, and the command line as a process."""

import gc
import json
import math
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image, ImageDraw

from models.locations import runs_folder
from models.records import ModelResults, Progress, RunRecord
from models.run_directory import RunDirectory
from models.train_config import TrainConfig
from pipeline.data.dataset import Dataset
from pipeline.runs.queue import create, resume
from pipeline.runs.waiting import dispatcher_lock
from pipeline.runs.worker import main as carry_out
from tests.command import call_digitlab

PROJECT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Sees to it that the processes of the tests take no more of the processor than they need.

    Where Python is told to keep no bytecode, as in many containers, each process would compile all that it imports:
    TensorFlow's start takes 11 s of CPU time instead of 4 s. Threads that wait for each other keep a core busy that
    another test needs: three small epochs take 4.2 s of CPU time with two threads and 2.7 s with one.
    """
    for threads in ("TF_NUM_INTRAOP_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(PROJECT / ".pytest_cache" / "bytecode")
    gc.disable()  # until all tests are imported, which makes no garbage


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts long tests before short ones, or a long one at the end would leave the other worker without work.

    Of two workers each begins with half of the tests: one with those of the browser, which share it and a server, the
    other with the slow ones. Each takes from what is left of the other's half once its own is done.
    """
    browser = [item for item in items if item.get_closest_marker("browser")]
    slow = [item for item in items if item.get_closest_marker("slow") and item not in browser]
    long = {*browser, *slow}
    short = [item for item in items if item not in long]
    fill = max(0, len(items) // 2 - len(browser))
    items[:] = browser + short[:fill] + slow + short[fill:]


def pytest_collection_finish() -> None:
    """Streamlit collects garbage after every run of a page; what is imported by now need not be looked through."""
    gc.freeze()
    gc.enable()


@dataclass
class Outcome:
    """What a finished `digitlab` call left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    def json_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "DIGITLAB_HOME": str(home), "PYTHONPATH": str(PROJECT), "COLUMNS": "200"}


def start_digitlab(*arguments: object, home: Path) -> "subprocess.Popen[str]":
    """A call that goes on, as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_digitlab(*arguments: object, home: Path) -> Outcome:
    """A call that ends by itself (tests/command.py)."""
    if hasattr(os, "fork"):
        code, out, err = call_digitlab([str(word) for word in arguments], home, _environment(home))
    else:
        with start_digitlab(*arguments, home=home) as process:
            out, err = process.communicate(timeout=300)
            code = process.returncode
    assert "Traceback" not in err, err
    return Outcome(code, out, err)


Digitlab = Callable[..., Outcome]

SMALL_CNN = {"filters_1": 8, "filters_2": 8, "units": 32}
"""Parameters of a cnn where it counts that a network is trained, and not which."""

LONG_TRAINING = (
    *("--arch", "cnn", "--epochs", 400, "--batch-size", 8),
    *(word for name, size in SMALL_CNN.items() for word in ("--set", f"{name}={size}")),
)
"""Options of a training run that goes on until somebody ends it."""


def train_here(config: TrainConfig, dataset: Dataset, name: str = "") -> RunDirectory:
    """A run that is over, carried out by this process: all tests that do it load TensorFlow once."""
    run = create(config, dataset, name, status="queued")
    assert _carry_out_here(run) == 0
    return run


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Puts the main module back that AppTest replaces by its script: a process that is spawned would run that."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def train_command_here(digitlab: Digitlab, *options: object) -> RunDirectory:
    """As `train_here`, a run that `digitlab train` puts in the queue with these options."""
    with dispatcher_lock(timeout=0):  # as if a dispatcher lived, so that none is started
        (queued,) = digitlab("train", *options, "--detach", "--json").json_lines()
    run = RunDirectory(runs_folder() / queued["run"])
    assert _carry_out_here(run) == 0
    return run


def resume_here(run: RunDirectory, more_epochs: int = 0) -> int:
    """Has a run go on in this process, as `train_here`; the exit code of its worker."""
    with dispatcher_lock(timeout=60):  # as if a dispatcher lived; one that carried out the run before may end
        resume(run, more_epochs)
    return _carry_out_here(run)


def _carry_out_here(run: RunDirectory) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's and Keras's own, as in the process of a worker
        return carry_out(str(run.path))


def results_of(record: RunRecord) -> ModelResults:
    """What came of a run that has been evaluated."""
    assert record.results is not None
    return record.results


def a_progress(epoch: int = 1, loss: float = 0.5, accuracy: float = 0.8, **more: Any) -> Progress:
    """A line of progress.jsonl as a training of ten steps an epoch writes it."""
    line = {"step": 10, "steps": 10, "images": 1000 * epoch, "seconds": 10.0 * epoch, **more}
    return Progress(epoch=epoch, loss=loss, accuracy=accuracy, **line)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DIGITLAB_HOME, for this process too."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("DIGITLAB_HOME", str(folder))
    return folder


@pytest.fixture
def digitlab(home: Path) -> Digitlab:
    """Calls the command line as people do, in a process, with the test's own home."""
    return lambda *arguments: run_digitlab(*arguments, home=home)


def save_digits(path: Path, train: int, test: int) -> Path:
    """The first digits of MNIST as a dataset file."""
    with np.load(PROJECT / "pipeline" / "data" / "mnist.npz") as mnist:
        np.savez(
            path,
            x_train=mnist["x_train"][:train],
            y_train=mnist["y_train"][:train],
            x_test=mnist["x_test"][:test],
            y_test=mnist["y_test"][:test],
        )
    return path


def a_star(path: Path) -> Path:
    """A drawing that is no digit, in a picture."""
    star = Image.new("L", (300, 300), 255)
    corners = [(150 + 110 * math.sin(2.513 * n), 150 - 110 * math.cos(2.513 * n)) for n in range(6)]
    ImageDraw.Draw(star).line(corners, 0, 14, "curve")
    star.save(path)
    return path


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test run that all of pytest-xdist's workers see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def few_digits(shared_folder: Path) -> Path:
    """2,000 training and 1,000 test digits of MNIST."""
    path = shared_folder / "few.npz"
    with FileLock(shared_folder / "few.lock"):
        if not path.exists():
            save_digits(path, 2000, 1000)
    return path


@pytest.fixture(scope="session")
def trained_home(shared_folder: Path, few_digits: Path) -> Path:
    """A home with one model, called "tiny", trained by the command line.

    That wrote `training.jsonl` and, for TensorBoard, the folder `curves`.

    Tests copy it and leave it as it is.
    """
    folder, done = shared_folder / "trained", shared_folder / "trained.done"
    settings = ("--arch", "dense", "--epochs", 3, "--batch-size", 32, "--dataset", few_digits, "--seed", 0)
    with FileLock(shared_folder / "trained.lock"):
        if not done.exists():
            folder.mkdir()
            logs = ("--tensorboard", folder / "curves")
            outcome = run_digitlab("train", *settings, *logs, "--name", "tiny", "--json", home=folder)
            assert outcome.code == 0, outcome.err
            (folder / "training.jsonl").write_text(outcome.out)
            (run,) = (path for path in (folder / "runs").iterdir() if path.is_dir())
            RunDirectory(run).update(tensorboard="")  # copies that train on write elsewhere
            done.touch()
    return folder


@contextmanager
def full_disk() -> Iterator[None]:
    """No file grows beyond 10 kB, with an error number of its own; the test is skipped where files have no limit."""
    resource = pytest.importorskip("resource")
    usual, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, most))


def copy_model(model: Path, run_id: str, name: str) -> Path:
    """The run directory of a copy of a model under another id."""
    copy = model.parent / run_id
    shutil.copytree(model, copy)
    record = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**record, "id": run_id, "name": name}))
    return copy


@pytest.fixture
def tiny_model(home: Path, trained_home: Path) -> Path:
    """The run directory of "tiny", copied into the test's own home."""
    shutil.copytree(trained_home / "runs", home / "runs")
    return next(path for path in (home / "runs").iterdir() if path.is_dir())
