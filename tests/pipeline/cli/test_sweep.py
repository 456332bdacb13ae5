"""`digitlab sweep`: a grid whose worker and driver are killed, halving, and what a spec may say."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from models.locations import runs_folder
from models.run_directory import RunDirectory
from pipeline.runs.progress import history
from tests.cluster import local_cluster
from tests.conftest import Digitlab, results_of, run_digitlab, start_digitlab

PATIENCE = 200  # seconds, for the slowest machine

GRID: dict[str, Any] = {
    "name": "two rates",
    "seeds": [0, 1],
    "settings": {"architecture": "dense", "learning_rate": [0.001, 0.01], "epochs": 2, "batch_size": 64},
}


def write_spec(folder: Path, spec: dict[str, Any], **more: Any) -> Path:
    path = folder / "spec.yaml"
    path.write_text(yaml.safe_dump({**spec, **more}, sort_keys=False))
    return path


def wait_for(happened: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := happened()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def worker_of(home: Path) -> int:
    """The process id of the worker that trains, 0 while none has begun an epoch."""
    for run in (home / "runs").glob("2*"):
        directory = RunDirectory(run)
        if directory.progress_file.exists() and directory.heartbeat_file.exists():
            return int(directory.heartbeat_file.read_text() or 0)
    return 0


@pytest.fixture(scope="session")
def swept(shared_folder: Path, few_digits: Path) -> Path:
    """A home with the grid, one worker and one driver of which were killed; `said.jsonl` has what the next one said."""
    home = shared_folder / "swept"
    with FileLock(shared_folder / "swept.lock"):
        if not (home / "said.jsonl").exists():
            home.mkdir()
            spec = write_spec(home, GRID, dataset=str(few_digits))
            with start_digitlab("sweep", spec, home=home) as driver:
                os.kill(wait_for(lambda: worker_of(home)), signal.SIGKILL)
                wait_for(lambda: list((home / "runs").glob("2*/model.tflite")))
                driver.kill()
            outcome = run_digitlab("sweep", spec, "--at-once", 2, "--json", home=home)
            assert outcome.code == 0, outcome.err
            (home / "said.jsonl").write_text(outcome.out)
    return home


def said_in(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "said.jsonl").read_text().splitlines()]


@pytest.mark.slow
def test_a_sweep_goes_on_after_kills_with_every_trial_once_and_the_right_best(swept: Path) -> None:
    home = swept
    *_, result = said_in(home)
    runs = {path.name: RunDirectory(path) for path in (home / "runs").glob("2*")}
    trials = result["trials"]
    assert sorted(trial["run"] for trial in trials) == sorted(runs)
    assert [trial["status"] for trial in trials] == ["finished"] * 4
    assert len({(trial["configuration"], trial["seed"]) for trial in trials}) == 4
    rates: dict[float, list[float]] = {}
    for run in runs.values():
        record = run.read()
        assert [line.epoch for line in history(run)] == [1, 2]
        accuracy = results_of(record).val_accuracy
        assert accuracy is not None
        rates.setdefault(record.config.learning_rate, []).append(accuracy)
    means = {rate: sum(accuracies) / 2 for rate, accuracies in rates.items()}
    best = result["configurations"][0]
    assert best["settings"] == {"learning_rate": max(means, key=lambda rate: means[rate])}
    assert best["val_accuracy"] == pytest.approx(max(means.values()))
    tests = [results_of(runs[run].read()).test_accuracy for run in best["runs"]]
    assert result["best_test_accuracy"] == pytest.approx(sum(tests) / 2)


@pytest.mark.slow
def test_what_is_finished_is_not_trained_again_and_can_be_looked_at(swept: Path) -> None:
    home = swept
    before = {path: path.stat().st_mtime_ns for path in (home / "runs").glob("2*/run.json")}
    again = run_digitlab("sweep", home / "spec.yaml", "--json", home=home)
    assert again.json_lines() == said_in(home)[-1:]
    assert {path: path.stat().st_mtime_ns for path in (home / "runs").glob("2*/run.json")} == before
    shown = run_digitlab("sweep", "show", "two rates", home=home)
    assert "finished, 4 of 4 trials" in shown.out
    assert "Best is learning rate 0.01" in shown.out
    (listed,) = run_digitlab("sweep", "list", "--json", home=home).json_lines()
    assert (listed["name"], listed["status"], listed["trials"]) == ("two rates", "finished", 4)
    models = run_digitlab("models", "list", home=home).out
    assert "two rates 2 seed 1" in models


@pytest.mark.slow
def test_on_a_cluster_halving_trains_the_better_as_if_it_had_never_paused_and_never_moved(
    home: Path, few_digits: Path, digitlab: Digitlab, swept: Path
) -> None:
    """The rates and a seed of the grid, so what went on must be to the last digit what it is there."""
    pytest.importorskip("ray")
    spec = write_spec(home, GRID, dataset=str(few_digits), seeds=[0], halving={"first": 1, "factor": 2})
    with local_cluster(1) as cluster:
        outcome = digitlab("sweep", spec, "--ray", cluster.address, "--json")
    assert outcome.code == 0, outcome.err
    *ended, result = outcome.json_lines()
    assert [(trial["configuration"], trial["epochs_done"]) for trial in ended] == [(1, 1), (2, 1), (2, 2)]
    assert sorted(trial["run"] for trial in result["trials"]) == sorted(
        path.name for path in runs_folder().glob("2*")
    )
    assert [trial["status"] for trial in result["trials"]] == ["paused", "finished"]
    assert [entry["given_up_after"] for entry in result["configurations"]] == [None, 1]
    alone = {(trial["configuration"], trial["seed"]): trial for trial in said_in(swept)[-1]["trials"]}
    for name in ("val_accuracy", "val_loss"):
        assert result["trials"][1][name] == alone[2, 0][name]
    given_up = RunDirectory(runs_folder() / result["trials"][0]["run"])
    assert given_up.read().reason == "Its sweep stopped it after 1 of 2 epochs."
    assert given_up.has_model()


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("settings: [", "it is not valid YAML in line 1"),
        ("42", "expected entries such as `settings:`"),
        ("name: a", "settings: it is missing."),
        ("settings: {epochs: 1}\nsettings: {epochs: 2}", "line 2 (settings stands there twice)"),
        ("sedes: [0]\nsettings: {epochs: 1}", "sedes: there is no such entry; expected one of: name,"),
        (
            "settings: {rate: 1}",
            "settings: there is no hyperparameter 'rate'; expected one of: architecture,",
        ),
        ("settings: {seed: [1, 2]}", "settings: seeds have an entry of their own, `seeds: [0, 1]`."),
        ("seeds: [1, 1]\nsettings: {epochs: 1}", "seeds: expected different seeds."),
        ("settings: {learning_rate: [0.1, -1]}", "settings.learning_rate: input should be greater than 0"),
        ("settings: {architecture: lenet}", "Unknown architecture 'lenet'; expected one of: dense,"),
        (
            "settings: {architecture: dense, filters_1: 8}",
            "settings.filters_1: none of the architectures has it",
        ),
        ("settings: {validation_split: 0}", "settings.validation_split: it can't be 0"),
        ("settings: {dropout: {low: 0, high: 0.5}}", "`draw` must say how many configurations to draw"),
        ("draw: 2\nsettings: {dropout: {low: 1, high: 0}}", "dropout: expected low below high, got 1 and 0."),
        (
            "draw: 2\nsettings: {dropout: {low: 0, high: 1, scale: log}}",
            "expected low above 0 with a log scale",
        ),
        ("draw: 2\nsettings: {dropout: {from: 0, high: 1}}", "dropout: low: it is missing."),
        (
            "halving: {first: 3}\nsettings: {epochs: 3}",
            "halving.first: expected fewer than the 3 epochs, got 3.",
        ),
        (
            "halving: {}\nsettings: {epochs: [3, 4]}",
            "with halving, settings.epochs must be one whole number.",
        ),
        (
            "halving: {}\nsettings: {architecture: ensemble, epochs: 3}",
            "halving: an ensemble trains one network",
        ),
        ("seeds: [" + ", ".join(map(str, range(501))) + "]\nsettings: {epochs: 1}", "asks for 501."),
        ("dataset: nowhere\nsettings: {epochs: 1}", "there is no data set of that name"),
    ],
)
def test_what_is_wrong_with_a_spec_is_told_in_a_sentence(spec: str, told: str, home: Path) -> None:
    """Through the functions that the command calls, which costs no process for each."""
    from models.errors import DigitLabError
    from pipeline.data.dataset_choice import open_to_train
    from pipeline.runs.sweep.directory import open_or_create
    from pipeline.runs.sweep.spec import read_spec

    path = home / "wrong.yaml"
    path.write_text(spec)
    with pytest.raises(DigitLabError) as caught:  # noqa: PT012
        read = read_spec(path)
        open_or_create(read, open_to_train(read.dataset), "")
    assert told in str(caught.value)
    assert not (home / "sweeps").exists()


def test_the_example_is_a_spec_and_a_missing_file_says_how_to_get_it(digitlab: Digitlab, home: Path) -> None:
    printed = digitlab("sweep", "example").out
    assert yaml.safe_load(printed)["settings"]["architecture"] == ["dense", "cnn", "cnn-fast"]
    missing = digitlab("sweep", "nowhere.yaml")
    assert missing.code == 2
    assert missing.err == (
        "digitlab: nowhere.yaml: there is no such file; `digitlab sweep example` prints one.\n"
    )
    assert json.loads(digitlab("sweep", "list", "--json").out or "{}") == {}
