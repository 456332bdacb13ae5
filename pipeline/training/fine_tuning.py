"""Fine-tunes a trained network on a few digits of one person, while it keeps answering as before on all others.

Only the end of the network learns, its last two layers of weights; what comes before, the trunk, is computed once
for each image. What is learned beside the person's digits, the rehearsal, is labeled with the network's own former
answers (Li and Hoiem, "Learning without Forgetting", ECCV 2016). Batch norm keeps its averages: a few digits say
nothing of those.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from pipeline.data.augmentation import Variation, vary
from pipeline.training.callbacks import Weights

_INFERENCE_BATCH = 500

Scores = NDArray[np.float32]
"""What a network answers, float32 (n, 10 or 11), rows summing to 1."""

Features = NDArray[np.float32]
"""What a network's trunk makes of images, float32 (n, ...)."""


@dataclass(frozen=True)
class Recipe:
    """How a network is fine-tuned; benchmarks/my_digits.py measures what it gives.

    Attributes:
        own: digits of the person in a batch, each varied anew.
        rehearsal: other images in a batch.
        learning_rate: of the first step; it falls to zero along half a cosine.
        variation: of the person's digits.
        steps: weight updates.
        layers: how many layers of weights learn, from the end; batch norm goes with the layer before it.
    """

    own: int
    rehearsal: int
    learning_rate: float
    variation: Variation
    steps: int = 160
    layers: int = 2


OnStep = Callable[[float, int], None]
"""Told after each step its loss in nats, summed over the batch, and how many of the batch were right."""


class FineTuning:
    """A network in two parts, trunk and end, and the compiled step that fine-tunes the end."""

    def __init__(self, model: Any, recipe: Recipe) -> None:
        """Prepares a network.

        Args:
            model: `keras.Sequential` that ends in a softmax, with its trained weights.
            recipe: how to fine-tune it.
        """
        self.model, self.recipe = model, recipe
        first = _first_that_learns(model.layers, recipe.layers)
        self._end = model.layers[first:-1]
        self._variables = [variable for layer in self._end for variable in layer.trainable_variables]
        self.former: Weights = self.weights()
        self._optimizer = keras.optimizers.Adam()
        self._optimizer.build(self._variables)
        self._fresh = [np.array(variable) for variable in self._optimizer.variables]
        trunk = keras.Model(model.inputs, model.layers[first].input)
        self._trunk = tf.function(lambda images: trunk(images, training=False), reduce_retracing=True)
        self._answer = tf.function(
            lambda features: tf.nn.softmax(self._logits(features)), reduce_retracing=True
        )
        self._step = tf.function(self._take_step, reduce_retracing=True)

    def features(self, images: NDArray[Any]) -> Features:
        """The trunk's output for images (n, 28, 28), uint8 in [0, 255] or float in [0, 1]."""
        scale = np.float32(255 if images.dtype == np.uint8 else 1)
        return _in_parts(lambda part: self._trunk(part[..., None].astype(np.float32) / scale), images)

    def scores(self, features: Features) -> Scores:
        """What the network answers to images with these features."""
        return _in_parts(self._answer, features)

    def weights(self) -> Weights:
        """The weights that learn."""
        return [np.array(variable) for variable in self._variables]

    def set_weights(self, weights: Weights) -> None:
        """Gives the network other ones."""
        for variable, value in zip(self._variables, weights, strict=True):
            variable.assign(value)

    def learn(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        rehearsal: tuple[Features, Scores],
        random: np.random.Generator,
        on_step: OnStep = lambda _loss, _right: None,
    ) -> Weights:
        """Fine-tunes the network from its former weights on.

        Args:
            images: the person's digits, uint8 (n, 28, 28).
            labels: uint8 (n,), 10 for "not a digit".
            rehearsal: features of other images, and the former answers to them.
            random: decides order and variations.
            on_step: told how it goes.

        Returns:
            The weights that have learned; the network has them as well.
        """
        self.set_weights(self.former)
        for variable, fresh in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(fresh)
        recipe, (others, answers) = self.recipe, rehearsal
        order = _shuffled(len(images), recipe.steps * recipe.own, random)
        own = self.features(vary(images[order], random, recipe.variation))
        wanted = np.eye(answers.shape[1], dtype=np.float32)[labels[order]]
        for step, rate in enumerate(rates(recipe)):
            mine = slice(step * recipe.own, (step + 1) * recipe.own)
            beside = random.integers(len(others), size=recipe.rehearsal)
            features = np.concatenate([own[mine], others[beside]])
            targets = np.concatenate([wanted[mine], answers[beside]])
            loss, right = self._step(*map(tf.constant, (features, targets, rate)))
            on_step(float(loss), int(right))
        return self.weights()

    def _logits(self, features: Any) -> Any:
        for layer in self._end:
            features = layer(features, training=False)
        return features

    def _take_step(self, features: Any, targets: Any, rate: Any) -> tuple[Any, Any]:
        """One step on one batch: the sum of its losses and how many answers were right before the update."""
        with tf.GradientTape() as tape:
            logits = self._logits(features)
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, self._variables)
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(gradients, self._variables)
        right = tf.equal(tf.argmax(logits, 1), tf.argmax(targets, 1))
        return tf.reduce_sum(losses), tf.math.count_nonzero(right)


def rates(recipe: Recipe) -> NDArray[np.float32]:
    """The learning rate of each step, float32 (steps,)."""
    done = np.arange(recipe.steps) / recipe.steps
    return np.asarray(recipe.learning_rate * (1 + np.cos(np.pi * done)) / 2, np.float32)


def between(former: Weights, learned: Weights, share: float) -> Weights:
    """Weights on the line from the former to the fine-tuned ones (WiSE-FT; Wortsman et al., CVPR 2022)."""
    return [old + np.float32(share) * (new - old) for old, new in zip(former, learned, strict=True)]


def _first_that_learns(layers: Sequence[Any], count: int) -> int:
    """Place of the first of the last `count` layers that have weights, batch norm not counted."""
    weighty = [
        place
        for place, layer in enumerate(layers)
        if layer.trainable_variables and not isinstance(layer, keras.layers.BatchNormalization)
    ]
    return weighty[-count:][0]


def _in_parts(function: Callable[[Any], Any], values: NDArray[Any]) -> NDArray[np.float32]:
    """A function of many values, some at a time."""
    starts = range(0, len(values), _INFERENCE_BATCH)
    return np.concatenate([function(values[start : start + _INFERENCE_BATCH]).numpy() for start in starts])


def _shuffled(count: int, size: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Positions below `count`, int64 (size,), each about as often as every other."""
    rounds = -(-size // count)
    return np.concatenate([random.permutation(count) for _ in range(rounds)])[:size]
