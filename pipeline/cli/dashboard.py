"""`digitlab` without a command: the dashboard."""

import os
import runpy
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from types import FrameType

from models.errors import ConfigError
from models.locations import PROJECT
from pipeline.cli.terminal import outlive_closed_pipes
from pipeline.runs.waiting import attend_queue

_DEFAULT_PORT = 8501
_PORTS_TRIED = 50
_PATIENCE = 60  # seconds until the server must answer


def open_dashboard(port: int | None = None, *, browser: bool = True) -> None:
    """Runs Streamlit on dashboard/app.py in this process, until it is ended, and shows it in the browser.

    Args:
        port: where it listens; by default the first free one from 8501 on.
        browser: whether to open a browser, where a person at a screen has called.

    Raises:
        ConfigError: the port is taken.
    """
    os.chdir(PROJECT)  # Streamlit looks for .streamlit/config.toml in the folder that it is started from
    outlive_closed_pipes()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _leave)  # the server shuts down first, then repeats the signal
    port = _choose_port(port)
    attend_queue()
    if browser and _has_screen():
        threading.Thread(target=_show, args=(f"http://localhost:{port}",), daemon=True).start()
    sys.argv = ["streamlit", "run", str(PROJECT / "dashboard" / "app.py"), "--server.port", str(port)]
    runpy.run_module("streamlit", run_name="__main__")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _choose_port(wanted: int | None) -> int:
    configured = os.environ.get("STREAMLIT_SERVER_PORT", "")
    if wanted is None and configured.isdecimal():
        wanted = int(configured)
    if wanted is not None:
        if not _is_free(wanted):
            raise ConfigError(f"Port {wanted} is taken by another program; choose another with --port.")
        return wanted
    for port in range(_DEFAULT_PORT, _DEFAULT_PORT + _PORTS_TRIED):
        if _is_free(port):
            return port
    raise ConfigError(f"No port from {_DEFAULT_PORT} on is free; choose one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError:
            return False
    return True


def _has_screen() -> bool:
    """Whether the person who called sits at a screen with a browser; over a terminal alone the address is enough."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _show(address: str) -> None:
    """Opens the address as soon as the server answers there."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310
                webbrowser.open(address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
