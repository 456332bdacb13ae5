"""What the server does before the first session comes."""

import gc
import time
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.exec_code import exec_func_with_error_handling

from dashboard.server.messages import send_together
from dashboard.server.turns import Turns

_PARTS = Path(__file__).parent.parent / "components"
_MOST = 0.02


class SeldomCollector:
    """Collects garbage when asked to, but spends no more than a fiftieth of the time on it.

    Streamlit asks after every run of a page, and all other sessions wait meanwhile: with twenty people that is two
    fifths of what the server does. Python's own collections of young objects go on as always.
    """

    def __init__(self) -> None:
        self._next = 0.0

    def collect(self, generation: int = 2) -> int:
        """As `gc.collect`; 0 where it was done lately."""
        began = time.monotonic()
        if began < self._next:
            return 0
        self._next = float("inf")  # whoever asks meanwhile has it done
        found = gc.collect(generation)
        ended = time.monotonic()
        self._next = ended + (ended - began) / _MOST
        return found


def prepare() -> None:
    """Imports the parts of all pages, has their runs take turns, and has little time spent on garbage and on sending.

    What is there by then is never looked through for garbage again.
    """
    for module in walk_packages([str(_PARTS)], "dashboard.components."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
    # there are no public switches for these
    setattr(script_runner, "gc", SeldomCollector())  # noqa: B010
    in_turn = Turns().in_turn(exec_func_with_error_handling)
    setattr(script_runner, "exec_func_with_error_handling", in_turn)  # noqa: B010
    send_together()
