"""A real Chromium against a real server. Skipped where there is no Chromium, unless CI demands it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.pages import a_photo, settle
from tests.browser.server import Server

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_PATIENCE = 60_000  # milliseconds
# opened at /train, Streamlit's own front end looks for its server below /train first and then finds it at /
_PROBE = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_ARGUMENTS += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder, and skips it where no browser is."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not _CHROMIUM and not os.environ.get("DIGITLAB_REQUIRE_BROWSER"):
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium here; on Debian: apt-get install chromium")
                )


@pytest.fixture(scope="session")
def camera_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera sees: a sheet with the first test digit, a 7."""
    film = tmp_path_factory.mktemp("camera") / "seven.mjpeg"
    film.write_bytes(20 * a_photo(0, 480))
    return film


@pytest.fixture(scope="session")
def chromium(camera_film: Path) -> Iterator[Browser]:
    assert _CHROMIUM, "DIGITLAB_REQUIRE_BROWSER is set, but there is no Chromium"
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        camera = f"--use-file-for-fake-video-capture={camera_film}"
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=[*_ARGUMENTS, camera])
        yield browser
        browser.close()


@contextmanager
def serving(home: Path, trained_home: Path) -> Iterator[Server]:
    """A dashboard with one own model, "tiny", beside the shipped ones."""
    shutil.copytree(trained_home / "runs", home / "runs")
    running = Server(home)
    yield running
    running.stop()
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, trained_home: Path) -> Iterator[Server]:
    """One for all tests that leave models and runs as they are; the others have one of their own."""
    with serving(tmp_path_factory.mktemp("home"), trained_home) as running:
        yield running


@dataclass
class Tab:
    """A page of the browser and what went wrong on it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Opens a page of the dashboard and waits until its first run is over."""
        self.page.goto(self.url + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Waits until the app has nothing left to do."""
        settle(self.page)


@pytest.fixture
def tab(chromium: Browser, server: Server) -> Iterator[Tab]:
    """A fresh browser session; the test fails on any console error or exception in the page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(_PATIENCE)
    opened = Tab(context.new_page(), server.url)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not _PROBE.search(message.location.get("url", "")):
            opened.faults.append(f"{message.text} {message.location.get('url', '')}")

    opened.page.on("console", note)
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    yield opened
    shown = opened.page.get_by_test_id("stException").all_inner_texts()
    context.close()
    assert not shown
    assert not opened.faults
