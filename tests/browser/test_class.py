"""A class in three browsers: two people and their teacher, from the queue to the end of the class."""

import zipfile
from collections.abc import Iterator

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Tab
from tests.browser.pages import settle
from tests.browser.server import Server
from tests.browser.test_sharing import sign_up
from tests.dashboard.test_train_page import write_run

CODE = "chalk and sponge"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that people share, where two runs wait and nothing starts them."""
    home = tmp_path_factory.mktemp("class")
    for number, owner in enumerate(("Ann", "Bob"), 1):
        write_run(home, f"of {owner}", "queued", submission=number, owner=owner)
    with pytest.MonkeyPatch.context() as environment, FileLock(home / "runs" / "dispatcher.lock"):
        environment.setenv("DIGITLAB_SHARED", "1")
        environment.setenv("DIGITLAB_TEACHER_CODE", CODE)
        running = Server(home)
        yield running
        running.stop()
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture
def others(chromium: Browser, server: Server) -> Iterator[list[Page]]:
    """Two more browsers, at the Class page."""
    contexts = [chromium.new_context(accept_downloads=True) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(60_000)
        page.goto(f"{server.url}/class")
    yield pages
    for context in contexts:
        context.close()


def test_three_people_share_a_queue_until_the_class_is_reset(
    tab: Tab, others: list[Page], server: Server
) -> None:
    bob, teacher = others
    sign_up(bob, "Bob")
    ann = tab.open("/class")
    sign_up(ann, "Ann")
    row = "of Ann Ann · dense, 4 epochs"
    expect(ann.get_by_role("row", name=row)).to_contain_text("starts now")
    expect(bob.get_by_role("row", name=row)).to_be_visible()
    expect(bob.get_by_role("combobox", name="Run to stop")).to_have_value("of Bob · Bob")
    ann.get_by_role("button", name="Stop", exact=True).click()
    expect(ann.get_by_role("row", name=row)).to_have_count(0)
    expect(bob.get_by_role("row", name=row)).to_have_count(0)
    expect(ann.get_by_role("button", name="Stop", exact=True)).to_have_count(0)

    teacher.get_by_role("textbox", name="Teacher's code").fill(CODE)
    sign_up(teacher, "Miss Carr")
    teacher.get_by_role("button", name="Export everything").click()
    with teacher.expect_download() as download:
        teacher.get_by_role("button", name="Download the export").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"README.txt", "people.json"} < set(archive.namelist())
        assert len([name for name in archive.namelist() if name.endswith("run.json")]) == 2
    teacher.get_by_label("to confirm").fill("reset the class")
    teacher.get_by_role("button", name="Reset the class").click()
    expect(teacher.get_by_text("The class was reset.")).to_be_visible()
    settle(teacher)
    expect(teacher.get_by_text("Nothing trains now")).to_be_visible()
    assert not list(server.home.glob("runs/*/run.json"))

    ann.get_by_role("link", name="Train").first.click()
    expect(ann.get_by_label("Name or nickname")).to_be_visible()
