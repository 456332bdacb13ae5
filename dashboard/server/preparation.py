"""What the server does before the first session comes."""

import gc
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

_PARTS = Path(__file__).parent.parent / "components"


def prepare() -> None:
    """Imports the parts of all pages, and has garbage collection pass over what is there by then.

    Streamlit collects garbage after every run of a page, and looks through all that is imported each time, while
    all other sessions wait.
    """
    for module in walk_packages([str(_PARTS)], "dashboard.components."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
