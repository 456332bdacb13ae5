"""What a network was like after each epoch: its weights, small enough to keep many, to watch it learn.

One file an epoch in the run's `snapshots` folder, float16 and compressed. They are for looking at: a training goes on
from its checkpoint.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import replacing
from models.run_directory import RunDirectory

MOST = 40
"""Snapshots of a run."""

MOST_BYTES = 8 * 1024**2
"""Bytes of all snapshots of a run; a network of which not even three fit has none."""

_FEWEST = 3


def write_snapshot(run: RunDirectory, epochs: int, weights: Sequence[NDArray[Any]]) -> None:
    """Adds what a network is like after so many whole epochs, 0 before the first, and thins out what is too many."""
    folder = run.snapshots_folder
    folder.mkdir(exist_ok=True)
    file = folder / f"{epochs}.npz"
    with replacing(file) as part:
        arrays = {str(number): np.asarray(values, np.float16) for number, values in enumerate(weights)}
        np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
    most = min(MOST, MOST_BYTES // file.stat().st_size)
    keep = thin_out(snapshot_epochs(run), most) if most >= _FEWEST else []
    for number in set(snapshot_epochs(run)) - set(keep):
        (folder / f"{number}.npz").unlink(missing_ok=True)


def snapshot_epochs(run: RunDirectory) -> list[int]:
    """After how many whole epochs there is a snapshot, in rising order; none of models that were not trained here."""
    return sorted(int(file.stem) for file in run.snapshots_folder.glob("*.npz") if file.stem.isdecimal())


def read_snapshot(run: RunDirectory, epochs: int) -> list[NDArray[np.float32]]:
    """A network's weights after so many whole epochs, as `keras.Model.get_weights` gives them.

    Raises:
        ModelError: there is no such snapshot, or it is damaged.
    """
    file: Path = run.snapshots_folder / f"{epochs}.npz"
    try:
        with file.open("rb") as source, np.load(source, allow_pickle=False) as arrays:
            return [arrays[str(number)].astype(np.float32) for number in range(len(arrays.files))]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise ModelError(f"{run.id}: the snapshot after epoch {epochs} is missing or damaged.") from None


def thin_out(epochs: Sequence[int], most: int) -> list[int]:
    """Those to keep so that they are at most `most` and evenly spaced: every 2nd, 4th, 8th ..., and the last.

    Args:
        epochs: in rising order, from 0.
        most: at least 3.
    """
    step = 1
    while epochs[-1] // step + 2 > most:
        step *= 2
    return [epoch for epoch in epochs if epoch % step == 0 or epoch == epochs[-1]]
