"""The exponential moving average (EMA) of a network's weights, which answers better than the last step's weights.

Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; with the warm-up of
`tf.train.ExponentialMovingAverage(decay, num_updates)`.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf


def ema_warmup(steps: Any) -> Any:
    """What an average may keep of itself at most after so many steps: a young one soon forgets the random start.

    Args:
        steps: a float32 tensor ().

    Returns:
        (1 + steps) / (10 + steps), from 0.1 towards 1.
    """
    return (1 + steps) / (10 + steps)


class WeightAverage:
    """Averages of variables, and the exchange of both: a network is trained raw and validated averaged."""

    def __init__(self, variables: Sequence[Any], decay: float) -> None:
        """`variables`: of Keras, those to average; `decay`: what an average keeps of itself at each step."""
        self._variables = list(variables)
        self._decay = tf.constant(decay)
        self._raw: list[Any] | None = None
        self.averages = [tf.Variable(variable.value, trainable=False) for variable in variables]

    def update(self, steps: Any) -> None:
        """Takes in the variables' values after step `steps` (a float32 tensor, from 1). Part of a TensorFlow graph."""
        share = 1 - tf.minimum(self._decay, ema_warmup(steps))
        for average, variable in zip(self.averages, self._variables, strict=True):
            average.assign_add(share * (variable.value - average))

    def use_average(self) -> None:
        """Puts the averages into the variables, keeping the raw values aside."""
        if self._raw is None:
            self._raw = [variable.numpy() for variable in self._variables]
            for average, variable in zip(self.averages, self._variables, strict=True):
                variable.assign(average)

    def use_raw(self) -> None:
        """Puts the raw values back."""
        if self._raw is not None:
            for value, variable in zip(self._raw, self._variables, strict=True):
                variable.assign(value)
            self._raw = None
