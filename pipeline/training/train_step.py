"""The compiled training step and the state around it: what `pipeline.training.trainer` drives, epoch by epoch.

Knows nothing of where images come from or who watches.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.train_config import TrainConfig
from pipeline.training.optimizers import make_optimizer

_LEAST_TO_CALIBRATE = 500

Checkpoint = dict[str, NDArray[Any]]
"""Everything needed to go on after a whole epoch: weights, optimizer, averages, random states."""


class Loop:
    """The compiled training step with its variables: many steps in one call, the epoch held as one tensor."""

    def __init__(self, tf: Any, model: Any, config: TrainConfig, rates: NDArray[np.float32]) -> None:
        import keras

        self.tf, self.model, self.config = tf, model, config
        self.rates = rates
        self.optimizer = make_optimizer(config)
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
        """Takes an epoch's images, uint8 (n, 28, 28), and labels, uint8 (n,), in the order of learning."""
        self.use_raw()
        self.images = self.labels = None
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
                logits = self._forward(inputs)
                losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, model.trainable_variables)
            self.optimizer.learning_rate.assign(rate)
            self.optimizer.apply(gradients, model.trainable_variables)
            if self.average:
                share = 1 - tf.minimum(keep, self._youth())
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

    def _youth(self) -> Any:
        """What an average may keep of itself at most: young ones follow closely and soon forget the random start."""
        age = self.tf.cast(self.optimizer.iterations, self.tf.float32)
        return (1 + age) / (10 + age)

    def _forward(self, images: Any) -> Any:
        """The logits in training mode, batch norm in one operation.

        Keras composes batch norm of a dozen operations that each pass over the whole map, which takes twice as
        long; the fused one does the same and gives back the batch's mean and variance.
        """
        import keras

        values = images
        for layer in self.model.layers[:-1]:
            if isinstance(layer, keras.layers.BatchNormalization):
                shape = self.tf.shape(values)
                maps = values if len(values.shape) == 4 else values[:, None, None, :]
                maps, mean, variance = self.tf.compat.v1.nn.fused_batch_norm(
                    maps, layer.gamma.value, layer.beta.value, epsilon=layer.epsilon, is_training=True
                )
                values = self.tf.reshape(maps, shape)
                for moving, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
                    share = 1 - self.tf.minimum(layer.momentum, self._youth())
                    moving.assign_sub((moving.value - batch) * share)
            else:
                values = layer(values, training=True)
        return values

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
        into the weights of the last dense layer and changes no answer, only how sure it is. With fewer than
        500 images nothing is changed: if all of them are right, the best temperature would be none.
        """
        if len(images) < _LEAST_TO_CALIBRATE:
            return
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
        """Everything needed to go on after so many whole epochs."""
        arrays = {f"v{number}": np.asarray(v) for number, v in enumerate(self._variables())}
        return {"epochs": np.array(epochs), **arrays}

    def restore(self, state: Checkpoint) -> int:
        """Puts such a state back; returns the number of whole epochs behind it."""
        for number, variable in enumerate(self._variables()):
            variable.assign(state[f"v{number}"])
        return int(state["epochs"])


def _cross_entropy(logits: NDArray[np.float64], labels: NDArray[np.uint8]) -> float:
    """Mean of -log softmax(logits)[label], in nats."""
    shifted = logits - logits.max(1, keepdims=True)
    chances = shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(1))
    return float(-chances.mean())
