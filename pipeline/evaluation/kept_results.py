"""What was computed of a model and a data set, kept in files: named by the hashes of both, and only so many."""

from pathlib import Path

from models.errors import ModelError
from models.files import sha256_of_file


def results_name(litert_file: Path, sha256: str, model: str) -> str:
    """A name that changes with the network and with the data set, so that nothing outlives a change of either.

    Args:
        litert_file: of the model.
        sha256: of the data set.
        model: what an error calls it.

    Raises:
        ModelError: the model was deleted.
    """
    try:
        network = sha256_of_file(litert_file)
    except OSError:
        raise ModelError(f"{model}: the model no longer exists.") from None
    return f"{network[:16]}-{sha256[:16]}"


def forget_oldest(folder: Path, most: int) -> None:
    """Deletes files until there are `most`; those written or used longest ago go first."""
    kept = sorted(folder.glob("[!.]*.np[yz]"), key=lambda file: file.stat().st_mtime_ns)
    for file in kept[:-most]:
        file.unlink(missing_ok=True)
