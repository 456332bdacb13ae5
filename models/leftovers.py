"""What killed processes leave in the home folder: files and folders that were never renamed to their place."""

import re
import shutil
import time
from contextlib import suppress

from models.locations import home, runs_folder

_UNFINISHED = re.compile(r"\.[0-9a-f]{32}(\.\w+)?|\.\d{8}-\d{6}-\d{6}|\.made")
"""Names from `models.files`, imports, uploaded data sets, exports, new runs, and models exported in their run."""

_DELETED = ".deleted-"
_OLD = 3600.0
"""Seconds after which nobody can still be at work on it."""


def sweep() -> None:
    """Removes them, for whatever starts to work in this home; what is younger than an hour may still be written."""
    runs = runs_folder()
    folders = (
        home() / "datasets",
        home() / "my_digits",
        home() / "exports",
        home() / "lessons",
        home() / "features",
        home() / "maps",
        home() / "label_audits",
        home() / "label_decisions",
        home() / "sweeps",
        *(home() / "sweeps").glob("[!.]*"),
        runs,
        *runs.glob("[!.]*"),
        *runs.glob("*/checkpoint"),
        *runs.glob("*/snapshots"),
        *runs.glob("*/evaluations/*"),
        *(home() / "evaluations").glob("*"),
    )
    before = time.time() - _OLD
    for folder in folders:
        for path in folder.glob(".*"):
            with suppress(OSError):  # another process sweeps as well, or it is not ours
                unfinished = _UNFINISHED.fullmatch(path.name) and path.lstat().st_mtime < before
                if not unfinished and not path.name.startswith(_DELETED):
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
