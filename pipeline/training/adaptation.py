"""Adapts a model to one person's digits, and counts what it reads better and worse than before."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.test_time_augmentation import COUNT, views_of
from models.train_config import TrainConfig
from pipeline.data.augmentation import Variation
from pipeline.data.dataset import Dataset
from pipeline.data.own_digits import OwnDigits
from pipeline.evaluation.before_after import Change, change, forgets, wrong_answers, wrong_digits
from pipeline.training.callbacks import Callbacks, Validation, Weights
from pipeline.training.epoch_metrics import EpochMetrics
from pipeline.training.fine_tuning import Features, FineTuning, OnStep, Recipe, between, rates
from pipeline.training.rehearsal import Rehearsal, make_rehearsal

SHARES = (0.75, 0.5, 0.25)
"""How far to go from the former weights to the fine-tuned ones: the first of these that forgets nothing."""

_OWN_SHARE = 1 / 32
"""Of a batch: the person's digits."""


class AdaptationStoppedError(Exception):
    """Somebody asked for an end."""


@dataclass(frozen=True)
class Adapted:
    """What came of an adaptation; each change is told by the former answers and those of the adapted network.

    Attributes:
        share: how far its weights are from the former ones to the fine-tuned ones.
        own: of the digits that were kept back.
        validation: of images of the model's data set that were neither rehearsed nor tested on.
        test: of its test images.
        world: of made digits in hands that no network is trained on.
    """

    share: float
    own: Change
    validation: Change
    test: Change
    world: Change


def adapt(
    config: TrainConfig, model: Any, dataset: Dataset, digits: OwnDigits, callbacks: Callbacks
) -> Adapted:
    """Has a network learn all that is to be learned, then, where parts are judged by turns, judges each of these.

    Args:
        config: how to fine-tune, and what the model was trained with, which decides on the rehearsal.
        model: `keras.Sequential` with its trained weights; it gets the adapted ones.
        dataset: what it was trained on.
        digits: what to learn.
        callbacks: what is told of it, and may end it.

    Raises:
        AdaptationStoppedError: `callbacks` asked for an end.
    """
    tuner = FineTuning(model, recipe_of(config))
    rounds = _Rounds(callbacks, tuner.recipe, config.epochs // digits.trainings)
    random = np.random.default_rng([config.seed, 0xADA])
    learner = _Learner(tuner, digits, make_rehearsal(config, dataset), random, rounds.on_step)
    learned = learner.learn(digits.learned())
    share, validation = learner.choose_share(learned)
    offered = tuner.weights()
    own = learner.judge(share)
    tuner.set_weights(offered)
    test, world = (learner.compare(*images) for images in (dataset.test, learner.rehearsal.world))
    return Adapted(share, own, validation, test, world)


def recipe_of(config: TrainConfig) -> Recipe:
    """A small part of each batch is the person's, so that what is rehearsed holds."""
    own = max(1, round(_OWN_SHARE * config.batch_size))
    return Recipe(
        own=own,
        rehearsal=config.batch_size - own,
        learning_rate=config.learning_rate,
        variation=Variation().times(config.augment_strength),
    )


class _Learner:
    """Learns, and counts; what images look like to the trunk is computed once for all that is counted on them."""

    def __init__(
        self,
        tuner: FineTuning,
        digits: OwnDigits,
        rehearsal: Rehearsal,
        random: np.random.Generator,
        on_step: OnStep,
    ) -> None:
        self._tuner, self._digits, self.rehearsal = tuner, digits, rehearsal
        self._random, self._on_step = random, on_step
        self._views = tuner.features(views_of(digits.images.astype(np.float32) / np.float32(255)))
        self._wrong = self._wrong_now()
        features = tuner.features(rehearsal.images)
        self._rehearsed = features, tuner.scores(features)

    def learn(self, chosen: NDArray[np.bool_]) -> Weights:
        """Learns some of the digits from the former weights on."""
        images, labels = self._digits.images[chosen], self._digits.labels[chosen]
        return self._tuner.learn(images, labels, self._rehearsed, self._random, self._on_step)

    def choose_share(self, learned: Weights) -> tuple[float, Change]:
        """The share of the way to take, and what it does to the validation images; the network has those weights."""
        images, labels = self.rehearsal.validation
        features = self._tuner.features(images)
        before = self._wrong_digits(self._tuner.former, features, labels)
        for share in SHARES:
            weights = between(self._tuner.former, learned, share)
            validation = change(before, self._wrong_digits(weights, features, labels))
            if not forgets(validation):
                break
        return share, validation

    def judge(self, share: float) -> Change:
        """How the digits that were kept back are read: by the network as it is, or by one for each part by turns."""
        digits, after = self._digits, self._wrong_now()
        if digits.fold_count > 1:
            for fold in range(digits.fold_count):
                learned = self.learn(digits.learned(fold))
                self._tuner.set_weights(between(self._tuner.former, learned, share))
                judged = digits.folds == fold
                after[judged] = self._wrong_now()[judged]
        held_out = digits.folds >= 0
        return change(self._wrong[held_out], after[held_out])

    def compare(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Change:
        """How other images are read by the former weights and by those that the network has."""
        offered = self._tuner.weights()
        features = self._tuner.features(images)
        before, after = (
            self._wrong_digits(weights, features, labels) for weights in (self._tuner.former, offered)
        )
        return change(before, after)

    def _wrong_digits(
        self, weights: Weights, features: Features, labels: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        self._tuner.set_weights(weights)
        return wrong_digits(self._tuner.scores(features), labels)

    def _wrong_now(self) -> NDArray[np.bool_]:
        """Which of the person's digits the network reads wrongly, as a picture on Recognize is read."""
        scores = self._tuner.scores(self._views)
        return wrong_answers(scores.reshape(-1, COUNT, scores.shape[1]).mean(1), self._digits.labels)


class _Rounds:
    """Reports steps as epochs of some steps each."""

    def __init__(self, callbacks: Callbacks, recipe: Recipe, rounds: int) -> None:
        self._callbacks = callbacks
        self._batch = recipe.own + recipe.rehearsal
        self._rates = np.array_split(rates(recipe), rounds)
        self._began = time.perf_counter()
        self._epoch = self._images = 0
        self._open()

    def _open(self) -> None:
        part = self._rates[self._epoch % len(self._rates)]
        size = self._batch * len(part)
        self._metrics = EpochMetrics(self._epoch, part, size, self._batch, self._images, self._began)
        self._images += size
        self._steps = len(part)

    def on_step(self, loss: float, right: int) -> None:
        """As `pipeline.training.fine_tuning.OnStep`."""
        if self._callbacks.should_stop():
            raise AdaptationStoppedError
        self._callbacks.on_progress(self._metrics.add([loss], right))
        if self._metrics.step == self._steps:
            self._callbacks.on_progress(self._metrics.end(Validation()))
            self._epoch += 1
            self._open()
