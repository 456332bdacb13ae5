"""The queue: whose turn it is, how many may wait, who starts them, and what holds it up."""

import os
import signal
import time
from pathlib import Path

import pytest
from filelock import FileLock

from models.errors import ModelError
from models.run_directory import RunDirectory
from models.train_config import make_config
from pipeline.data.dataset import Dataset, load_dataset
from pipeline.runs.priority import lower_session
from pipeline.runs.queue import resume, stop, submit
from pipeline.runs.waiting import (
    MOST_OF_OWNER,
    MOST_WAITING,
    WaitingRun,
    list_runs,
    order_fairly,
    waiting_runs,
)
from tests.conftest import Digitlab, start_digitlab
from tests.pipeline.runs.test_queue import wait_for


@pytest.mark.parametrize(
    ("waiting", "starts", "order"),
    [
        ("", "", ""),
        ("a2 a10 a1", "", "a1 a2 a10"),
        ("a1 a2 a3 b4 b5 c6", "", "a1 b4 c6 a2 b5 a3"),
        ("a1 a2 b3", "a", "b3 a1 a2"),
        ("a1 b2 c3", "c a b", "c3 a1 b2"),
        ("a1 b2 c3", "b", "a1 c3 b2"),
        ("a1 a2 b3", "b b b a", "b3 a1 a2"),
        ("a1 b2", "a a a a b", "a1 b2"),
    ],
)
def test_owners_take_turns(waiting: str, starts: str, order: str) -> None:
    """`a1` is the run of owner a with number 1; `starts` are the owners of earlier runs, the latest last."""
    runs = [WaitingRun(RunDirectory(Path(word)), word[0], int(word[1:])) for word in waiting.split()]
    assert [run.directory.id for run in order_fairly(runs, starts.split())] == order.split()


@pytest.fixture
def digits(few_digits: Path) -> Dataset:
    return load_dataset(few_digits)


@pytest.fixture
def held_queue(home: Path) -> FileLock:
    """Nothing is started while the test holds this lock, as if a dispatcher lived."""
    (home / "runs").mkdir()
    return FileLock(home / "runs" / "dispatcher.lock")


def test_a_waiting_run_is_a_file_with_its_owner_and_place(
    held_queue: FileLock,
    digits: Dataset,
    few_digits: Path,
    digitlab: Digitlab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with held_queue:
        submit(make_config("dense"), digits, "first", owner="ann")
        monkeypatch.setenv("DIGITLAB_OWNER", "ann")
        train = ("train", "--arch", "dense", "--dataset", few_digits, "--detach")
        assert digitlab(*train, "--name", "second").code == 0
        assert digitlab(*train, "--name", "third", "--owner", "bob").code == 0
        listed = digitlab("runs", "list", "--json").json_lines()
        assert [(row["name"], row["owner"], row["place"]) for row in listed] == [
            ("first", "ann", 1),
            ("second", "ann", 3),
            ("third", "bob", 2),
        ]
        assert "queued (3)" in digitlab("runs", "list").out
        assert not processes("worker", held_queue)


def test_bounds_hold_for_an_owner_and_for_all(
    held_queue: FileLock, digits: Dataset, few_digits: Path, digitlab: Digitlab
) -> None:
    config = make_config("dense", epochs=1)
    with held_queue:
        for owner in range(MOST_WAITING // MOST_OF_OWNER):
            for _ in range(MOST_OF_OWNER):
                submit(config, digits, owner=f"owner {owner}")
            with pytest.raises(ModelError, match="You have 10 runs waiting"):
                submit(config, digits, owner=f"owner {owner}")
        refused = digitlab("train", "--arch", "dense", "--dataset", few_digits, "--owner", "latecomer")
        assert refused.code == 2
        assert "40 runs are waiting, the most that this computer takes; try again" in refused.err
        assert len(list_runs()) == MOST_WAITING


def test_the_order_is_that_of_submission_whatever_the_clock_said(
    held_queue: FileLock, digits: Dataset, digitlab: Digitlab
) -> None:
    names = ("submitted in 2099", "submitted next")
    with held_queue:
        ahead, later = (submit(make_config("dense", epochs=1), digits, name) for name in names)
        record = ahead.read().model_copy(
            update={"id": "20990101-000000-000000", "created": "2099-01-01T00:00:00.000+00:00"}
        )
        ahead.path.rename(ahead.path.with_name(record.id))
        ahead = RunDirectory(ahead.path.with_name(record.id))
        ahead.write(record)
        assert [run.directory.id for run in waiting_runs()] == [ahead.id, later.id]
        assert digitlab("runs", "stop", ahead.id).err == "Took submitted in 2099 out of the queue.\n"
        assert ahead.state() == "stopped"
        assert [run.directory.id for run in waiting_runs()] == [later.id]
        assert digitlab("runs", "delete", ahead.id).code == 0


def test_a_resumed_run_joins_the_queue_anew(held_queue: FileLock, digits: Dataset) -> None:
    with held_queue:
        first, second = (submit(make_config("dense", epochs=1), digits) for _ in range(2))
        stop(first)
        resume(first)
        assert [run.directory.id for run in waiting_runs()] == [second.id, first.id]
        stop(second)
        stop(first)
        before = first.read().submission
        assert resume(first).submission > before, "no number is given to a run twice"


def test_ctrl_c_takes_a_run_that_waits_out_of_the_queue(
    home: Path, held_queue: FileLock, digits: Dataset, few_digits: Path
) -> None:
    with held_queue:
        submit(make_config("dense"), digits)
        with start_digitlab("train", "--dataset", few_digits, "--json", home=home) as process:
            assert process.stderr is not None
            assert "is waiting for 1 other run to finish" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert '"status": "stopped"' in out
        assert "Stopped before anything was learned." in out


def processes(kind: str, queue: FileLock) -> list[int]:
    """The dispatchers or workers of this home."""
    home = f"DIGITLAB_HOME={Path(queue.lock_file).parent.parent}"
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_text().split("\0")
                if f"pipeline.runs.{kind}" in words and home in (process / "environ").read_text().split("\0"):
                    found.append(int(process.name))
            except (OSError, UnicodeDecodeError):
                continue
    return found


def session_priority(process: int) -> int | None:
    """How nice a process's session is to others; None where the system shares nothing between sessions."""
    try:
        words = Path(f"/proc/{process}/autogroup").read_text().split()
    except FileNotFoundError:
        words = []
    return int(words[-1]) if words else None


def test_one_process_waits_for_all_and_is_replaced_when_it_is_killed(
    home: Path, held_queue: FileLock, tmp_path: Path, few_digits: Path, digitlab: Digitlab
) -> None:
    """The runs' data is changed, so each of them fails as soon as it begins."""
    copy = tmp_path / "copy.npz"
    copy.write_bytes(few_digits.read_bytes())
    data = load_dataset(copy)
    with FileLock(home / "runs" / "training.lock"):
        runs = [submit(make_config("dense", epochs=1), data) for _ in range(3)]
        (first,) = processes("dispatcher", held_queue)
        assert os.getpriority(os.PRIO_PROCESS, first) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
        assert session_priority(first) in {10, None}
        assert not processes("worker", held_queue)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: first not in processes("dispatcher", held_queue), "the dispatcher's end")
        listed = digitlab("runs", "list", "--json").json_lines()
        assert [row["status"] for row in listed] == ["queued"] * 3
        (second,) = processes("dispatcher", held_queue)
        assert second != first
        copy.write_bytes(b"changed")
    wait_for(lambda: not processes("dispatcher", held_queue), "the dispatcher to end when none waits")
    assert [run.state() for run in runs] == ["failed"] * 3
    began = [run.read().started or "" for run in runs]
    assert began == sorted(began)


@pytest.mark.slow
def test_a_worker_that_hangs_is_told_and_can_be_ended(
    held_queue: FileLock, digits: Dataset, digitlab: Digitlab
) -> None:
    run = submit(make_config("cnn", epochs=400, batch_size=8), digits, "suspended")
    wait_for(lambda: run.state() == "running", "the start")
    an_hour_ago = time.time() - 3600
    os.utime(run.heartbeat_file, (an_hour_ago, an_hour_ago))
    wait_for(lambda: run.heartbeat_file.stat().st_mtime > an_hour_ago + 60, "the next heartbeat")
    (worker,) = processes("worker", held_queue)
    assert session_priority(worker) in {10, None}
    os.kill(worker, signal.SIGSTOP)
    os.utime(run.heartbeat_file, (an_hour_ago, an_hour_ago))
    (listed,) = digitlab("runs", "list", "--json").json_lines()
    assert listed["status"] == "running"
    assert listed["reason"] == "Its process has not responded for 1 h 00 min; stopping the run ends it."
    assert "suspended did not respond" in digitlab("runs", "stop", "suspended").err
    assert run.state() == "interrupted"
    wait_for(lambda: not processes("dispatcher", held_queue), "the queue to move on")


def test_a_session_of_others_keeps_its_priority() -> None:
    before = session_priority(os.getpid())
    lower_session()
    assert session_priority(os.getpid()) == before
