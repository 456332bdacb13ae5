"""Explain as people use it: layers that follow the pen, and a place in them that mouse and keys choose."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Tab
from tests.browser.pages import SEVEN, draw_stroke, draw_three


def test_layers_follow_the_pen_and_a_place_is_chosen_by_mouse_and_keys(tab: Tab) -> None:
    page = tab.open("/explain?model=cnn-fast")
    draw_three(page)
    expect(page.get_by_test_id("answer")).to_have_text("3")
    maps = page.get_by_role("application", name=re.compile(r"^1\. Convolution"))
    maps.click(position={"x": 1, "y": 1})
    expect(page.get_by_text("Map 1, row 1, column 1", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"unit=1\.1\.1\.1"))
    maps.press("ArrowDown")
    expect(page.get_by_text("Map 1, row 2, column 1", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^3: [^%]+$")).press("Enter")
    expect(page.get_by_text("Answer 3", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()
    tab.settle()
    draw_stroke(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    expect(page.get_by_role("button", name=re.compile(r"^7: [^%]+$"))).to_have_class("bar best")
    expect(page).to_have_url(re.compile(r"unit=4\.4\.1\.1"))
