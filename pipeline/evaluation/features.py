"""Many images -> a network's features of them, on all cores and with progress."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.layer_outputs import LayerReader

_BLOCK = 512  # images between two reports of progress


def features_of(
    litert_file: Path, images: NDArray[np.uint8], on_progress: Callable[[float], None] = lambda _: None
) -> NDArray[np.float32]:
    """What the network's last layer decides from, float32 (n, features).

    Args:
        litert_file: a model.tflite.
        images: uint8 (n, 28, 28), stroke bright.
        on_progress: told the share that is done.

    Raises:
        ModelError: the file is missing, or not such a model.
    """
    reader = LayerReader(litert_file)
    blocks = [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]
    parts = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            for features in pool.map(reader.features, blocks):
                parts.append(features)
                on_progress(len(parts) / len(blocks))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # whoever looked has left the page
    return np.concatenate(parts)
