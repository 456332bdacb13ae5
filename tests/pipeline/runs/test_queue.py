"""Runs as processes: the queue, stopping, being killed, going on."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import ModelError
from models.run_directory import RunDirectory
from models.train_config import make_config
from pipeline.data.dataset import load_dataset
from pipeline.runs.progress import follow, history, read_progress
from pipeline.runs.queue import resume, stop, submit
from pipeline.runs.waiting import attend_queue, dispatcher_lock, list_runs
from tests.conftest import SMALL_CNN, Digitlab, results_of, resume_here, train_here
from tests.pipeline.runs.test_run_logs import logged, scalars

pytestmark = pytest.mark.slow


def wait_for(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def kill_worker(run: RunDirectory) -> None:
    """kill -9, as a power cut would."""
    killed = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                words = (process / "cmdline").read_text().split("\0")
            except OSError:
                continue
            if "pipeline.runs.worker" in words and str(run.path) in words:
                os.kill(int(process.name), signal.SIGKILL)
                killed += 1
    assert killed == 1


def epoch_lines(run: RunDirectory) -> list[tuple[Any, ...]]:
    fields = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
    return [tuple(getattr(line, field) for field in fields) for line in history(run)]


def test_a_killed_run_is_interrupted_and_goes_on_as_if_it_had_never_ended(
    home: Path, few_digits: Path, digitlab: Digitlab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"file:{home / 'mlruns'}")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    settings = {"epochs": 5, "batch_size": 8, "seed": 7, "augment": True, "dropout": 0.2, "ema": 0.9}
    config = make_config("cnn", parameters=SMALL_CNN, **settings)
    dataset = load_dataset(few_digits)
    killed = submit(config, dataset, "killed", tensorboard=home / "curves")
    untouched = submit(config, dataset, "untouched")
    assert untouched.state() == "queued"

    def in_third_epoch() -> bool:
        lines, _ = read_progress(killed)
        # on a fast machine nothing is told from within an epoch
        ended = [line.epoch for line in lines if line.epoch_end]
        return 2 in ended and len(ended) < settings["epochs"]

    wait_for(in_third_epoch, "the third epoch")
    assert untouched.state() == "queued", "only one run trains at a time"
    kill_worker(killed)
    wait_for(lambda: killed.state() == "interrupted", "the lock to be released")
    wait_for(lambda: untouched.state() == "running", "the next in the queue")
    list(follow(untouched))
    told = digitlab("runs", "resume", "killed", "--json").json_lines()[:-1]
    assert killed.state() == untouched.state() == "finished"
    assert [line["epoch"] for line in told] == [line.epoch for line in history(killed)] == [1, 2, 3, 4, 5]
    seconds = [line["seconds"] for line in told]
    assert seconds == sorted(seconds), "the clock goes on"
    assert killed.read().seconds >= seconds[-1]
    assert epoch_lines(killed) == epoch_lines(untouched), "same seed, same history"
    assert results_of(killed.read()) == results_of(untouched.read())
    losses = pytest.approx([line.val_loss for line in history(killed)])
    (folder,) = (home / "curves").iterdir()
    assert [loss for _, loss in scalars(folder)["epoch/val_loss"]] == losses
    metrics = logged("killed", "val_loss")
    assert [metric.step for metric in metrics] == [1, 2, 3, 4, 5]
    assert [metric.value for metric in metrics] == losses


def test_a_run_that_ends_while_its_model_is_moved_is_no_model_until_it_is_resumed(
    tiny_model: Path, digitlab: Digitlab
) -> None:
    """Old scores never stand beside new weights: whatever stops the move, here a folder in its way."""
    run = RunDirectory(tiny_model)
    run.predictions_file.unlink()
    (run.predictions_file / "in the way").mkdir(parents=True)
    assert resume_here(run, 1) == 1
    assert run.read().results is None
    (run.predictions_file / "in the way").rmdir()
    run.predictions_file.rmdir()
    run.predictions_file.touch()
    run.update(status="running")  # as a kill would have left it
    assert "tiny" not in digitlab("models", "list").out
    assert "interrupted" in digitlab("runs", "list").out
    assert resume_here(run) == 0
    assert "tiny" in digitlab("models", "list").out


def test_a_stopped_run_keeps_a_model_and_can_go_on(home: Path, few_digits: Path, digitlab: Digitlab) -> None:
    config = make_config("cnn", epochs=400, batch_size=8, parameters=SMALL_CNN)
    run = submit(config, load_dataset(few_digits), "long")
    waiting = submit(make_config("dense", epochs=1), load_dataset(few_digits), "never begun")
    stop(waiting)
    wait_for(lambda: waiting.state() == "stopped", "the waiting run to leave the queue")
    assert not waiting.has_model()
    wait_for(lambda: history(run), "the first epoch")
    with pytest.raises(ModelError, match="running, so there is nothing to resume"):
        resume(run)
    assert digitlab("runs", "delete", "long").code == 2
    assert digitlab("runs", "stop", "long").code == 0
    wait_for(lambda: run.state() == "stopped", "the run to stop")
    assert run.has_model()
    assert digitlab("evaluate", "long", "--dataset", few_digits, "--json").json_lines()[0]["accuracy"] > 0.5
    with pytest.raises(ModelError, match="nothing to stop"):
        stop(run)
    assert [entry.id for entry in list_runs()] == [run.id, waiting.id]


def test_a_failure_is_told_in_one_sentence(home: Path, few_digits: Path, digitlab: Digitlab) -> None:
    wild = digitlab(
        "train",
        "--arch",
        "dense",
        "--optimizer",
        "sgd",
        "--learning-rate",
        10,
        "--seed",
        0,
        "--dataset",
        few_digits,
        "--json",
    )
    assert wild.code == 1
    end = wild.json_lines()[-1]
    assert end["status"] == "failed"
    assert "lower learning rate" in end["reason"]
    assert "failed" in digitlab("runs", "list").out


def test_changed_data_is_noticed(home: Path, tmp_path: Path, few_digits: Path) -> None:
    copy = tmp_path / "copy.npz"
    copy.write_bytes(few_digits.read_bytes())
    (home / "runs").mkdir()
    with dispatcher_lock(timeout=0):  # as long as a dispatcher seems to live, nobody starts another
        run = submit(make_config("dense", epochs=1), load_dataset(copy))
        copy.write_bytes(few_digits.read_bytes() + b" ")
    attend_queue()
    list(follow(run))
    assert run.state() == "failed"
    assert "has changed" in run.read().reason


def test_a_training_begins_with_the_weights_of_another_model(tiny_model: Path, digitlab: Digitlab) -> None:
    data = RunDirectory(tiny_model).read().dataset.path
    settings = ("--arch", "dense", "--epochs", 1, "--batch-size", 32, "--dataset", data, "--from", "tiny")
    outcome = digitlab("train", *settings, "--json")
    assert outcome.code == 0
    first = outcome.json_lines()[0]
    assert first["accuracy"] > history(RunDirectory(tiny_model))[0].accuracy + 0.1
    record = RunDirectory(Path(outcome.json_lines()[-1]["path"])).read()
    assert record.reason == "One epoch done."
    assert outcome.json_lines()[-1]["seed"] == record.config.seed != 0, "a new one, and told"
    assert record.command.endswith(f"--from {tiny_model.name}")
    misfit = digitlab("train", *settings, "--set", "hidden_1=64", "--json")
    assert misfit.code == 2, "refused before anything is started"
    assert "tiny: its weights do not fit" in misfit.err


def test_a_finished_run_learns_on_for_more_epochs_and_stays_a_model_when_that_fails_at_the_end(
    tiny_model: Path, digitlab: Digitlab
) -> None:
    run = RunDirectory(tiny_model)
    before = run.hash_model_files()
    assert digitlab("runs", "resume", "tiny").code == 2
    (tiny_model / ".made").write_text("in the way of the new model's files")
    outcome = digitlab("runs", "resume", "tiny", "--epochs", 2, "--json")
    assert outcome.code == 1
    assert outcome.json_lines()[-1]["status"] == "failed"
    assert run.hash_model_files() == before == run.read().files
    (tiny_model / ".made").unlink()
    more = digitlab("runs", "resume", "tiny", "--json")
    assert (more.code, more.json_lines()[-1]["status"]) == (0, "finished")
    assert run.hash_model_files() != before
    assert [line.epoch for line in history(run)] == [1, 2, 3, 4, 5]
    assert run.read().config.epochs == 5
    assert "--epochs 5" in run.read().command


def test_early_stopping_remembers_its_best_epoch_when_it_goes_on(
    home: Path, few_digits: Path, digitlab: Digitlab
) -> None:
    """A rate so high that all is lost after the best epoch, so the last whole epoch must not be what is kept."""
    settings = {"optimizer": "sgd", "learning_rate": 0.4, "early_stopping": 4, "epochs": 60, "seed": 0}
    run = train_here(make_config("dense", **settings), load_dataset(few_digits), "early")
    record = run.read()
    assert "the best was kept" in record.reason
    losses = [line.val_loss for line in history(run) if line.val_loss is not None]
    best = min(range(len(losses)), key=losses.__getitem__)
    assert len(losses) == best + 1 + 4
    before = digitlab("evaluate", "early", "--dataset", few_digits, "--json").json_lines()[0]
    assert resume_here(run, 1) == 0
    losses = [line.val_loss for line in history(run) if line.val_loss is not None]
    assert len(losses) > best + 5
    assert min(losses) == losses[best], "one more epoch of this seed is no better"
    after = digitlab("evaluate", "early", "--dataset", few_digits, "--json").json_lines()[0]
    assert after["loss"] == pytest.approx(before["loss"])
