"""What the server has Streamlit do otherwise when it sends: in the order in which it was said, and nothing is lost."""

import asyncio
import subprocess
import sys
import tomllib
from asyncio import Handle, Transport
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.server.messages import GatheringTransport, SeldomWoken
from tests.browser.connection import Connection
from tests.browser.server import Server

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"))
    yield running
    running.stop()
    assert "Traceback" not in running.log(), running.log()


def open_read(server: Server) -> list[ForwardMsg]:
    connection = Connection(server.port)
    try:
        return connection.run("Read")
    finally:
        connection.close()


def test_many_sessions_at_once_hear_all_of_a_page_in_its_order(server: Server) -> None:
    def order(messages: list[ForwardMsg]) -> list[tuple[str | None, tuple[int, ...]]]:
        return [(message.WhichOneof("type"), tuple(message.metadata.delta_path)) for message in messages]

    alone = order(open_read(server))
    assert alone[-1][0] == "script_finished"
    assert len(alone) > 30
    with ThreadPoolExecutor(8) as people:
        for heard in people.map(lambda _: open_read(server), range(8)):
            assert order(heard) == alone


def test_each_run_of_a_page_says_the_theme_of_the_settings(server: Server) -> None:
    theme = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]
    connection = Connection(server.port)
    try:
        for _ in range(2):
            (said,) = (message.new_session for message in connection.run() if message.HasField("new_session"))
            told = said.custom_theme
            assert (told.base_radius, told.heading_font, told.padding_top) == (
                theme["baseRadius"],
                theme["headingFont"],
                theme["paddingTop"],
            )
            assert list(told.heading_font_weights) == theme["headingFontWeights"], "not once more each time"
            for part, settings in ((told.light, theme["light"]), (told.dark, theme["dark"])):
                assert part.primary_color == settings["primaryColor"]
                assert part.green_color == settings["greenColor"]
            assert not told.HasField("sidebar"), "the settings have none"
    finally:
        connection.close()


def carry_out(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs it in a loop of a thread's own: the tests of browsers leave one in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(asyncio.wait_for(work(), 60))).result()


def test_a_loop_does_all_that_threads_ask_for_and_is_woken_seldom() -> None:
    done: list[tuple[int, int]] = []
    woken: list[float] = []
    count, threads = 1000, 4

    async def work() -> None:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def counted(call: Callable[..., object], *args: Any) -> Handle:
            woken.append(loop.time())
            return wake(call, *args)

        setattr(loop, "call_soon_threadsafe", counted)  # noqa: B010
        handing = SeldomWoken(loop)

        def ask(thread: int) -> None:
            for number in range(count):
                handing.call_soon_threadsafe(done.append, (thread, number))

        with ThreadPoolExecutor(threads) as asking:
            asked = [asking.submit(ask, thread) for thread in range(threads)]  # while the loop stands still
        for thread in asked:
            thread.result()
        handing.call_soon_threadsafe(lambda: None).cancel()
        await asyncio.sleep(0)
        assert len(done) == threads * count
        assert len(woken) == 1
        await loop.run_in_executor(None, ask, threads)  # while it waits, and has to be woken
        while len(done) < (threads + 1) * count:
            await asyncio.sleep(0.001)

    carry_out(work)
    for thread in range(threads + 1):
        assert [number for asker, number in done if asker == thread] == list(range(count))


class RecordingTransport(Transport):
    """Remembers what reaches it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("here", 1)})
        self.events: list[bytes | str] = []

    def write(self, data: Any) -> None:
        self.events.append(bytes(data))

    def close(self) -> None:
        self.events.append("closed")


def test_what_is_written_in_one_turn_leaves_at_once_and_before_the_end() -> None:
    async def write() -> None:
        gathering = GatheringTransport(recording)
        gathering.write(b"one ")
        gathering.write(b"two ")
        assert recording.events == []
        await asyncio.sleep(0)
        assert recording.events == [b"one two "]
        gathering.write(b"three")
        gathering.close()
        await asyncio.sleep(0)
        assert recording.events == [b"one two ", b"three", "closed"]
        assert gathering.get_extra_info("peername") == ("here", 1)

    recording = RecordingTransport()
    carry_out(write)


def test_streamlit_has_what_the_server_changes() -> None:
    """What sends messages, and the theme in them, is in private places: another version may differ."""
    code = (
        "from inspect import getsource\n"
        "from streamlit.runtime.app_session import AppSession\n"
        "from streamlit.runtime.runtime import Runtime\n"
        "loop = getsource(Runtime._loop_coroutine)\n"
        "assert 'msg_list = active_session_info.session.flush_browser_queue()' in loop\n"
        "assert 'self._send_message(active_session_info, msg)' in loop\n"
        "assert '_populate_theme_msg(msg.new_session.custom_theme)' in getsource(AppSession)\n"
        "assert 'call_soon_threadsafe' in getsource(AppSession) + getsource(Runtime)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
