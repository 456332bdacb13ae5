"""The server: `digitlab` and `streamlit run dashboard/app.py` start it. For each session it runs `navigation.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.server.departures import watch_departures
from dashboard.server.host_names import KnownHostsOnly
from dashboard.server.preparation import prepare
from dashboard.server.upload_limits import UploadLimits


@asynccontextmanager
async def run(_app: st.App) -> AsyncIterator[None]:
    """From the server's start to its end."""
    prepare()
    async with watch_departures():
        yield


app = st.App(
    Path(__file__).with_name("navigation.py"),
    middleware=[Middleware(KnownHostsOnly), Middleware(UploadLimits)],
    lifespan=run,
)
