"""Learning rate schedules."""

import numpy as np
from numpy.typing import NDArray

from models.train_config import TrainConfig

_ONE_CYCLE_POSITIONS = (0.0, 0.2, 1.0)
_ONE_CYCLE_FACTORS = (0.1, 1.0, 0.01)
"""Corner points, straight lines between them: shares of the steps, and of the learning rate there."""


def learning_rates(config: TrainConfig, steps: int) -> NDArray[np.float32]:
    """The learning rate of each step, float32 (steps,).

    One-cycle: Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
    Rates", 2018. Cosine: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
    ICLR 2017, without restarts.
    """
    position = np.arange(steps) / max(1, steps - 1)
    match config.schedule:
        case "cosine":
            factor = (1 + np.cos(np.pi * position)) / 2
        case "one-cycle":
            factor = np.interp(position, _ONE_CYCLE_POSITIONS, _ONE_CYCLE_FACTORS)
        case _:
            factor = np.ones(steps)
    return (config.learning_rate * factor).astype(np.float32)
