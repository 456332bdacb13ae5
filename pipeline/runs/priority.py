"""Trainings give way to the pages that people look at."""

import os
from contextlib import suppress
from pathlib import Path

_NICENESS = 10
_AUTOGROUP = Path("/proc/self/autogroup")


def give_way() -> None:
    """Lowers the priority of this process and of those that it starts; only in a session of its own.

    Where Linux shares processors between sessions before it does within them ("autogroup", sched(7)), niceness counts
    only among the processes of one session, so the session is given the same.
    """
    if not hasattr(os, "nice"):
        return
    os.nice(max(0, _NICENESS - os.nice(0)))
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # no such thing here, or not for us to change
            _AUTOGROUP.write_text(f"{_NICENESS}\n")
