"""Hand in a page, see its boxes, correct a digit by key, take the table along."""

import csv
import io
import re
import zipfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Download, FilePayload, Page, expect

from tests.browser.conftest import Tab
from tests.browser.pages import settle
from tests.browser.server import Server
from tests.pipeline.reading.test_reader import page_of

ROWS = ("314159", "2653")


def hand_in(page: Page, *names: str, rows: tuple[str, ...] = ROWS) -> None:
    """Uploads the same page under these names; a name with "broken" in it is no picture."""
    file = io.BytesIO()
    Image.fromarray(page_of(rows)).save(file, "PNG")
    files: list[FilePayload] = [
        {
            "name": name,
            "mimeType": "image/png",
            "buffer": b"no picture" if "broken" in name else file.getvalue(),
        }
        for name in names
    ]
    page.locator("input[type=file]").first.set_input_files(files)


def download(page: Page, name: str) -> Download:
    # the edit before is still on its way: a download asked for in the instant of a rerun is not there any more
    page.wait_for_timeout(1500)
    settle(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value


def test_a_page_is_read_corrected_by_key_and_taken_along(tab: Tab, tmp_path: Path) -> None:
    page = tab.open("/read")
    expect(page.get_by_text("No pages yet")).to_be_visible()
    hand_in(page, "page.png")
    text = page.get_by_role("textbox", name="Text, line by line")
    expect(text).to_have_value("\n".join(ROWS))
    boxes = page.get_by_role("group", name="Digits of page.png").get_by_role("button")
    expect(boxes).to_have_count(10)
    boxes.nth(1).click()
    expect(boxes.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("checked-digit")).to_have_text("1")
    expect(page.get_by_role("button", name="7", exact=True)).to_be_visible()
    tab.settle()
    page.keyboard.press("7")
    expect(text).to_have_value("374159\n2653")
    expect(boxes.nth(1)).to_have_accessible_name(re.compile("^Line 1, digit 2: read as 1, .* to 7$"))
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("8")
    page.keyboard.press("Control+Enter")
    expect(boxes.nth(9)).to_contain_text("38")
    saved = download(page, "Table (.csv)")
    saved.save_as(tmp_path / "readings.csv")
    with (tmp_path / "readings.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["text"] == "374159\n26538"
    assert row["edits"] == "2"
    download(page, "With crops (.zip)").save_as(tmp_path / "readings.zip")
    with zipfile.ZipFile(tmp_path / "readings.zip") as archive:
        assert len([name for name in archive.namelist() if "-digit-" in name]) == 10


def test_arrow_keys_walk_over_the_digits_and_broken_files_are_told_of(tab: Tab) -> None:
    page = tab.open("/read")
    hand_in(page, "page.png", "broken.png")
    boxes = page.get_by_role("group", name="Digits of page.png").get_by_role("button")
    expect(boxes).to_have_count(10)
    expect(page.get_by_text("broken.png: expected", exact=False)).to_be_visible()
    boxes.first.click()
    expect(boxes.first).to_have_attribute("aria-pressed", "true")
    boxes.first.press("ArrowRight")
    expect(boxes.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(boxes.nth(1)).to_be_focused()


def test_a_folder_with_a_large_document_is_read_page_by_page(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "scans" / "may").mkdir(parents=True)
    first, second = (Image.fromarray(page_of((row,))).convert("RGB") for row in ROWS)
    document = tmp_path / "scans" / "may" / "all.pdf"
    first.save(document, save_all=True, append_images=[second])
    with document.open("ab") as file:
        file.write(bytes(25 * 1024**2))  # more than a picture may have
    page = tab.open("/read")
    page.get_by_role("radio", name="Folder").click()
    tab.settle()
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path / "scans")
    expect(page.get_by_role("textbox", name="Text, line by line")).to_have_value(ROWS[0])
    expect(page.get_by_role("group", name="Digits of scans/may/all.pdf, page 1")).to_be_visible()
    page.get_by_role("combobox", name="Picture").click()
    page.get_by_role("option", name="scans/may/all.pdf, page 2").click()
    expect(page.get_by_role("textbox", name="Text, line by line")).to_have_value(ROWS[1])


def test_a_long_page_is_scrolled_and_its_digits_stay_large(tab: Tab) -> None:
    page = tab.open("/read")
    hand_in(page, "page.png", rows=("23456789", "98765432") * 8)
    group = page.get_by_role("group", name="Digits of page.png")
    boxes = group.get_by_role("button")
    expect(boxes).to_have_count(128)
    heights = sorted(boxes.evaluate_all("boxes => boxes.map(box => box.offsetHeight)"))
    assert heights[64] >= 28
    assert group.evaluate("page => page.parentElement.clientHeight < 0.6 * page.clientHeight")
    expect(boxes.first).not_to_contain_text("%", use_inner_text=True)
    boxes.last.click()
    expect(boxes.last).to_have_attribute("aria-pressed", "true")
    expect(boxes.last).to_be_in_viewport()


def test_what_is_known_of_the_lines_is_told_where_it_does_not_fit(tab: Tab) -> None:
    page = tab.open("/read")
    hand_in(page, "page.png")
    expect(page.get_by_role("textbox", name="Text, line by line")).to_have_value("\n".join(ROWS))
    page.get_by_role("button", name="Line rules").click()
    page.get_by_label("Digits per line").fill("4")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Line 1 (314159) disagrees", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Line rules (1)")).to_be_visible()


def put_number(page: Page, old: str, new: str) -> None:
    """Edits the text of the page that is open."""
    text = page.get_by_role("textbox", name="Text, line by line")
    expect(text).to_have_value(old)
    text.fill(new)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("edited").first).to_be_visible()
    settle(page)


def test_pages_and_corrections_survive_cancel_reload_another_tab_and_a_killed_server(
    tab: Tab, server: Server, tmp_path: Path
) -> None:
    first, *others = (Image.fromarray(page_of((f"31{n}",))).convert("RGB") for n in range(10, 40))
    first.save(tmp_path / "all.pdf", save_all=True, append_images=others)
    page = tab.open("/read")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "all.pdf")
    page.get_by_role("button", name=re.compile("Cancel$")).click()  # the uploader has "Cancel upload"
    expect(page.get_by_text(re.compile("Canceled after .* of 30 pages"))).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page).to_have_url(re.compile("batch="))
    page.reload()  # in the middle
    put_number(page, "3110", "3119")
    address = page.url

    other = page.context.new_page()
    other.goto(address)
    other.get_by_role("combobox", name="Picture").click()
    other.get_by_role("option", name="all.pdf, page 2").click()
    put_number(other, "3111", "3118")
    for opened in (page, other):
        opened.goto("about:blank")
    server.kill_and_restart()

    page.goto(address)
    expect(page.get_by_role("textbox", name="Text, line by line")).to_have_value("3119")
    page.get_by_role("combobox", name="Picture").click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.get_by_role("option", name="all.pdf, page 2").click()
    expect(page.get_by_role("textbox", name="Text, line by line")).to_have_value("3118")
