"""Trains a network on pictures that are made meanwhile, for as long as one has.

One process makes pictures (`pipeline.pages`) as long as this one learns. The learning rate follows the clock, so that
a busy machine learns less, but to an end.
"""

import argparse
import json
import math
import multiprocessing
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import typer

from pipeline.training.averaging import WeightAverage
from pipeline.training.export import versions

_PORTION = 64
"""Pictures that come from the other process at once."""

_PATIENCE = 5.0
"""Seconds without a batch after which it is asked whether pictures are still made."""

_KEPT_EVERY = 1000
"""Steps after which the weights are kept."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; set by hand.

    Attributes:
        minutes: how long.
        seed: of the pictures and of the first weights.
        batch: pictures a step.
        peak: highest learning rate, after `warmup` of the time; then it falls to 0 as a cosine does.
        warmup: share of the time.
        decay: of the weights.
        smoothing: of the characters' targets.
        averaging: share of the averaged weights that a step keeps.
        kept: pictures in memory; the oldest make room.
        least: pictures to begin with.
    """

    minutes: float = 90.0
    seed: int = 1
    batch: int = 16
    peak: float = 3e-3
    warmup: float = 0.06
    decay: float = 0.01
    smoothing: float = 0.05
    averaging: float = 0.995
    kept: int = 28_000
    least: int = 1024


@dataclass(frozen=True)
class Task:
    """What is learned.

    Attributes:
        recipe: as it is trained by default.
        make: makes some pictures; a function that another process can import.
        prepare: a picture, varied at random, as the network takes it, and its targets.
        build: the network with its first weights.
        losses: the network's answers, the targets and `Recipe.smoothing` -> what is wrong with them, in parts.
        write: the trained network -> a LiteRT file.
    """

    recipe: Recipe
    make: Callable[[np.random.Generator], Sequence[Any]]
    prepare: Callable[[Any, np.random.Generator], tuple[Any, ...]]
    build: Callable[[], keras.Model]
    losses: Callable[[Any, tuple[Any, ...], float], tuple[Any, ...]]
    write: Callable[[keras.Model, Path], None]


def _make_pictures(make: Callable[[np.random.Generator], Sequence[Any]], seed: int, made: Any) -> None:
    """Fills the queue, in a process of its own, until it is ended; what time the learning leaves is enough."""
    os.nice(10)
    number = 0
    while True:
        portion: list[Any] = []
        while len(portion) < _PORTION:
            portion.extend(make(np.random.default_rng([seed, number])))
            number += 1
        made.put(portion)


class Pictures:
    """Made pictures, and batches of them as the network takes them."""

    def __init__(self, task: Task, recipe: Recipe) -> None:
        self._task, self._recipe = task, recipe
        self._kept: list[Any] = []
        self.count = 0
        context = multiprocessing.get_context("spawn")
        self._made = context.Queue(8)
        self._maker = context.Process(
            target=_make_pictures, args=(task.make, recipe.seed, self._made), daemon=True
        )
        self._maker.start()
        self._batches: queue.Queue[tuple[Any, ...]] = queue.Queue(6)
        threading.Thread(target=self._prepare, daemon=True).start()

    def batch(self) -> tuple[Any, ...]:
        """What `Task.prepare` gives, each with the batch as its first dimension.

        Raises:
            ChildProcessError: the process that makes pictures has ended.
        """
        while True:
            try:
                return self._batches.get(timeout=_PATIENCE)
            except queue.Empty:
                if not self._maker.is_alive():
                    raise ChildProcessError("the process that makes pictures has ended.") from None

    def close(self) -> None:
        """Ends the making of pictures."""
        self._maker.terminate()

    def _take(self) -> None:
        while len(self._kept) < self._recipe.least or not self._made.empty():
            for picture in self._made.get():
                if len(self._kept) < self._recipe.kept:
                    self._kept.append(picture)
                else:
                    self._kept[self.count % self._recipe.kept] = picture
                self.count += 1

    def _prepare(self) -> None:
        rng = np.random.default_rng(self._recipe.seed)
        while True:
            self._take()
            places = rng.integers(len(self._kept), size=self._recipe.batch)
            rows = [self._task.prepare(self._kept[place], rng) for place in places]
            self._batches.put(tuple(np.stack(column) for column in zip(*rows, strict=True)))


def trained(
    task: Task, recipe: Recipe, first: Path | None = None, kept: Path | None = None
) -> tuple[keras.Model, dict[str, Any]]:
    """Trains for the recipe's time and gives the averaged network, with a record of how it was made.

    Args:
        task: what is learned.
        recipe: all settings.
        first: weights to begin with, as Keras saves them; new ones by default.
        kept: where the averaged weights are kept meanwhile, every few minutes.
    """
    keras.utils.set_random_seed(recipe.seed)
    network = task.build()
    if first is not None:
        network.load_weights(first)
    optimizer = keras.optimizers.AdamW(recipe.peak, weight_decay=recipe.decay, beta_2=0.99, clipnorm=5.0)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(seen: Any, *targets: Any) -> Any:
        with tf.GradientTape() as tape:
            parts = task.losses(network(seen, training=True), targets, recipe.smoothing)
            loss = tf.add_n(parts)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True)
        )
        return tf.stack(parts)

    pictures, started, steps = Pictures(task, recipe), time.monotonic(), 0
    average = WeightAverage(network.weights, recipe.averaging)
    recent: list[Any] = []
    while (done := (time.monotonic() - started) / (60 * recipe.minutes)) < 1:
        optimizer.learning_rate.assign(_rate(recipe, done))
        recent.append(step(*map(tf.constant, pictures.batch())).numpy())
        steps += 1
        average.update(tf.constant(steps, tf.float32))
        if steps % 50 == 0:
            typer.echo(
                f"{steps} steps, {done:.1%} of the time, loss {np.mean(recent[-50:], axis=0).round(3)}",
                err=True,
            )
        if kept is not None and steps % _KEPT_EVERY == 0:
            average.use_average()
            network.save_weights(kept)
            average.use_raw()
    pictures.close()
    average.use_average()
    return network, {
        "recipe": vars(recipe),
        "began with": first.name if first else None,
        "steps": steps,
        "pictures": pictures.count,
        "loss": np.mean(recent[-200:], axis=0).round(4).tolist(),
        "versions": versions(),
    }


def _rate(recipe: Recipe, done: float) -> float:
    if done < recipe.warmup:
        return recipe.peak * done / recipe.warmup + 1e-6
    return recipe.peak * 0.5 * (1 + math.cos(math.pi * (done - recipe.warmup) / (1 - recipe.warmup))) + 1e-6


def run(task: Task, description: str | None) -> None:
    """The command line of the modules that train; `description` says what for."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--out", type=Path, required=True, help="the LiteRT file; a record and weights stand beside it"
    )
    parser.add_argument("--minutes", type=float, default=task.recipe.minutes)
    parser.add_argument("--seed", type=int, default=task.recipe.seed)
    parser.add_argument("--peak", type=float, default=task.recipe.peak)
    parser.add_argument("--first", type=Path, help="weights to go on from")
    options = parser.parse_args()
    recipe = replace(task.recipe, minutes=options.minutes, seed=options.seed, peak=options.peak)
    weights = options.out.with_suffix(".weights.h5")
    network, record = trained(task, recipe, options.first, weights)
    network.save_weights(weights)
    task.write(network, options.out)
    options.out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
