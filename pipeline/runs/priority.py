"""Trainings take what nobody else needs of the processor."""

from contextlib import suppress
from pathlib import Path

LESS = 10
"""How much nicer a training is than what people look at, as `os.nice` counts it."""

_AUTOGROUP = Path("/proc/self/autogroup")


def lower_session() -> None:
    """Lowers the priority of this process's session, for the first process in it to call.

    Where Linux shares the processor between sessions (`sched_autogroup_enabled`, as on most desktops), what `os.nice`
    says holds only among the processes of one session, and the session has a value of its own; see sched(7).
    """
    with suppress(OSError):  # not Linux, or sessions share nothing
        _AUTOGROUP.write_text(str(LESS))
