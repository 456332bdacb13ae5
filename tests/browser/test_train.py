"""Train in the browser: start, watch, leave, come back, stop; a killed worker; a restarted server."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models.run_directory import RunDirectory
from tests.browser.conftest import Tab, serving
from tests.browser.server import Server
from tests.conftest import LONG_TRAINING, run_digitlab, save_digits
from tests.pipeline.runs.test_queue import kill_worker, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, trained_home: Path) -> Iterator[Server]:
    """Of these tests alone."""
    with serving(tmp_path_factory.mktemp("home"), trained_home) as running:
        yield running


def newest_run(home: Path) -> RunDirectory:
    return RunDirectory(max(path for path in (home / "runs").iterdir() if path.name[0].isdigit()))


def points_drawn(page: Page) -> int:
    """How many points the curves on the page have, over all traces."""
    return int(
        page.evaluate(
            "Math.max(0, ...[...document.querySelectorAll('.js-plotly-plot')].map("
            "plot => (plot.data || []).reduce((sum, trace) => sum + (trace.x ? trace.x.length : 0), 0)))"
        )
    )


def test_two_epochs_are_trained_and_watched_from_start_to_end(tab: Tab, server: Server) -> None:
    page = tab.open("/train")
    page.get_by_role("radio", name=re.compile("^Dense")).check(force=True)
    expect(page.get_by_text("First hidden layer")).to_be_visible()
    tab.settle()
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("2")
    epochs.press("Enter")
    tab.settle()
    page.get_by_label("Name", exact=True).fill("two epochs")
    page.keyboard.press("Tab")
    tab.settle()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()
    run = newest_run(server.home)
    wait_for(lambda: points_drawn(page) > 4, "the first points")
    early = points_drawn(page)
    assert run.state() == "running", "the curves are there before the end"
    wait_for(lambda: points_drawn(page) > early, "the curves to grow")

    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    page.goto(tab.url + "/train")
    tab.settle()
    page.get_by_role("radio", name="Runs").click()  # shown already, unless the training has ended by now
    tab.settle()
    expect(page.get_by_label("Run", exact=True)).to_have_value(re.compile("two epochs"))
    expect(page.get_by_text("Test accuracy").first).to_be_visible(timeout=180_000)
    assert run.state() == "finished"
    assert run.read().epochs_done == 2


def start_long_run(server: Server, name: str) -> RunDirectory:
    data = save_digits(server.home / "few.npz", 2000, 200)
    options = (*LONG_TRAINING, "--dataset", data, "--detach", "--name", name)
    assert run_digitlab("train", *options, home=server.home).code == 0
    return newest_run(server.home)


def test_a_run_is_stopped_from_the_page(tab: Tab, server: Server) -> None:
    run = start_long_run(server, "to be stopped")
    page = tab.open("/train")
    wait_for(lambda: points_drawn(page) > 4, "the first points")
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=120_000)
    assert run.state() == "stopped"
    assert run.has_model()


def test_a_run_outlives_the_server_and_a_killed_one_is_resumed(tab: Tab, server: Server) -> None:
    run = start_long_run(server, "long lived")
    page = tab.open("/train")
    wait_for(lambda: points_drawn(page) > 4, "the first points")
    page.goto("about:blank")
    server.restart()
    assert run.state() == "running"
    page = tab.open("/train")
    wait_for(lambda: points_drawn(page) > 4, "the curves of the run that went on")
    wait_for(lambda: run.read().epochs_done >= 1, "the first whole epoch")
    kill_worker(run)
    expect(page.get_by_text("interrupted").first).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    wait_for(lambda: run.state() == "running", "the run to go on")
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()
    assert run_digitlab("runs", "stop", run.id, home=server.home).code == 0
    wait_for(lambda: run.state() == "stopped", "the end")
