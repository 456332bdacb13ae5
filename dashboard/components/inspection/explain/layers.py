"""What every layer of the model answers to a picture."""

import numpy as np
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from models.store import StoredModel


def show_layers(image: NDArray[np.float32], model: StoredModel, palette: Palette) -> None:
    """Shows the layers, from the picture to the answer.

    Args:
        image: float32 (28, 28) in [0, 1], as the model sees it.
        model: the one that answers.
        palette: of the page's theme.
    """
