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
from pipeline.negatives import make_negatives

Checkpoint = dict[str, NDArray[Any]]
"""Everything needed to go on after a whole epoch: weights, optimizer, averages, random states."""

_REPORT_EVERY = 0.25  # seconds
_DIVERGED = 1e4  # guessing has a loss of 2.3; what is so far off, or infinite, does not come back
_NEGATIVES_MADE = 12_000  # different pictures of no digit; each epoch varies a choice of them anew
_SERIF_SHARE = 0.2  # of the ones, in an augmented training


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


@dataclass
class Result:
    """A trained network and how it came to be.

    Attributes:
        model: `keras.Model`, (n, 28, 28, 1) float32 in [0, 1] -> (n, 10) probabilities.
        history: one entry a whole epoch.
        why: "finished", "stopped" (from outside), "early" (no better validation loss) or "diverged".
        epochs: whole epochs behind the model.
    """

    model: Any
    history: list[Progress] = field(default_factory=list)
    why: str = "finished"
    epochs: int = 0


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
    import tensorflow as tf

    images, labels = dataset.train
    split = dataset.split(config.validation_split, config.seed)
    model = build(config.architecture, config.parameters, config.dropout, config.seed, config.classes)
    if start_weights is not None:
        model.set_weights(start_weights)
    epoch_size = len(split.train) + round(config.not_a_digit * len(split.train))
    steps = math.ceil(epoch_size / config.batch_size)
    loop = _Loop(tf, model, config, steps)
    validation = (images[split.validation], labels[split.validation])
    result = Result(model)
    first = 0
    if resume_from is not None:
        first = loop.restore(resume_from)
    result.epochs = first
    best_loss, best_epoch, best_weights = math.inf, first, None
    began, seen = time.perf_counter(), 0
    for epoch, batches in _epochs(config, images[split.train], labels[split.train], first):
        loop.begin_epoch(*batches)
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
        if config.early_stopping and val_loss is not None and val_loss < best_loss:
            best_loss, best_epoch, best_weights = val_loss, epoch, model.get_weights()
        loop.use_raw()
        on_checkpoint(partial(loop.state, epoch + 1))
        on_progress(end)
        if config.early_stopping and epoch - best_epoch >= config.early_stopping:
            result.why = "early"
            break
    loop.use_average()
    if best_weights is not None:
        model.set_weights(best_weights)
    if config.calibrate:
        loop.calibrate(*validation)
    return result


def _epochs(
    config: TrainConfig, images: NDArray[np.uint8], labels: NDArray[np.uint8], first: int
) -> Iterator[tuple[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]]]:
    """Each epoch's images and labels in its own order, the next prepared while one is learned.

    Order and variations depend on the seed and the epoch alone, so a resumed training sees what the
    uninterrupted one would have seen.
    """
    variation = Variation().times(config.augment_strength)
    negative_count = round(config.not_a_digit * len(images))
    negatives = images[:0]
    if negative_count:
        random = np.random.default_rng([config.seed, 0x0DD])
        negatives = make_negatives(images, labels, min(negative_count, _NEGATIVES_MADE), random)

    def prepare(epoch: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        random = np.random.default_rng([config.seed, epoch])
        order = random.permutation(len(images) + negative_count)
        digits = images
        if config.augment:
            digits = images.copy()
            add_serifs(digits, labels, random, _SERIF_SHARE)
        if negative_count:
            extra = negatives[random.integers(len(negatives), size=negative_count)]
            digits = np.concatenate([digits, extra])
        truth = np.concatenate([labels, np.full(negative_count, 10, np.uint8)])[order]
        shown = digits[order]
        return (vary(shown, random, variation) if config.augment else shown), truth

    with ThreadPoolExecutor(1) as pool:
        upcoming = pool.submit(prepare, first)
        for epoch in range(first, config.epochs):
            batches = upcoming.result()
            if epoch + 1 < config.epochs:
                upcoming = pool.submit(prepare, epoch + 1)
            yield epoch, batches


class _Loop:
    """The compiled training step with its variables: many steps in one call, the epoch held as one tensor."""

    def __init__(self, tf: Any, model: Any, config: TrainConfig, steps: int) -> None:
        import keras

        self.tf, self.model, self.config = tf, model, config
        self.rates = learning_rates(config, steps * config.epochs)
        self.optimizer = _optimizer(keras, config)
        self.optimizer.build(model.trainable_variables)
        # the network up to its softmax: the loss is exact from there, and its gradient simpler
        self.logits = keras.Model(model.inputs, model.layers[-1].input)
        averaged = [v for v in model.variables if "seed" not in v.path] if config.ema else []
        self.averaged = averaged
        self.average = [tf.Variable(v.value, trainable=False) for v in averaged]
        self._raw: list[Any] | None = None
        self._steps = self._compile()
        self._answers = tf.function(lambda images: self.logits(images, training=False), reduce_retracing=True)

    def begin_epoch(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        self.use_raw()
        self.images, self.labels = self.tf.constant(images), self.tf.constant(labels)

    def run(self, before: int, first: int, count: int) -> tuple[list[float], int]:
        """Takes `count` steps from step `first` of the epoch.

        Returns each step's loss, summed over its images, and the number of right answers.
        """
        rates = self.rates[before + first : before + first + count]
        losses, right = self._steps(self.images, self.labels, self.tf.constant(rates), first)
        return losses.numpy().tolist(), int(right)

    def _compile(self) -> Any:
        tf, model, config = self.tf, self.model, self.config
        keep = tf.constant(config.ema)
        smoothing = config.label_smoothing
        size = config.batch_size

        def step(images: Any, labels: Any, rate: Any) -> tuple[Any, Any]:
            inputs = tf.cast(images[..., None], tf.float32) / 255
            targets = tf.one_hot(labels, config.classes) * (1 - smoothing) + smoothing / config.classes
            with tf.GradientTape() as tape:
                logits = self.logits(inputs, training=True)
                losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, model.trainable_variables)
            self.optimizer.learning_rate.assign(rate)
            self.optimizer.apply(gradients, model.trainable_variables)
            if self.average:
                # young averages follow closely, so that the random start is soon forgotten
                age = tf.cast(self.optimizer.iterations, tf.float32)
                share = 1 - tf.minimum(keep, (1 + age) / (10 + age))
                for mean, variable in zip(self.average, self.averaged, strict=True):
                    mean.assign_add(share * (variable.value - mean))
            right = tf.equal(tf.argmax(logits, -1, tf.int32), tf.cast(labels, tf.int32))
            return tf.reduce_sum(losses), tf.math.count_nonzero(right)

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[
                tf.TensorSpec((None, 28, 28), tf.uint8),
                tf.TensorSpec((None,), tf.uint8),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((), tf.int32),
            ]
        )
        def steps(images: Any, labels: Any, rates: Any, first: Any) -> tuple[Any, Any]:
            losses = tf.TensorArray(tf.float32, tf.size(rates))
            right = tf.constant(0, tf.int64)
            for number in tf.range(tf.size(rates)):
                start = (first + number) * size
                loss, part_right = step(
                    images[start : start + size], labels[start : start + size], rates[number]
                )
                losses, right = losses.write(number, loss), right + part_right
            return losses.stack(), right

        return steps

    def _digit_logits(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """float64 (n, 10): the logits of the digits, whatever else the network can say."""
        parts = [
            self._answers(self.tf.constant(images[start : start + 1000, ..., None].astype(np.float32) / 255))
            for start in range(0, len(images), 1000)
        ]
        return np.concatenate([part.numpy()[:, :10] for part in parts]).astype(np.float64)

    def validate(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8]
    ) -> tuple[float | None, float | None]:
        """Loss and accuracy on unvaried digits; (None, None) without any."""
        if not len(images):
            return None, None
        logits = self._digit_logits(images)
        return _cross_entropy(logits, labels), float((logits.argmax(1) == labels).mean())

    def calibrate(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Divides the logits by the temperature that fits the validation images best.

        Temperature scaling after Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017). It is put
        into the weights of the last dense layer and changes no answer, only how sure it is.
        """
        from scipy.optimize import minimize_scalar

        logits = self._digit_logits(images)
        fit = minimize_scalar(
            lambda scale: _cross_entropy(logits * math.exp(scale), labels), bounds=(-3, 3), method="bounded"
        )
        for variable in self.model.get_layer("logits").trainable_variables:
            variable.assign(variable * math.exp(fit.x))

    def use_average(self) -> None:
        """Puts the averaged weights into the model, keeping the raw ones aside."""
        if self.average and self._raw is None:
            self._raw = [variable.numpy() for variable in self.averaged]
            for mean, variable in zip(self.average, self.averaged, strict=True):
                variable.assign(mean)

    def use_raw(self) -> None:
        """Puts the raw weights back."""
        if self._raw is not None:
            for value, variable in zip(self._raw, self.averaged, strict=True):
                variable.assign(value)
            self._raw = None

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self.optimizer.variables, *self.average]

    def state(self, epochs: int) -> Checkpoint:
        arrays = {f"v{number}": np.asarray(v) for number, v in enumerate(self._variables())}
        return {"epochs": np.array(epochs), **arrays}

    def restore(self, state: Checkpoint) -> int:
        for number, variable in enumerate(self._variables()):
            variable.assign(state[f"v{number}"])
        return int(state["epochs"])


def _cross_entropy(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Mean of -log softmax(logits)[label], in nats."""
    shifted = logits - logits.max(1, keepdims=True)
    chances = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(1))
    return float(-chances.mean())


def _optimizer(keras: Any, config: TrainConfig) -> Any:
    rate, decay = config.learning_rate, config.weight_decay or None
    match config.optimizer:
        case "adamw":
            optimizer = keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
            optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
            return optimizer
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay)
        case _:
            return keras.optimizers.Adam(rate, weight_decay=decay)
