"""Trainings take what nobody else needs of the processor."""

import os
from contextlib import suppress
from pathlib import Path

_LESS = 10
"""How much nicer a training is than what people look at, as `os.nice` counts it."""

_AUTOGROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Lowers the priority of this process, and of those that it will start."""
    if hasattr(os, "nice"):
        os.nice(_LESS)


def lower_session() -> None:
    """Lowers the priority of this process's session, if it is the session's first process: no terminal's, no test's.

    Where Linux shares the processor between sessions (`sched_autogroup_enabled`, as on most desktops), what `os.nice`
    says holds only among the processes of one session, and the session has a value of its own; see sched(7).
    """
    if not hasattr(os, "getsid") or os.getsid(0) != os.getpid():
        return
    with suppress(OSError):  # not Linux, or sessions share nothing
        _AUTOGROUP.write_text(str(_LESS))
