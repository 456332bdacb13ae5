"""Sweeps that are made, not trained: run directories as a worker would have left them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.records import ModelResults, Progress
from models.run_directory import MODEL_FILES, RunDirectory
from pipeline.data.dataset import load_dataset
from pipeline.runs.queue import create
from pipeline.runs.sweep.directory import Sweep, Trial, open_or_create
from pipeline.runs.sweep.spec import SweepSpec
from tests.conftest import a_progress

GRID = {
    "name": "rates",
    "seeds": [0, 1, 2],
    "settings": {
        "architecture": ["dense", "cnn", "cnn-fast"],
        "learning_rate": [0.0003, 0.001, 0.003, 0.01],
        "epochs": 2,
    },
}
"""Twelve configurations, three seeds each."""


def make_sweep(spec: dict[str, Any], dataset: Path) -> Sweep:
    """A sweep of which nothing has been trained yet."""
    return open_or_create(SweepSpec.model_validate(spec), load_dataset(dataset), "digitlab sweep rates.yaml")


def finish_trial(sweep: Sweep, trial: Trial, *accuracies: float, model: Path | None = None) -> RunDirectory:
    """The run of a trial that was trained to its end.

    Args:
        sweep: which one.
        trial: of it.
        accuracies: on the validation images after each epoch; in the end a tenth less on the test images.
        model: a run directory whose model files it gets.
    """
    run, accuracy = begin_trial(sweep, trial, list(accuracies)), accuracies[-1]
    if model:
        for name in MODEL_FILES:
            shutil.copy(model / name, run.path / name)
    results = ModelResults(
        test_accuracy=0.9 * accuracy,
        test_interval=(0.85 * accuracy, 0.95 * accuracy),
        test_errors=10,
        test_count=1000,
        val_accuracy=accuracy,
        val_loss=1 - accuracy,
    )
    epochs = sweep.record.config(trial).epochs
    run.update(
        status="finished", results=results, seconds=10.0, epochs_done=epochs, reason="All epochs done."
    )
    return run


def begin_trial(sweep: Sweep, trial: Trial, accuracies: list[float], **entries: Any) -> RunDirectory:
    """The run of a trial with these validation accuracies after its first epochs; by default it waits."""
    data = load_dataset(sweep.record.dataset.path)
    run = create(
        sweep.record.config(trial),
        data,
        f"rates {trial.configuration + 1} seed {trial.seed}",
        status="queued",
        run_id=trial.run,
        sweep=sweep.record.id,
    )
    lines = [_line(epoch, accuracy) for epoch, accuracy in enumerate(accuracies, 1)]
    run.progress_file.write_text("".join(line.model_dump_json(exclude_none=True) + "\n" for line in lines))
    run.update(epochs_done=len(accuracies), **entries)
    return run


def _line(epoch: int, accuracy: float) -> Progress:
    return a_progress(epoch, val_accuracy=accuracy, val_loss=1 - accuracy, epoch_end=True)


def finish_all(
    sweep: Sweep, accuracy: Callable[[dict[str, Any], int], float], model: Path | None = None
) -> None:
    """Trains everything: `accuracy` is what comes of hyperparameters and a seed."""
    for trial in sweep.record.trials:
        finish_trial(sweep, trial, accuracy(sweep.record.config(trial).flat(), trial.seed), model=model)
