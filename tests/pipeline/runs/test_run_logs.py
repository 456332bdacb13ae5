"""What TensorBoard and MLflow get of a training: read back with their own readers."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from models.records import Progress
from models.run_directory import RunDirectory
from models.train_config import make_config
from pipeline.data.dataset import load_dataset
from pipeline.runs.progress import history, read_progress
from pipeline.runs.queue import create
from pipeline.runs.run_logs import run_logs
from tests.conftest import Digitlab, results_of


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard shows: (step, value) by tag."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), {"scalars": 0, "tensors": 0}).Reload()
    return {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def texts(folder: Path) -> list[str]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder)).Reload()
    return [e.tensor_proto.string_val[0].decode() for e in events.Tensors("hyperparameters")]


def logged(run_name: str, metric: str) -> list[Any]:
    """A metric of the one MLflow run of that name, in the order in which it was logged."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=os.environ["MLFLOW_TRACKING_URI"])
    experiment = client.get_experiment_by_name("Digit Lab")
    assert experiment
    (run,) = client.search_runs([experiment.experiment_id], f"attributes.run_name = '{run_name}'")
    history: list[Any] = client.get_metric_history(run.info.run_id, metric)
    return history


def report(run: RunDirectory, lines: Sequence[Progress]) -> None:
    """Tells the logs of a run what a training told."""
    with run_logs(run) as add:
        for line in lines:
            add(line)


def test_a_training_writes_its_curves_for_tensorboard(trained_home: Path) -> None:
    (folder,) = (trained_home / "curves").iterdir()
    (model,) = (path for path in (trained_home / "runs").iterdir() if path.is_dir())
    run = RunDirectory(model)
    assert folder.name == f"tiny_{run.id}"
    curves, epochs = scalars(folder), history(run)
    steps = [epoch.epoch * epoch.steps for epoch in epochs]
    for tag in ("loss", "accuracy", "val_loss", "val_accuracy"):
        expected = [getattr(epoch, tag) for epoch in epochs]
        assert [step for step, _ in curves[f"epoch/{tag}"]] == steps
        assert [value for _, value in curves[f"epoch/{tag}"]] == pytest.approx(expected)
    rates = curves["train/learning_rate"]
    assert rates[-1][0] == steps[-1]
    assert rates[-1][1] == pytest.approx(epochs[-1].learning_rate)
    assert len(curves["train/loss"]) == len(rates) >= len(read_progress(run)[0]) - len(epochs)
    (table,) = texts(folder)
    assert "| batch_size | 32 |" in table
    assert "| hidden_1 |" in table


def test_the_folder_is_recorded_with_the_name_that_the_run_began_with(
    home: Path, tmp_path: Path, few_digits: Path
) -> None:
    run = create(make_config("dense"), load_dataset(few_digits), "my run: 1", tensorboard=tmp_path)
    assert run.read().tensorboard == str(tmp_path / f"my-run-1_{run.id}")


def test_a_resumed_run_goes_on_without_doubling(tiny_model: Path, tmp_path: Path) -> None:
    """Killed in its third epoch, a run trains that again; the events of both processes are in one folder."""
    run, folder = RunDirectory(tiny_model), tmp_path / "events"
    run.update(tensorboard=str(folder))
    lines = [line.model_copy(update={"step": step, "epoch_end": False, "loss": 1.0})
             for line in history(run) for step in (1, 2)]  # fmt: skip
    ends = history(run)
    report(run, [*lines[:2], ends[0], *lines[2:4], ends[1], *lines[4:]])
    assert [step for step, _ in scalars(folder)["train/loss"]][-1] == 2 * ends[0].steps + 2
    again = lines[4].model_copy(update={"loss": 0.25})
    report(run, [again, ends[2]])
    curves = scalars(folder)
    size = ends[0].steps
    assert [step for step, _ in curves["train/loss"]] == [1, 2, size + 1, size + 2, 2 * size + 1]
    assert curves["train/loss"][-1][1] == 0.25
    assert [step for step, _ in curves["epoch/val_loss"]] == [size, 2 * size, 3 * size]
    assert len(texts(folder)) == 1


def test_a_folder_that_cant_be_written_is_told_in_a_sentence_and_ends_nothing(
    tiny_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], digitlab: Digitlab, few_digits: Path
) -> None:
    (tmp_path / "file").touch()
    run = RunDirectory(tiny_model)
    run.update(tensorboard=str(tmp_path / "file" / "events"))
    report(run, history(run))
    assert capfd.readouterr().err == (
        "TensorBoard gets nothing of this training, or no more of it: Not a directory.\n"
    )
    settings = ("--arch", "dense", "--dataset", few_digits, "--detach")
    outcome = digitlab("train", *settings, "--tensorboard", tmp_path / "file" / "events")
    assert outcome.code == 0
    assert (
        "TensorBoard's files can't be written there (Not a directory); training goes on without."
        in outcome.err
    )
    digitlab("runs", "stop", outcome.err.split("Run ")[1].split()[0])


def test_mlflow_gets_parameters_curves_files_and_tags(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is resumed goes on in the same MLflow run."""
    store = f"file:{tmp_path / 'mlruns'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    run = RunDirectory(tiny_model)
    record, epochs = run.read(), history(run)
    run.update(status="running")
    report(run, epochs[:2])  # and there its process ends
    run.update(status="finished")
    report(run, epochs[1:])

    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=store)
    experiment = client.get_experiment_by_name("Digit Lab")
    assert experiment
    (kept,) = client.search_runs([experiment.experiment_id])
    assert (kept.info.run_name, kept.info.status) == ("tiny", "FINISHED")
    losses = client.get_metric_history(kept.info.run_id, "val_loss")
    assert [(m.step, m.value) for m in losses] == [(e.epoch, e.val_loss) for e in epochs]
    assert kept.data.metrics["test_accuracy"] == results_of(record).test_accuracy
    assert kept.data.params["batch_size"] == "32"
    assert kept.data.tags["dataset.sha256"] == record.dataset.sha256
    assert kept.data.tags["version.keras"] == record.versions["keras"]
    files = {entry.path for entry in client.list_artifacts(kept.info.run_id)}
    assert {"model.keras", "model.tflite", "MODEL_CARD.md", "run.json"} <= files


def test_an_mlflow_server_that_is_gone_is_told_once_and_ends_nothing(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    run = RunDirectory(tiny_model)
    report(run, history(run))
    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("MLflow gets nothing")]
    assert len(told) == 1
    assert "127.0.0.1" in told[0]
