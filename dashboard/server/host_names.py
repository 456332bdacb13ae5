"""The host names that the server answers to: a page of another name that leads here (DNS rebinding) gets nothing.

An address in numbers is always right: a browser that sends one has gone there itself, and no name has led it astray.
"""

import os
import socket
from fnmatch import fnmatchcase
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class KnownHostsOnly:
    """ASGI middleware: requests and websockets under names that are not ours are answered 403, with a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._names = known_names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        name = host_name(Headers(scope=scope).get("host", ""))
        if name is not None and is_known(name, self._names):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": _refusal(name)})
        else:
            await PlainTextResponse(_refusal(name), status_code=403)(scope, receive, send)


def known_names() -> frozenset[str]:
    """Names in lower case, `*` in them for anything: this machine's, those of Streamlit's settings, DIGITLAB_HOSTS."""
    machine = socket.gethostname()
    short = machine.partition(".")[0]
    options = [str(st.get_option(option) or "") for option in ("server.address", "browser.serverAddress")]
    names = [
        "localhost",
        machine,
        short,
        f"{short}.local",
        *options,
        *os.environ.get("DIGITLAB_HOSTS", "").split(","),
    ]
    return frozenset(name.strip().lower().rstrip(".") for name in names if name.strip())


def host_name(host: str) -> str | None:
    """The name in a Host header, lower case and without port; None where there is none."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return None
    return name.rstrip(".") if name else None


def is_known(name: str, names: frozenset[str]) -> bool:
    """Whether it is an address in numbers or one of the names."""
    try:
        ip_address(name)
    except ValueError:
        return any(fnmatchcase(name, known) for known in names)
    return True


def _refusal(name: str | None) -> str:
    if name is None:
        return "This server expects the name of its host in the request."
    return f"This server does not answer to the name {name}. To allow it, start the server with DIGITLAB_HOSTS={name}."
