"""Two people at one server, each in a browser of their own."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models.run_directory import RunDirectory
from tests.browser.conftest import Tab
from tests.browser.pages import settle
from tests.browser.server import Server
from tests.browser.test_evaluation import go


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, trained_home: Path) -> Iterator[Server]:
    """A server that people share; the model "tiny" is Ann's."""
    home = tmp_path_factory.mktemp("shared")
    shutil.copytree(trained_home / "runs", home / "runs")
    (record,) = home.glob("runs/*/run.json")
    RunDirectory(record.parent).update(owner="Ann")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DIGITLAB_SHARED", "1")
        running = Server(home)
        yield running
        running.stop()
    assert "Traceback" not in running.log(), running.log()


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Name or nickname").fill(name)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name=name)).to_be_visible()
    settle(page)


def test_two_people_know_their_own_and_leave_the_others_alone(tab: Tab, server: Server) -> None:
    ann = tab.open()
    sign_up(ann, "Ann")
    go(tab, "Evaluate")
    expect(ann).to_have_url(re.compile(r"/evaluate\?model=[\w-]+&who=[\w-]{22}$"))
    go(tab, "Mistakes")
    expect(ann).to_have_url(re.compile(r"who=[\w-]{22}"))
    go(tab, "Train")
    address = ann.url
    ann.goto(address)  # a bookmark, in a session of its own
    expect(ann.get_by_role("button", name="Ann")).to_be_visible()
    ann.get_by_role("radio", name="Runs").click()
    expect(ann.get_by_role("button", name="Train 2 more epochs")).to_be_enabled()

    browser = ann.context.browser
    assert browser
    bob = browser.new_page()
    bob.set_default_timeout(60_000)
    bob.goto(f"{server.url}/train")
    sign_up(bob, "Bob")
    bob.get_by_role("radio", name="Runs").click()
    expect(bob.get_by_role("button", name="Train 2 more epochs")).to_be_disabled()
    bob.close()
