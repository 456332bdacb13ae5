"""The Models page: rename, delete, import."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from models.store import list_models
from tests.browser.conftest import Tab, serving
from tests.browser.server import Server

NEW_NAME = "run_*1* $a$ :red[x] `b`"
"""Every mark of Markdown is only a character in a name."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, trained_home: Path) -> Iterator[Server]:
    """Of these tests alone."""
    with serving(tmp_path_factory.mktemp("home"), trained_home) as running:
        yield running


def tick_row(tab: Tab, row: int) -> None:
    """Ticks a row of the models' table, which is drawn on a canvas: its boxes stand at the left edge."""
    table = tab.page.get_by_test_id("stDataFrame").locator("canvas").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    tab.page.mouse.click(box["x"] + 16, box["y"] + 36 + 38 * row + 19)
    tab.settle()


def own_row() -> int:
    """The first row behind the shipped models."""
    return sum(model.shipped for model in list_models())


def test_on_a_phone_no_tool_bar_lies_over_the_table(tab: Tab) -> None:
    page = tab.open("/models")
    table, bar = page.get_by_test_id("stDataFrame"), page.get_by_test_id("stElementToolbarButtonContainer")
    table.hover()
    expect(bar).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    table.hover()
    expect(bar).to_be_hidden()


def test_a_model_is_renamed_and_deleted(tab: Tab, server: Server) -> None:
    page = tab.open("/models")
    tick_row(tab, own_row())
    expect(page.get_by_role("heading", name="tiny")).to_be_visible()
    (own,) = (file.parent for file in server.home.glob("runs/*/run.json"))
    newer = server.home / "runs" / "29990101-000000-000000"
    shutil.copytree(own, newer)  # a training ends: it takes the place of the ticked one in the table
    record = json.loads((own / "run.json").read_text())
    (newer / "run.json").write_text(json.dumps({**record, "id": newer.name, "name": "newer"}))
    page.get_by_role("button", name="Rename and annotate").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("tiny")
    dialog.get_by_label("Name").fill(NEW_NAME)
    dialog.get_by_label("Name").press("Tab")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert sorted(own_names(server)) == ["newer", NEW_NAME]

    shutil.rmtree(newer)
    tab.settle()
    expect(page.get_by_role("heading", name=NEW_NAME)).to_be_visible()
    page.get_by_role("button", name="Delete", exact=False).first.click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert own_names(server) == [NEW_NAME]
    page.get_by_role("button", name="Delete", exact=False).first.click()
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_be_hidden()
    tab.settle()
    assert own_names(server) == []


def own_names(server: Server) -> list[str]:
    records = [json.loads(file.read_text()) for file in server.home.glob("runs/*/run.json")]
    return [record["name"] for record in records]


def test_a_shipped_model_offers_no_rename_and_no_deletion(tab: Tab) -> None:
    page = tab.open("/models")
    tick_row(tab, 0)
    expect(page.get_by_role("button", name="Set as default")).to_be_visible()
    assert not page.get_by_role("button", name="Rename and annotate").count()


def test_a_broken_zip_is_refused_in_one_sentence(tab: Tab) -> None:
    page = tab.open("/models")
    page.get_by_role("button", name="Import a model").click()
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04 and nothing more"}
    )
    page.get_by_role("button", name="Check and import").click()
    expect(page.get_by_text("broken.zip: expected a zip file of a model", exact=False)).to_be_visible()
