"""The connection to a Ray cluster. Ray comes with the extra `cluster` and is imported when it is asked for alone."""

import logging
import os
import re
import socket
from importlib.util import find_spec

from models.errors import ConfigError

INSTALL = "pip install 'digitlab[cluster]'"

_ADDRESS = re.compile(r"(?:ray://)?\[?(?P<host>[^/\[\]]+)\]?:(?P<port>\d{1,5})")
_PATIENCE = 5.0
"""Seconds for the machine at an address to answer; Ray itself would try for minutes."""


def require_cluster_extra(what: str, module: str = "ray") -> None:
    """Raises a `ConfigError` that says how to install the extra where it is missing.

    Args:
        what: what needs it, as a person typed it.
        module: which of its modules.
    """
    if not find_spec(module):
        raise ConfigError(f"{what} needs {module}, which isn't installed: {INSTALL} adds it.")


def connect(address: str) -> None:
    """Joins a Ray cluster; `ray.shutdown()` leaves it, and so does the end of the process.

    Args:
        address: `HOST:PORT` of its head, `ray://HOST:PORT` for Ray's client, "auto" for the cluster that this machine
            belongs to (or the one in RAY_ADDRESS), or "local" for one that is started here and ends with the process.

    Raises:
        ConfigError: the extra isn't installed, the address makes no sense, or no cluster answers there.
    """
    require_cluster_extra("--ray")
    named = os.environ.get("RAY_ADDRESS", "auto") if address == "auto" else address
    if named not in ("auto", "local"):
        _knock(named)
    for name, value in (("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0"), ("RAY_USAGE_STATS_ENABLED", "0")):
        os.environ.setdefault(name, value)  # the first is what Ray will do anyway, and warns of
    import ray
    from ray._private import worker

    worker._worker_logs_enabled = (
        False  # else it prints what becomes of nodes to stdout, as its own debugger knows
    )
    try:
        ray.init(address=named, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
    except (ConnectionError, TimeoutError, SystemExit):  # the last after minutes in Ray's own code
        raise ConfigError(_nobody(address)) from None
    except (RuntimeError, ValueError) as error:  # such as another version of Ray or Python there
        reason = " ".join(str(error).split())
        raise ConfigError(f"{address}: the Ray cluster can't be joined: {reason}") from None


def _knock(address: str) -> None:
    """Raises a `ConfigError` where nothing listens at an address."""
    parts = _ADDRESS.fullmatch(address)
    if not parts:
        raise ConfigError(f"--ray: expected HOST:PORT, ray://HOST:PORT, auto or local, got {address!r}.")
    try:
        socket.create_connection((parts["host"], int(parts["port"])), _PATIENCE).close()
    except (OSError, OverflowError):
        raise ConfigError(_nobody(address)) from None


def _nobody(address: str) -> str:
    if address == "auto":
        return (
            "No Ray cluster runs on this machine: start one with `ray start --head`, or give --ray HOST:PORT."
        )
    return f"{address}: no Ray cluster answers there; `ray start --head` starts one and prints its address."
