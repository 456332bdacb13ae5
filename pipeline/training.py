"""Teaches a network. TensorFlow is loaded here, inside the functions, and nowhere else outside the worker.

`train` knows nothing of files or of who watches: progress goes out through a callback, "stop" comes in
through another, and a checkpoint is a dictionary of arrays that the caller may store.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.architectures import build
from pipeline.augmentation import Variation, add_serifs, vary
from pipeline.config import TrainConfig
from pipeline.dataset import Dataset
from pipeline.ensemble import train_members
from pipeline.negatives import make_negatives
from pipeline.training_loop import Checkpoint, Loop

_REPORT_EVERY = 0.25  # seconds
_DIVERGED = 1e4  # guessing has a loss of 2.3; what is so far off, or infinite, does not come back
_NEGATIVES_MADE = 12_000  # different pictures of no digit; each epoch varies a choice of them anew
_SERIF_SHARE = 0.2  # of the ones, in an augmented training
_CALM = 0.5  # how far the last quarter of the epochs varies, so that it ends on digits as they come


@dataclass(frozen=True)
class Progress:
    """What is known after some steps; at an epoch's end with the validation figures.

    Attributes:
        epoch: the epoch under way, from 1.
        step: steps done in this epoch.
        steps: steps in an epoch.
        loss: mean over the steps since the last report, or over the epoch at its end.
        accuracy: share of right answers in training, likewise.
        learning_rate: of the last step.
        images: training images seen since the training (or its continuation) began.
        seconds: time since then.
        val_loss: at an epoch's end, where there are validation images.
        val_accuracy: likewise.
        epoch_end: whether this closes the epoch.
        member: of an ensemble, the number of the network that learns, from 1; epochs are counted on over all.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    accuracy: float
    learning_rate: float
    images: int
    seconds: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    epoch_end: bool = False
    member: int | None = None


@dataclass
class Result:
    """A trained network and how it came to be.

    Attributes:
        model: `keras.Model`, (n, 28, 28, 1) float32 in [0, 1] -> (n, 10) probabilities.
        history: one entry a whole epoch.
        why: "finished", "stopped" (from outside), "early" (no better validation loss) or "diverged".
        epochs: whole epochs behind the model.
        validation: loss and accuracy of the model as it is, where there are validation images.
    """

    model: Any
    history: list[Progress] = field(default_factory=list)
    why: str = "finished"
    epochs: int = 0
    validation: tuple[float | None, float | None] = (None, None)


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
    on_progress: Callable[[Progress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None] = lambda _: None,
    resume_from: Checkpoint | None = None,
    start_weights: list[NDArray[np.float32]] | None = None,
) -> Result:
    """Trains a network.

    Args:
        config: every knob.
        dataset: only its training part is used.
        on_progress: called a few times a second and at each epoch's end.
        should_stop: asked as often; once it says yes, the model as it stands comes back.
        on_checkpoint: called after each whole epoch with a function that collects the state to store.
        resume_from: such a state; the training goes on with the next epoch as if it had never ended.
        start_weights: weights to begin with instead of random ones.

    Returns:
        The model with the averaged weights where `config.ema` asks for them.
    """
    told = (config, dataset, on_progress, should_stop, on_checkpoint, resume_from, start_weights)
    return train_members(_train_network, *told) if config.members > 1 else _train_network(*told)


def _train_network(
    config: TrainConfig,
    dataset: Dataset,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    on_checkpoint: Callable[[Callable[[], Checkpoint]], None],
    resume_from: Checkpoint | None,
    start_weights: list[NDArray[np.float32]] | None,
    split_seed: int | None = None,
) -> Result:
    """One network; as `train`. `split_seed` decides which images validate, by default the seed itself."""
    import tensorflow as tf

    images, labels = dataset.train
    split = dataset.split(config.validation_split, config.seed if split_seed is None else split_seed)
    model = build(config.architecture, config.parameters, config.dropout, config.seed, config.classes)
    if start_weights is not None:
        model.set_weights(start_weights)
    epoch_size = len(split.train) + round(config.not_a_digit * len(split.train))
    steps = math.ceil(epoch_size / config.batch_size)
    loop = Loop(tf, model, config, learning_rates(config, steps * config.epochs))
    validation = (images[split.validation], labels[split.validation])
    result = Result(model)
    first = 0
    if resume_from is not None:
        first = loop.restore(resume_from)
    result.epochs = first
    best = _Best(first)
    if resume_from is not None:
        best.restore(resume_from, config.early_stopping)
    began, seen = time.perf_counter(), 0
    for epoch, batches in _epochs(config, images, labels, split.train, first):
        loop.begin_epoch(*batches)
        del batches
        losses: list[float] = []
        epoch_right = epoch_seen = done = 0
        chunk = 1  # steps between two looks at the clock, adapted to a few reports a second
        while done < steps:
            chunk = min(chunk, steps - done)
            chunk_began = time.perf_counter()
            chunk_losses, right = loop.run(epoch * steps, done, chunk)
            losses += chunk_losses
            loss = math.fsum(chunk_losses)
            done += chunk
            count = min(done * config.batch_size, epoch_size) - epoch_seen
            epoch_right, epoch_seen = epoch_right + right, epoch_seen + count
            seen += count
            now = time.perf_counter()
            report = Progress(
                epoch + 1,
                done,
                steps,
                loss / count,
                right / count,
                float(loop.rates[min(epoch * steps + done, len(loop.rates)) - 1]),
                seen,
                now - began,
            )
            if not loss / count < _DIVERGED:
                on_progress(report)
                result.why = "diverged"
                return result
            on_progress(report)
            if should_stop():
                result.why = "stopped"
                loop.use_average()
                if config.calibrate:
                    loop.calibrate(*validation)
                result.validation = loop.validate(*validation)
                return result
            pace = (now - chunk_began) / chunk
            chunk = max(1, min(2 * chunk, int(_REPORT_EVERY / pace)))
        loop.use_average()
        val_loss, val_accuracy = loop.validate(*validation)
        end = Progress(
            epoch + 1,
            steps,
            steps,
            math.fsum(losses) / epoch_seen,  # exact, so however the steps were grouped it is the same
            epoch_right / epoch_seen,
            float(loop.rates[min((epoch + 1) * steps, len(loop.rates)) - 1]),
            seen,
            time.perf_counter() - began,
            val_loss,
            val_accuracy,
            epoch_end=True,
        )
        result.history.append(end)
        result.epochs = epoch + 1
        if config.early_stopping and val_loss is not None and val_loss < best.loss:
            best = _Best(epoch, val_loss, model.get_weights())
        loop.use_raw()
        # told before it is stored: a kill in between repeats the epoch, and its first line is dropped
        on_progress(end)
        on_checkpoint(partial(_state, loop, best, epoch + 1))
        if config.early_stopping and epoch - best.epoch >= config.early_stopping:
            result.why = "early"
            break
    loop.use_average()
    if best.weights is not None:
        model.set_weights(best.weights)
    if config.calibrate:
        loop.calibrate(*validation)
    result.validation = loop.validate(*validation)
    return result


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
