"""Evaluate, Mistakes and Data as people use them: cells that open, a gallery that filters, links that lead back."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Tab
from tests.browser.pages import settle


def go(tab: Tab, name: str) -> None:
    """Follows the navigation at the top."""
    tab.page.get_by_role("link", name=name).first.click()
    tab.page.get_by_role("heading", name=name, exact=True).wait_for()
    tab.settle()


def test_a_confusion_cell_shows_its_images_and_leads_to_them(tab: Tab) -> None:
    page = tab.open()
    go(tab, "Evaluate")
    cell = page.get_by_role("button", name=re.compile(r"^\d read as \d: [1-9]\d* images")).last
    words = re.match(r"(\d) read as (\d): (\d+)", cell.get_attribute("aria-label") or "")
    assert words
    true, predicted, count = words.groups()
    cell.click()
    shown = page.locator(".st-key-cell")
    expect(shown.get_by_role("heading", name=f"{true} read as {predicted}")).to_be_visible()
    expect(shown.locator("button img")).to_have_count(min(int(count), 24))
    expect(cell).to_have_attribute("aria-pressed", "true")
    shown.get_by_role("link").click()
    page.get_by_role("heading", name="Mistakes", exact=True).wait_for()
    expect(page.get_by_text(re.compile(rf"^{count} of \d+ mistakes"))).to_be_visible()
    expect(page).to_have_url(re.compile(f"true={true}&read={predicted}"))


def test_a_digit_that_two_models_read_differently_opens_among_the_mistakes(tab: Tab) -> None:
    page = tab.open("/evaluate")
    page.get_by_role("radio", name="Which model is better").click()
    digit = page.get_by_role(
        "button", name=re.compile(r"^Test digit \d+: a \d that .+ reads as \d and")
    ).first
    words = re.match(r"Test digit (\d+)", digit.get_attribute("aria-label") or digit.inner_text())
    digit.click()
    page.get_by_role("heading", name="Mistakes", exact=True).wait_for()
    expect(page.get_by_role("dialog").get_by_text("Most similar training digits")).to_be_visible()
    expect(page).to_have_url(re.compile(f"digit={words[1]}" if words else r"digit=\d+"))


def test_the_gallery_filters_opens_a_digit_and_its_address_changes(tab: Tab) -> None:
    page = tab.open("/mistakes")
    page.locator(".grid button").first.wait_for()
    page.get_by_role("radiogroup", name="True digit").get_by_role("radio", name="8").click()
    expect(page.locator(".grid button").first).to_contain_text("8 →")
    expect(page).to_have_url(re.compile("true=8"))
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Most similar training digits")).to_be_visible()
    expect(page).to_have_url(re.compile(r"digit=\d+"))
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("digit="))


def test_an_address_opens_the_same_view_in_another_browser(tab: Tab) -> None:
    page = tab.open()
    go(tab, "Evaluate")
    page.get_by_role("radio", name="Percent").click()
    page.get_by_role("button", name=re.compile(r"^4 read as 9")).click()
    expect(page).to_have_url(re.compile(r"/evaluate\?model=[\w-]+&cell=4-9&unit=shares$"))

    browser = page.context.browser
    assert browser
    other = browser.new_page(viewport={"width": 1280, "height": 900})
    other.set_default_timeout(60_000)
    other.goto(f"{page.url}&projector=1")
    expect(other.get_by_role("heading", name="4 read as 9")).to_be_visible()
    expect(other.get_by_text("Percent of the true digit's images")).to_be_visible()
    expect(other).to_have_title(re.compile(r"^Evaluate · .+ · Digit Lab$"))
    for name in ("Models", "Train", "Recognize"):
        other.get_by_role("link", name=name).first.click()
        other.get_by_role("heading", name=name, exact=True).wait_for()
        settle(other)
        expect(other).to_have_url(re.compile("projector=1$"))
        assert other.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth"), name
    other.close()


def test_data_shows_variations(tab: Tab) -> None:
    page = tab.open("/data")
    page.get_by_role("radio", name="Augmentation").click()
    expect(page.get_by_role("img", name=re.compile("variations of it at strength 1"))).to_have_count(5)


def test_a_lasso_on_the_map_shows_the_digits_in_it(tab: Tab, trained_home: Path) -> None:
    tiny = next(path.name for path in (trained_home / "runs").iterdir() if path.is_dir())
    page = tab.open(f"/mistakes?view=map&model={tiny}")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    chart = page.locator(".js-plotly-plot .nsewdrag").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    shares = [(0.05, 0.1), (0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95), (0.05, 0.1)]
    first, *corners = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in shares]
    page.mouse.move(*first)
    page.mouse.down()
    for corner in corners:
        page.mouse.move(*corner, steps=5)
    page.mouse.up()
    heading = page.get_by_role("heading", name=re.compile("^[0-9,]+ selected digits$"))
    heading.wait_for()
    tab.settle()
    expect(heading).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.locator(".grid button")).to_have_count(60)
    page.locator(".grid button").first.click()
    expect(page.get_by_role("dialog").get_by_text("Most similar training digits")).to_be_visible()


def test_measuring_is_stopped_and_goes_on(tab: Tab) -> None:
    page = tab.page
    page.goto(tab.url + "/stress?images=10000&change=zigzag&way=picture")
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name="Stop").click()
    expect(main.get_by_text("Stopped. What was measured by then is kept.")).to_be_visible()
    expect(main.get_by_role("heading", name="Report card")).to_be_visible()
    main.get_by_role("button", name="Go on").click()
    expect(main.get_by_role("progressbar")).to_be_visible()
    main.get_by_role("button", name="Stop").click()
    expect(main.get_by_role("button", name="Go on")).to_be_visible()
