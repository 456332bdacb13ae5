"""What sessions held is let go when they have left.

Streamlit keeps a session that is gone for `server.disconnectedSessionTTL` seconds, for a connection that was only lost
for a moment, and removes it when another one leaves. One with uploads is closed here after half of that time.
"""

import asyncio
import ctypes
import gc
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit import runtime

from dashboard.server.upload_limits import uploads

_LOOKS = 20
"""How often absent sessions are looked for in the time that they are kept."""


@asynccontextmanager
async def watch_departures() -> AsyncIterator[None]:
    """Closes sessions that have left with uploads, as long as the server runs."""
    watch = asyncio.create_task(_watch(float(st.get_option("server.disconnectedSessionTTL"))))
    try:
        yield
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch


async def _watch(patience: float) -> None:
    gone: dict[str, float] = {}
    while True:
        await asyncio.sleep(patience / _LOOKS)
        server, now = runtime.get_instance(), time.monotonic()
        absent = [session for session in uploads().sessions() if not server.is_active_session(session)]
        gone = {session: gone.get(session, now) for session in absent}
        late = [session for session, since in gone.items() if now - since >= patience / 2]
        for session in late:
            server.close_session(session)
        if late:
            await asyncio.to_thread(_return_memory)


def _return_memory() -> None:
    """Gives freed memory back to the system; C's allocator keeps it otherwise, for uploads to come."""
    gc.collect()
    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library has it
            ctypes.CDLL(None).malloc_trim(0)
