"""Many images -> a network's features of them, on all cores and with progress."""

import os
from collections.abc import Callable, Iterator
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
    return np.concatenate(list(feature_blocks(LayerReader(litert_file), images, on_progress)))


def feature_blocks(
    reader: LayerReader,
    images: NDArray[np.uint8],
    on_progress: Callable[[float], None] = lambda _: None,
    threads: int | None = None,
) -> Iterator[NDArray[np.float32]]:
    """The same block by block, for those who keep less of it than it is; whoever stops taking them ends it.

    Args:
        reader: the model.
        images: as of `features_of`, as is `on_progress`.
        on_progress: told the share that is done.
        threads: how many compute, of those that the reader serves at once; as many as cores by default.
    """
    blocks = [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        try:
            for count, features in enumerate(pool.map(reader.features, blocks), 1):
                yield features
                on_progress(count / len(blocks))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # whoever looked has left the page
