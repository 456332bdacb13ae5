"""Trains the network that looks at whole pages, on pictures that are made meanwhile.

    python -m pipeline.training.page_training --minutes 90 --out pipeline/reading/page_network.tflite

One process makes pictures (`pipeline.pages`) as long as this one learns. The learning rate follows the clock, so that
a busy machine learns less, but to an end. Beside the file stands a record of how it was made.
"""

import argparse
import json
import math
import multiprocessing
import os
import queue
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import typer

from pipeline.pages.characters import CHARACTERS
from pipeline.pages.crops import SIDE, Crop, made_crop, varied
from pipeline.pages.targets import targets_of
from pipeline.training.averaging import WeightAverage
from pipeline.training.export import versions
from pipeline.training.page_network import build_page_network, write_litert


@dataclass(frozen=True)
class Recipe:
    """How the network is trained; set by hand.

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


def _make_pictures(seed: int, made: Any) -> None:
    """Fills the queue, in a process of its own, until it is ended; what time the learning leaves is enough."""
    os.nice(10)
    number = 0
    while True:
        rng = np.random.default_rng([seed, number])
        made.put([made_crop(rng) for _ in range(64)])
        number += 1


class Pictures:
    """Made pictures, and batches of them as the network takes them."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._crops: list[Crop] = []
        self.count = 0
        context = multiprocessing.get_context("spawn")
        self._made = context.Queue(8)
        self._maker = context.Process(target=_make_pictures, args=(recipe.seed, self._made), daemon=True)
        self._maker.start()
        self._batches: queue.Queue[tuple[Any, ...]] = queue.Queue(6)
        threading.Thread(target=self._prepare, daemon=True).start()

    def batch(self) -> tuple[Any, ...]:
        """Contrast, ink and the maps of `Targets`, each with the batch as its first dimension."""
        return self._batches.get()

    def close(self) -> None:
        """Ends the making of pictures."""
        self._maker.terminate()

    def _take(self) -> None:
        while len(self._crops) < self._recipe.least or not self._made.empty():
            for crop in self._made.get():
                if len(self._crops) < self._recipe.kept:
                    self._crops.append(crop)
                else:
                    self._crops[self.count % self._recipe.kept] = crop
                self.count += 1

    def _prepare(self) -> None:
        rng = np.random.default_rng(self._recipe.seed)
        while True:
            self._take()
            rows = []
            for place in rng.integers(len(self._crops), size=self._recipe.batch):
                seen, ink, characters = varied(self._crops[place], rng)
                rows.append((seen[..., None], ink, *targets_of(characters, SIDE)))
            self._batches.put(tuple(np.stack(column) for column in zip(*rows, strict=True)))


def losses(maps: Any, ink: Any, targets: tuple[Any, ...], smoothing: float) -> tuple[Any, ...]:
    """What is wrong with the network's answers: middles, characters, geometry, print and ink.

    Middles by the focal loss of Law and Deng, "CornerNet" (2018); the rest as usual, where a character is near.
    """
    written, middle, counts, character, upright, geometry, near = targets
    logit, count = maps[..., 0], len(CHARACTERS)
    chance = tf.sigmoid(logit)
    hit = tf.cast(middle >= 0.999, tf.float32)
    focal = hit * (1 - chance) ** 2 * tf.math.log_sigmoid(logit)
    focal += (1 - hit) * (1 - middle) ** 4 * chance**2 * tf.math.log_sigmoid(-logit)
    middles = -tf.reduce_sum(focal * counts) / (tf.reduce_sum(hit) + 1)
    wanted = tf.one_hot(character, count) * (1 - smoothing) + smoothing / count
    cross = tf.nn.softmax_cross_entropy_with_logits(wanted, maps[..., 1 : 1 + count])
    characters = tf.reduce_sum(cross * upright) / (tf.reduce_sum(upright) + 1)
    told = maps[..., 1 + count :]
    off = tf.abs(told[..., :6] - geometry[..., :6])
    smooth = tf.where(off < 0.1, 5 * off * off, off - 0.05)
    places = tf.reduce_sum(smooth * near[..., None]) / (tf.reduce_sum(near) + 1)
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=geometry[..., 6], logits=told[..., 6])
    printed = tf.reduce_sum(cross * near) / (tf.reduce_sum(near) + 1)
    wet = tf.cast(written, tf.float32) / 255
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=wet, logits=ink[..., 0])
    return middles, characters, places, 0.5 * printed, 2 * tf.reduce_mean(cross)


def train_page_network(recipe: Recipe, first: Path | None = None) -> tuple[keras.Model, dict[str, Any]]:
    """Trains for the recipe's time and gives the averaged network, with a record of how it was made.

    Args:
        recipe: all settings.
        first: weights to begin with, as Keras saves them; new ones by default.
    """
    keras.utils.set_random_seed(recipe.seed)
    network = build_page_network()
    if first is not None:
        network.load_weights(first)
    optimizer = keras.optimizers.AdamW(recipe.peak, weight_decay=recipe.decay, beta_2=0.99, clipnorm=5.0)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(seen: Any, *targets: Any) -> Any:
        with tf.GradientTape() as tape:
            maps, ink = network(seen, training=True)
            parts = losses(maps, ink, targets, recipe.smoothing)
            loss = tf.add_n(parts)
        optimizer.apply_gradients(
            zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True)
        )
        return tf.stack(parts)

    pictures, started, steps = Pictures(recipe), time.monotonic(), 0
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


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--out", type=Path, required=True, help="the LiteRT file; a record and weights stand beside it"
    )
    parser.add_argument("--minutes", type=float, default=Recipe.minutes)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--peak", type=float, default=Recipe.peak)
    parser.add_argument("--first", type=Path, help="weights to go on from")
    options = parser.parse_args()
    recipe = Recipe(minutes=options.minutes, seed=options.seed, peak=options.peak)
    network, record = train_page_network(recipe, options.first)
    network.save_weights(options.out.with_suffix(".weights.h5"))
    write_litert(network, options.out)
    options.out.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
