"""Why the model answers as it does: what in the picture spoke for and against each digit."""

import numpy as np
from numpy.typing import NDArray

from models.store import StoredModel


def show_why(image: NDArray[np.float32], model: StoredModel) -> None:
    """Shows what spoke for and against each digit.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        model: the one that answers.
    """
