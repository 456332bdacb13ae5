"""Teaches a network. TensorFlow is loaded here, inside the functions, and nowhere else outside the worker.

`train` knows nothing of files or of who watches: progress goes out through a callback, "stop" comes in
through another, and a checkpoint is a dictionary of arrays that the caller may store.
"""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.networks import build
from models.records import Progress
from models.train_config import TrainConfig
from pipeline.data.augmentation import Variation, add_serifs, vary
from pipeline.data.dataset import Dataset
from pipeline.data.negatives import make_negatives
from pipeline.training.callbacks import Result, Watch
from pipeline.training.ensemble import train_members
from pipeline.training.train_step import Checkpoint, Loop

_REPORT_EVERY = 0.25  # seconds
_DIVERGED = 1e4  # guessing has a loss of 2.3; what is so far off, or infinite, does not come back
_NEGATIVES_MADE = 12_000  # different pictures of no digit; each epoch varies a choice of them anew
_SERIF_SHARE = 0.2  # of the ones, in an augmented training
_UNWATCHED = Watch()
_CALM = 0.5  # how far the last quarter of the epochs varies, so that it ends on digits as they come


@dataclass
class _Best:
    """The epoch (from 0) with the lowest validation loss so far, and the weights it ended with."""

    epoch: int
    loss: float = math.inf
    weights: list[NDArray[np.float32]] | None = None

    def restore(self, state: Checkpoint, patience: int) -> None:
        """Takes the best from a checkpoint. Where patience had run out, it begins anew: more was asked for."""
        if "best_epoch" not in state:
            return
        last = int(state["epochs"]) - 1
        self.epoch, self.loss = int(state["best_epoch"]), float(state["best_loss"])
        self.weights = [
            state[f"best {number}"] for number in range(sum(name.startswith("best ") for name in state))
        ]
        if last - self.epoch >= patience:
            self.epoch = last


def _state(loop: Loop, best: _Best, epochs: int) -> Checkpoint:
    """The loop's state with the best epoch's, where there is one."""
    state = loop.state(epochs)
    if best.weights is not None:
        state["best_epoch"], state["best_loss"] = np.array(best.epoch), np.array(best.loss)
        state |= {f"best {number}": weights for number, weights in enumerate(best.weights)}
    return state


def learning_rates(config: TrainConfig, steps: int) -> NDArray[np.float32]:
    """The learning rate of each step, float32 (steps,).

    One-cycle rises linearly over the first 20 % and then falls linearly to a hundredth (after Smith and
    Topin, "Super-Convergence", 2018).
    """
    position = np.arange(steps) / max(1, steps - 1)
    match config.schedule:
        case "cosine":
            factor = (1 + np.cos(np.pi * position)) / 2
        case "one-cycle":
            factor = np.interp(position, [0, 0.2, 1], [0.1, 1, 0.01])
        case _:
            factor = np.ones(steps)
    return (config.learning_rate * factor).astype(np.float32)


def train(
    config: TrainConfig,
    dataset: Dataset,
    watch: Watch = _UNWATCHED,
    resume_from: Checkpoint | None = None,
    start_weights: list[NDArray[np.float32]] | None = None,
) -> Result:
    """Trains a network.

    Args:
        config: every knob.
        dataset: only its training part is used.
        watch: who is told of it, and may stop it.
        resume_from: a state that `watch.on_checkpoint` collected; the training goes on with the next epoch as if it
            had never ended.
        start_weights: weights to begin with instead of random ones.

    Returns:
        The model with the averaged weights where `config.ema` asks for them.
    """
    if config.members > 1:
        return train_members(_train_network, config, dataset, watch, resume_from, start_weights)
    return _train_network(config, dataset, watch, resume_from, start_weights)


def _train_network(
    config: TrainConfig,
    dataset: Dataset,
    watch: Watch,
    resume_from: Checkpoint | None,
    start_weights: list[NDArray[np.float32]] | None,
    split_seed: int | None = None,
) -> Result:
    """One network; as `train`. `split_seed` decides which images validate, by default the seed itself."""
    import tensorflow as tf

    images, labels = dataset.train
    split = dataset.split(config.validation_split, config.seed if split_seed is None else split_seed)
    validation = (images[split.validation], labels[split.validation])
    model = build(config)
    if start_weights is not None:
        model.set_weights(start_weights)
    size = len(split.train) + round(config.not_a_digit * len(split.train))
    steps = math.ceil(size / config.batch_size)
    loop = Loop(tf, model, config, learning_rates(config, steps * config.epochs))
    first = loop.restore(resume_from) if resume_from is not None else 0
    best = _Best(first)
    if resume_from is not None:
        best.restore(resume_from, config.early_stopping)
    result = Result(model, epochs=first)
    began = time.perf_counter()
    for number, batches in _epochs(config, images, labels, split.train, first):
        loop.begin_epoch(*batches)
        del batches
        epoch = _Epoch(loop, number, steps, size, (number - first) * size, began)
        for report in epoch.reports():
            watch.on_progress(report)
            if not report.loss < _DIVERGED:
                result.why = "diverged"
                return result
            if watch.should_stop():
                result.why = "stopped"
                break
        if result.why == "stopped":
            break
        loop.use_average()
        end = epoch.end(*loop.validate(*validation))
        result.history.append(end)
        result.epochs = number + 1
        if config.early_stopping and end.val_loss is not None and end.val_loss < best.loss:
            best = _Best(number, end.val_loss, model.get_weights())
        loop.use_raw()
        # told before it is stored: a kill in between repeats the epoch, and its first line is dropped
        watch.on_progress(end)
        watch.on_checkpoint(partial(_state, loop, best, number + 1))
        if config.early_stopping and number - best.epoch >= config.early_stopping:
            result.why = "early"
            break
    loop.use_average()
    if best.weights is not None and result.why != "stopped":
        model.set_weights(best.weights)
    if config.calibrate:
        loop.calibrate(*validation)
    result.validation = loop.validate(*validation)
    return result


class _Epoch:
    """One epoch under way: its steps in groups of a quarter of a second, and what came of them."""

    def __init__(self, loop: Loop, number: int, steps: int, size: int, seen: int, began: float) -> None:
        """Epoch `number` (from 0) of `steps` steps over `size` images, after `seen` images since the time `began`."""
        self._loop, self._number, self._steps, self._size = loop, number, steps, size
        self._seen, self._began = seen, began
        self._done = self._images = self._right = 0
        self._losses: list[float] = []

    def reports(self) -> Iterator[Progress]:
        """Learns, and tells a few times a second how it goes."""
        group = 1  # steps between two looks at the clock, adapted to a few reports a second
        while self._done < self._steps:
            group = min(group, self._steps - self._done)
            began = time.perf_counter()
            losses, right = self._loop.run(self._number * self._steps, self._done, group)
            pace = (time.perf_counter() - began) / group
            self._done += group
            count = min(self._done * self._loop.config.batch_size, self._size) - self._images
            self._images += count
            self._right += right
            self._losses += losses
            yield self._tell(math.fsum(losses) / count, right / count)
            group = max(1, min(2 * group, int(_REPORT_EVERY / pace)))

    def end(self, val_loss: float | None, val_accuracy: float | None) -> Progress:
        """The whole epoch, with its validation figures."""
        # exact sums, so however the steps were grouped it is the same
        told = self._tell(math.fsum(self._losses) / self._images, self._right / self._images)
        return told.model_copy(update={"val_loss": val_loss, "val_accuracy": val_accuracy, "epoch_end": True})

    def _tell(self, loss: float, accuracy: float) -> Progress:
        rates = self._loop.rates
        return Progress(
            epoch=self._number + 1,
            step=self._done,
            steps=self._steps,
            loss=loss,
            accuracy=accuracy,
            learning_rate=float(rates[min(self._number * self._steps + self._done, len(rates)) - 1]),
            images=self._seen + self._images,
            seconds=time.perf_counter() - self._began,
        )


def _epochs(
    config: TrainConfig,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    chosen: NDArray[np.integer[Any]],
    first: int,
) -> Iterator[tuple[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]]]:
    """Each epoch's images and labels in its own order, the next prepared while one is learned.

    Order and variations depend on the seed and the epoch alone, so a resumed training sees what the
    uninterrupted one would have seen.
    """
    usual = Variation().times(config.augment_strength)
    negative_count = round(config.not_a_digit * len(chosen))
    negatives = images[:0]
    if negative_count:
        random = np.random.default_rng([config.seed, 0x0DD])
        negatives = make_negatives(
            images[chosen], labels[chosen], min(negative_count, _NEGATIVES_MADE), random
        )

    def prepare(epoch: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        random = np.random.default_rng([config.seed, epoch])
        order = random.permutation(len(chosen) + negative_count)
        digit = order < len(chosen)
        # one array, filled and varied in place: an epoch is 50 MB
        shown = np.empty((len(order), *images.shape[1:]), np.uint8)
        shown[digit] = images[chosen[order[digit]]]
        truth = np.full(len(order), 10, np.uint8)
        truth[digit] = labels[chosen[order[digit]]]
        if negative_count:
            shown[~digit] = negatives[random.integers(len(negatives), size=negative_count)]
        if config.augment:
            add_serifs(shown, truth, random, _SERIF_SHARE)
            calm = epoch >= config.epochs - config.epochs // 4
            vary(shown, random, usual.times(_CALM) if calm else usual, out=shown)
        return shown, truth

    with ThreadPoolExecutor(1) as pool:
        upcoming: Any = pool.submit(prepare, first)
        for epoch in range(first, config.epochs):
            ready = [upcoming.result()]
            upcoming = pool.submit(prepare, epoch + 1) if epoch + 1 < config.epochs else None
            yield epoch, ready.pop()  # kept by nobody here, so that it can go once TensorFlow has its copy
