"""The compiled training step and the state around it: what `pipeline.training.trainer` drives, epoch by epoch.

Knows nothing of where images come from or who is told.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.digits import DIGITS, SIDE
from models.train_config import TrainConfig
from pipeline.training.averaging import WeightAverage
from pipeline.training.calibration import cross_entropy, fit_scale
from pipeline.training.callbacks import Checkpoint, Validation
from pipeline.training.forward import training_logits
from pipeline.training.optimizers import make_optimizer

_FEWEST_TO_CALIBRATE = 500
_INFERENCE_BATCH = 1000


class TrainStep:
    """The compiled training step with its variables: many steps in one call, the epoch held as one tensor.

    Attributes:
        model: `keras.Sequential` that ends in a softmax; trained in place.
    """

    def __init__(self, model: Any, config: TrainConfig) -> None:
        self.model, self._config = model, config
        self._optimizer = make_optimizer(config)
        self._optimizer.build(model.trainable_variables)
        # the network up to its softmax: the loss is exact from there, and its gradient simpler
        self._logits = keras.Model(model.inputs, model.layers[-1].input)
        averaged = [v for v in model.variables if "seed" not in v.path] if config.ema else []
        self._average = WeightAverage(averaged, config.ema)
        self._steps = tf.function(
            self._run_steps,
            input_signature=[
                tf.TensorSpec((None, SIDE, SIDE), tf.uint8),
                tf.TensorSpec((None,), tf.uint8),
                tf.TensorSpec((None,), tf.float32),
                tf.TensorSpec((), tf.int32),
            ],
        )
        self._infer = tf.function(lambda images: self._logits(images, training=False), reduce_retracing=True)

    def begin_epoch(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Takes an epoch's images, uint8 (n, 28, 28), and labels, uint8 (n,), in the order they are trained on."""
        self.use_raw()
        self._images = self._labels = None
        self._images, self._labels = tf.constant(images), tf.constant(labels)

    def run(self, first: int, rates: NDArray[np.float32]) -> tuple[list[float], int]:
        """Takes a step with each of these learning rates, from step `first` of the epoch on.

        Returns each step's loss in nats, summed over its images, and the number of right answers.
        """
        losses, correct = self._steps(self._images, self._labels, tf.constant(rates), first)
        return losses.numpy().tolist(), int(correct)

    def _run_steps(self, images: Any, labels: Any, rates: Any, first: Any) -> tuple[Any, Any]:
        """`run` as a TensorFlow graph; the tensors are an epoch's."""
        size = self._config.batch_size
        losses = tf.TensorArray(tf.float32, tf.size(rates))
        correct = tf.constant(0, tf.int64)
        for number in tf.range(tf.size(rates)):
            batch = (first + number) * size
            loss, batch_correct = self._run_step(
                images[batch : batch + size], labels[batch : batch + size], rates[number]
            )
            losses, correct = losses.write(number, loss), correct + batch_correct
        return losses.stack(), correct

    def _run_step(self, images: Any, labels: Any, rate: Any) -> tuple[Any, Any]:
        """One step on one batch: the sum of its losses and the number of right answers before the update."""
        inputs = tf.cast(images[..., None], tf.float32) / 255
        targets = tf.one_hot(labels, self._config.classes)
        with tf.GradientTape() as tape:
            logits = training_logits(self.model.layers[:-1], inputs, self._steps_done())
            losses = keras.losses.categorical_crossentropy(
                targets, logits, from_logits=True, label_smoothing=self._config.label_smoothing
            )
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self._optimizer.learning_rate.assign(rate)
        self._optimizer.apply(gradients, self.model.trainable_variables)
        self._average.update(self._steps_done())
        correct = tf.equal(tf.argmax(logits, -1, tf.int32), tf.cast(labels, tf.int32))
        return tf.reduce_sum(losses), tf.math.count_nonzero(correct)

    def _steps_done(self) -> Any:
        return tf.cast(self._optimizer.iterations, tf.float32)

    def _digit_logits(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """float64 (n, 10): the logits of the digits, whatever else the network can say."""
        parts = [
            self._infer(
                tf.constant(images[start : start + _INFERENCE_BATCH, ..., None].astype(np.float32) / 255)
            )
            for start in range(0, len(images), _INFERENCE_BATCH)
        ]
        return np.concatenate([part.numpy()[:, :DIGITS] for part in parts]).astype(np.float64)

    def validate(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Validation:
        """Loss and accuracy on digits as they come, uint8 (n, 28, 28)."""
        if not len(images):
            return Validation()
        logits = self._digit_logits(images)
        return Validation(cross_entropy(logits, labels), float((logits.argmax(1) == labels).mean()))

    def calibrate(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
        """Divides the logits by the temperature that fits the validation images best.

        It is put into the weights of the last dense layer and changes no answer, only how sure it is. With fewer than
        500 images nothing is changed: if all of them are right, the best temperature would be 0.
        """
        if len(images) < _FEWEST_TO_CALIBRATE:
            return
        scale = fit_scale(self._digit_logits(images), labels)
        for variable in self.model.get_layer("logits").trainable_variables:
            variable.assign(variable * scale)

    def use_average(self) -> None:
        """Puts the averaged weights into the model, keeping the raw ones aside."""
        self._average.use_average()

    def use_raw(self) -> None:
        """Puts the raw weights back."""
        self._average.use_raw()

    def _variables(self) -> list[Any]:
        return [*self.model.variables, *self._optimizer.variables, *self._average.averages]

    def state(self, epochs: int) -> Checkpoint:
        """Everything needed to resume after so many whole epochs."""
        arrays = {f"v{number}": np.asarray(v) for number, v in enumerate(self._variables())}
        return {"epochs": np.array(epochs), **arrays}

    def restore(self, state: Checkpoint) -> int:
        """Puts such a state back; returns the number of whole epochs behind it."""
        for number, variable in enumerate(self._variables()):
            variable.assign(state[f"v{number}"])
        return int(state["epochs"])
