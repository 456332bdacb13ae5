"""A run's checkpoint: all that is needed to go on from its last whole epoch, as arrays in one .npz file."""

from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import replacing
from models.run_directory import RunDirectory


def write_checkpoint(run: RunDirectory, state: Mapping[str, NDArray[Any]], seconds: float) -> None:
    """Replaces the checkpoint and notes in run.json how far it is; `seconds` is the training time so far."""
    run.checkpoint_file.parent.mkdir(exist_ok=True)
    with replacing(run.checkpoint_file) as part:
        np.savez(part, **state)  # type: ignore[arg-type]
    run.update(epochs_done=int(state["epochs"]), seconds=seconds)


def read_checkpoint(run: RunDirectory, *names: str) -> dict[str, NDArray[Any]] | None:
    """The checkpoint's arrays, or only those named; None where there is no checkpoint yet.

    Raises:
        ModelError: it is damaged.
    """
    try:
        with run.checkpoint_file.open("rb") as source, np.load(source, allow_pickle=False) as file:
            return {name: file[name] for name in names or file.files}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        raise ModelError(f"{run.id}: the checkpoint is damaged, so the run can't be resumed.") from None
