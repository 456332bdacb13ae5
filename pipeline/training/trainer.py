"""Trains a network: the loop over epochs.

`train` knows nothing of files or of who is told: progress goes out through a callback, "stop" comes in
through another, and a checkpoint is a dictionary of arrays that the caller may store.
"""

import time

import numpy as np
from numpy.typing import NDArray

from models.networks import build
from models.train_config import TrainConfig
from pipeline.data.dataset import Dataset
from pipeline.training.callbacks import Callbacks, Checkpoint, StopReason, TrainResult, Weights
from pipeline.training.early_stopping import EarlyStopping
from pipeline.training.ensemble import train_members
from pipeline.training.epoch_metrics import EpochMetrics
from pipeline.training.epochs import EpochData
from pipeline.training.schedule import learning_rates
from pipeline.training.train_step import TrainStep

_REPORT_EVERY = 0.25  # seconds
_DIVERGED = 1e4  # guessing has a loss of 2.3; what is so far off, or infinite, does not come back
_NO_CALLBACKS = Callbacks()


def train(
    config: TrainConfig,
    dataset: Dataset,
    callbacks: Callbacks = _NO_CALLBACKS,
    resume_from: Checkpoint | None = None,
    start_weights: Weights | None = None,
) -> TrainResult:
    """Trains a network.

    Args:
        config: the hyperparameters.
        dataset: only its training part is used.
        callbacks: what is called on the way, and may stop it.
        resume_from: a state that `callbacks.on_checkpoint` collected; the training goes on with the next epoch as if
            it had never ended.
        start_weights: weights to begin with instead of random ones.

    Returns:
        The model with the averaged weights where `config.ema` asks for them.
    """
    if config.members > 1:
        return train_members(_train_network, config, dataset, callbacks, resume_from, start_weights)
    return _train_network(config, dataset, callbacks, resume_from, start_weights, config.seed)


def _train_network(
    config: TrainConfig,
    dataset: Dataset,
    callbacks: Callbacks,
    resume_from: Checkpoint | None,
    start_weights: Weights | None,
    split_seed: int,
) -> TrainResult:
    """One network; as `train`. `split_seed` decides which images are held out for validation."""
    data = EpochData(config, dataset, split_seed)
    model = build(config)
    if start_weights is not None:
        model.set_weights(start_weights)
    train_step = TrainStep(model, config)
    first = train_step.restore(resume_from) if resume_from is not None else 0
    early_stopping = EarlyStopping(config.early_stopping, first, resume_from)
    rates = learning_rates(config, config.epochs * data.steps).reshape(config.epochs, data.steps)
    result = TrainResult(model, epochs=first)
    if not first:
        callbacks.on_snapshot(0, model.get_weights)
    began = time.perf_counter()

    for epoch, images in data.from_epoch(first):
        train_step.begin_epoch(*images)
        del images  # TensorFlow has its copy
        metrics = EpochMetrics(
            epoch, rates[epoch], data.size, config.batch_size, (epoch - first) * data.size, began
        )
        result.stop_reason = _run_epoch(train_step, rates[epoch], metrics, callbacks)
        if result.stop_reason != "finished":
            break
        train_step.use_average()
        progress = metrics.end(train_step.validate(*data.validation))
        early_stopping.update(epoch, progress.val_loss, model)
        callbacks.on_snapshot(epoch + 1, model.get_weights)
        train_step.use_raw()
        result.history.append(progress)
        result.epochs = epoch + 1
        # reported before it is stored: a kill in between repeats the epoch, and its first line is dropped
        callbacks.on_progress(progress)
        callbacks.on_checkpoint(lambda: train_step.state(result.epochs) | early_stopping.state())
        if early_stopping.out_of_patience(epoch):
            result.stop_reason = "early"
            break
        if result.epochs < config.epochs and callbacks.should_stop():
            result.stop_reason = "stopped"
            break

    if result.stop_reason != "diverged":
        _complete(result, train_step, early_stopping, data, calibrate=config.calibrate)
    return result


def _run_epoch(
    train_step: TrainStep, rates: NDArray[np.float32], metrics: EpochMetrics, callbacks: Callbacks
) -> StopReason:
    """Runs the steps of an epoch, one per learning rate, a few times a second reporting how it goes."""
    count = 1  # steps between two reports
    while metrics.step < len(rates):
        began = time.perf_counter()
        losses, correct = train_step.run(metrics.step, rates[metrics.step : metrics.step + count])
        seconds_per_step = (time.perf_counter() - began) / len(losses)
        progress = metrics.add(losses, correct)
        callbacks.on_progress(progress)
        if not progress.loss < _DIVERGED:
            return "diverged"
        if callbacks.should_stop():
            return "stopped"
        count = max(1, min(2 * len(losses), int(_REPORT_EVERY / seconds_per_step)))
    return "finished"


def _complete(
    result: TrainResult,
    train_step: TrainStep,
    early_stopping: EarlyStopping,
    data: EpochData,
    *,
    calibrate: bool,
) -> None:
    """Chooses the weights of the model that is returned, calibrates and validates it."""
    train_step.use_average()
    if result.stop_reason != "stopped":
        early_stopping.restore_best(result.model)
    if calibrate:
        train_step.calibrate(*data.validation)
    result.validation = train_step.validate(*data.validation)
