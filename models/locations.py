"""Where things lie: what is shipped, and what belongs to the person who uses it."""

import os
from pathlib import Path

PRETRAINED = Path(__file__).with_name("pretrained")
"""The shipped models, one finished run directory each; never written to."""

PROJECT = Path(__file__).resolve().parent.parent
"""The folder that holds the packages: what processes started by us find them in."""


def home() -> Path:
    """The folder that holds `runs/`: DIGITLAB_HOME, else the checkout, else `~/digitlab` when installed elsewhere."""
    chosen = os.environ.get("DIGITLAB_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return PROJECT if (PROJECT / "pyproject.toml").exists() else Path.home() / "digitlab"


def runs_folder() -> Path:
    """One directory a run; it need not exist yet."""
    return home() / "runs"
