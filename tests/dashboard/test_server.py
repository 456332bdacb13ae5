"""The server as processes know it: which names it answers to, and how much of uploads it holds, for how long."""

import asyncio
import gc
import http.client
import os
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidStatus

from dashboard.server.preparation import SeldomCollector
from dashboard.server.upload_limits import MOST_IN_ALL, MOST_OF_SESSION, Arrival, UploadLimits, Uploads
from tests.browser.connection import Connection, open_socket
from tests.browser.server import Server

LARGE = 180 * 1024**2
"""Bytes of an upload below Streamlit's own limit."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that several people share; sessions that left with uploads are closed after a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITLAB_HOSTS", "lab.example.org, *.school.example")
        patch.setenv("STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL", "2")
        running = Server(tmp_path_factory.mktemp("home"))
        yield running
        running.stop()
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture
def session(server: Server) -> Iterator[Connection]:
    opened = Connection(server.port)
    opened.run()
    yield opened
    opened.close()


def get(server: Server, host: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    try:
        connection.request("GET", "/_stcore/health", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.:80",
        "127.0.0.1",
        "[::1]:8501",
        "192.168.7.20:8501",
        "lab.example.org:443",
        "room1.school.example",
        socket.gethostname(),
    ],
)
def test_the_server_answers_to_its_names(server: Server, host: str) -> None:
    assert get(server, host) == (200, "ok")


@pytest.mark.parametrize("host", ["evil.example:8501", "localhost.evil.example", "evilschool.example", ""])
def test_a_page_of_another_name_gets_nothing(server: Server, host: str) -> None:
    status, words = get(server, host)
    assert status == 403
    name = host.partition(":")[0]
    assert f"DIGITLAB_HOSTS={name}." in words if name else "name of its host" in words


def test_a_page_of_another_name_gets_no_websocket(server: Server) -> None:
    open_socket(server.port, "lab.example.org").close()
    with pytest.raises(InvalidStatus, match="403"):
        open_socket(server.port, "evil.example")


def test_a_session_holds_only_so_much_and_is_told_so(server: Server, session: Connection) -> None:
    with ExitStack() as under_way:
        for _ in range(MOST_OF_SESSION // LARGE):
            under_way.enter_context(session.uploading(str(uuid4()), b"", declared=LARGE))
        time.sleep(0.2)
        status, words, _ = session.upload(b"digits", declared=LARGE)
        assert (status, words.partition(" of uploads")[0]) == (413, "This page holds 360 MB")
        shown = str(list(session.receive()))
        assert "Remove some, then upload it again." in shown
    assert session.upload(b"digits")[0] == 204


def test_all_sessions_together_hold_only_so_much() -> None:
    together = Uploads()
    for number in range(MOST_IN_ALL // MOST_OF_SESSION):
        assert together.begin(Arrival(f"session {number}", "file", MOST_OF_SESSION)) is None
    one_more = Arrival("another session", "file", 1)
    assert "Try again when others have left." in str(together.begin(one_more))


def test_a_lost_upload_is_given_up() -> None:
    """Its connection may stay for hours."""

    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def receive_nothing() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    sent: list[Message] = []
    path, headers = "/_stcore/upload_file/session/file", [(b"content-length", b"1000")]
    scope = {"type": "http", "method": "PUT", "path": path, "headers": headers}
    limited = UploadLimits(take, patience=0.01)
    # in a thread of its own: this one may have a loop of Playwright's
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(limited(scope, receive_nothing, send))).result()
    assert sent[0]["status"] == 408


def test_an_upload_without_a_length_is_refused(server: Server) -> None:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    try:
        connection.request("PUT", "/_stcore/upload_file/session/file", iter([b"digits"]), encode_chunked=True)
        assert connection.getresponse().status == 411
    finally:
        connection.close()


def test_uploads_are_let_go_when_no_page_needs_them(session: Connection) -> None:
    shown = [message.delta.new_element for message in session.run("read")]
    (uploader,) = (element.file_uploader.id for element in shown if element.HasField("file_uploader"))
    file = session.upload(bytes(3 * 1024**2))[2]
    session.run("read", uploader, [file])
    assert "holds 3 MB of uploads" in session.upload(b"", declared=MOST_OF_SESSION + 1)[1]
    list(session.receive())  # the page is told
    session.run("data")
    session.run("data")
    assert "holds 0 MB of uploads" in session.upload(b"", declared=MOST_OF_SESSION + 1)[1]


def resident(server: Server) -> float:
    """Megabytes of memory that the server's process takes."""
    pages = int(Path(f"/proc/{server.process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory of a process is read from /proc")
def test_uploads_are_let_go_when_their_session_has_left(server: Server) -> None:
    opened = Connection(server.port)
    opened.run()
    before = resident(server)
    for number in range(4):
        assert opened.upload(bytes([number]) * 19 * 1024**2)[0] == 204
    assert resident(server) > before + 60
    opened.close()
    deadline = time.monotonic() + 30
    while resident(server) > before + 30 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert resident(server) <= before + 30


class Knot:
    """Refers to itself, so that only the collector gets it."""

    def __init__(self) -> None:
        self.end = self


def test_garbage_is_collected_seldom_and_not_forgotten() -> None:
    collector = SeldomCollector()
    gc.disable()
    try:
        first = weakref.ref(Knot())
        collector.collect(2)
        assert first() is None
        later = weakref.ref(Knot())
        assert collector.collect(2) == 0, "asked again at once, it has nothing done"
        assert later() is not None
        deadline = time.monotonic() + 60
        while later() is not None and time.monotonic() < deadline:
            time.sleep(0.05)
            collector.collect(2)
        assert later() is None, "asked now and then, it has"
    finally:
        gc.enable()


def test_streamlit_has_what_the_server_changes() -> None:
    """The collector of its script runner, and what runs a page, are in private places: another version may differ."""
    code = (
        "from streamlit.runtime.scriptrunner import exec_code, script_runner\n"
        "import gc, inspect\n"
        "source = inspect.getsource(script_runner)\n"
        "assert script_runner.gc is gc and 'gc.collect(2)' in source\n"
        "name = 'exec_func_with_error_handling'\n"
        "assert getattr(script_runner, name) is getattr(exec_code, name)\n"
        "assert f'= {name}(code_to_exec, ctx)' in source"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
