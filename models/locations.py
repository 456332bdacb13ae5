"""Where files are: what is shipped, and what belongs to the person who uses it."""

import os
from pathlib import Path

PRETRAINED = Path(__file__).with_name("pretrained")
"""The shipped models, one finished run directory each; never written to."""

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds the packages: what processes started by us find them in."""


def home() -> Path:
    """The folder that holds `runs/`: DIGITLAB_HOME, else the checkout, else the place for a program's data.

    Where the project is installed, that is the operating system's folder for a person's data (by platformdirs), or
    `~/digitlab`, where earlier versions kept it.
    """
    chosen = os.environ.get("DIGITLAB_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if (PROJECT / "pyproject.toml").exists():
        return PROJECT
    earlier = Path.home() / "digitlab"
    if earlier.is_dir():
        return earlier
    import platformdirs  # here, since only an installed Digit Lab needs it

    return platformdirs.user_data_path("digitlab", appauthor=False)


def runs_folder() -> Path:
    """One directory a run; it need not exist yet."""
    return home() / "runs"
