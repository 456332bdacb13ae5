"""What runs of pages say goes to browsers together; and the theme, in it each time, is put together once.

For each element of a page Streamlit wakes the thread that serves all browsers, twice, has the system send it alone, and
looks for other news after it. Each time that thread lets others compute, and waits for five milliseconds where they do.
"""

import asyncio
from asyncio import AbstractEventLoop, BaseTransport, Handle, Transport
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Any, cast

from streamlit import config
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

_MOST = 100
"""Messages that are sent together; Streamlit gives up a browser for which 500 wait."""


class SeldomWoken:
    """Hands other threads' calls to a loop, which it wakes once for all that wait."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._wake = loop.call_soon_threadsafe
        self._waking = False

    def call_soon_threadsafe(
        self, call: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Handle:
        """As the loop's own, which does the same and wakes it each time."""
        handle = self._loop.call_soon(call, *args, context=context)
        if not self._waking:
            self._waking = True
            self._wake(self._awake)
        return handle

    def _awake(self) -> None:
        self._waking = False


class GatheringTransport:
    """A connection that sends what is written to it in one turn of the loop at once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._written: list[bytes] = []

    def write(self, data: bytes) -> None:
        """As a transport's, a little later."""
        if not self._written:
            asyncio.get_running_loop().call_soon(self._send)
        self._written.append(data)

    def close(self) -> None:
        """As a transport's, after what was written."""
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._written:
            self._transport.write(b"".join(self._written))
            self._written.clear()


class RememberedTheme:
    """Fills in a section of the theme as `fill` does, which is asked for each once after the settings were read."""

    def __init__(self, fill: Callable[[CustomThemeConfig, str], None]) -> None:
        self._fill = fill
        self._sections: dict[str, CustomThemeConfig] = {}
        config.on_config_parsed(self._sections.clear, force_connect=True)

    def __call__(self, message: CustomThemeConfig, section: str = "theme") -> None:
        """As `fill`."""
        remembered = self._sections.get(section)
        if remembered is None:
            remembered = CustomThemeConfig()
            self._fill(remembered, section)
            self._sections[section] = remembered
        if remembered.ByteSize():  # an empty one stays absent
            message.MergeFrom(remembered)


@dataclass
class _Bundle:
    messages: Sequence[ForwardMsg]


def send_together() -> None:
    """Has Streamlit do so from now on; called once, by the server's loop."""
    loop = asyncio.get_running_loop()
    flush, send = AppSession.flush_browser_queue, Runtime._send_message

    def flush_bundles(session: AppSession) -> list[_Bundle]:
        messages = flush(session)
        return [_Bundle(messages[start : start + _MOST]) for start in range(0, len(messages), _MOST)]

    def send_bundle(runtime: Runtime, session: Any, bundle: _Bundle) -> None:
        for message in bundle.messages:
            send(runtime, session, message)

    if not loop.get_debug():  # in which only its own thread may hand it a call
        with suppress(AttributeError):  # a loop in C has its own ways
            setattr(loop, "call_soon_threadsafe", SeldomWoken(loop).call_soon_threadsafe)  # noqa: B010
    # there are no public switches for these
    for owner, name, replacement in (
        (AppSession, "flush_browser_queue", flush_bundles),
        (Runtime, "_send_message", send_bundle),
        (app_session, "_populate_theme_msg", RememberedTheme(app_session._populate_theme_msg)),
    ):
        setattr(owner, name, replacement)
    with suppress(ImportError, AttributeError):  # another uvicorn than today's sends each message alone
        _gather_writes()


def _gather_writes() -> None:
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    connect = WebSocketsSansIOProtocol.connection_made

    def connect_gathering(protocol: WebSocketsSansIOProtocol, transport: BaseTransport) -> None:
        connect(protocol, cast(Transport, GatheringTransport(cast(Transport, transport))))

    setattr(WebSocketsSansIOProtocol, "connection_made", connect_gathering)  # noqa: B010
