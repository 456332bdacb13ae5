"""The optimizers a training may use."""

from typing import Any

import keras
import tensorflow as tf

from models.train_config import TrainConfig

_UNDECAYED = ["bias", "gamma", "beta"]
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # Jordan's coefficients, which rise fastest from small values
_ITERATIONS = 5
_UPDATE_SIZE = 0.2  # root mean square of an update, as AdamW's: after Liu et al., arXiv 2502.16982


def make_optimizer(config: TrainConfig) -> Any:
    """The `keras.optimizers.Optimizer` that a configuration asks for."""
    rate, decay = config.learning_rate, config.weight_decay or None
    match config.optimizer:
        case "muon":
            optimizer = ConvolutionalMuon(rate, weight_decay=decay, adam_weight_decay=decay)
            optimizer.exclude_from_weight_decay(var_names=_UNDECAYED)
            return optimizer
        case "adamw":
            optimizer = keras.optimizers.AdamW(rate, weight_decay=config.weight_decay)
            optimizer.exclude_from_weight_decay(var_names=_UNDECAYED)
            return optimizer
        case "sgd":
            return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay)
        case _:
            return keras.optimizers.Adam(rate, weight_decay=decay)


class ConvolutionalMuon(keras.optimizers.Muon):  # type: ignore[misc]
    """Keras's Muon, for kernels of convolutions as well.

    Muon (Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024) turns each momentum
    matrix into the nearest one with equal singular values. Keras does so for matrices only and leaves the
    kernels of convolutions to AdamW; here a kernel of shape (height, width, in, out) counts as a matrix
    (height * width * in, out). The last layer, biases and batch norm stay with AdamW.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) < 2 or "logits" in variable.path

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        """Nesterov momentum, orthogonalized; the update's root mean square is about `lr * _UPDATE_SIZE`."""
        m.assign(self.momentum * m + gradient)
        matrix = tf.reshape(gradient + self.momentum * m, (-1, variable.shape[-1]))
        size = lr * _UPDATE_SIZE * max(matrix.shape) ** 0.5
        self.assign_sub(variable, size * tf.reshape(orthogonalize(matrix), variable.shape))


def orthogonalize(matrix: Any) -> Any:
    """Roughly U V^T of the matrix's singular value decomposition, by a quintic Newton-Schulz iteration.

    Args:
        matrix: float32 tensor (rows, columns) of known shape.

    Returns:
        A tensor of the same shape with the same singular vectors and singular values of about 0.7 to 1.2, but for
        those that are below a few thousandths of the matrix's norm, which five iterations do not lift so far.
    """
    linear, cubic, quintic = _NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    value = tf.transpose(matrix) if tall else matrix
    value /= tf.norm(value) + 1e-7
    unit = linear * tf.eye(value.shape[0])
    for _ in range(_ITERATIONS):
        square = tf.matmul(value, value, transpose_b=True)
        value = (unit + cubic * square + quintic * square @ square) @ value
    return tf.transpose(value) if tall else value
