"""axe-core finds nothing on any page, with content, that breaks WCAG 2.2 A or AA."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Tab
from tests.browser.pages import a_photo, draw_three
from tests.browser.server import Server
from tests.browser.test_models import own_row, tick_row
from tests.browser.test_read import hand_in
from tests.browser.test_sharing import sign_up
from tests.sweeps import GRID, make_sweep

_OPTIONS = {
    "reporter": "no-passes",  # violations alone
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"heading-order": {"enabled": True}},  # no rule of WCAG, but how many find their way
}
_LEFT_OUT = [
    # WCAG asks no contrast of what is disabled, but axe does not see that this label belongs to a disabled slider
    ['[data-testid="stWidgetLabel"][disabled]'],
]
_VIEWS = [("light", 1280), ("dark", 390)]
"""Color scheme and width of the window: a large screen, and a phone at night."""

_OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, trained_home: Path, few_digits: Path
) -> Iterator[Server]:
    """A server that people share, so that a form asks for names; with a sweep that nobody carries out."""
    home = tmp_path_factory.mktemp("shared")
    shutil.copytree(trained_home / "runs", home / "runs")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DIGITLAB_SHARED", "1")
        environment.setenv("DIGITLAB_HOME", str(home))
        make_sweep(GRID, few_digits)
        running = Server(home)
        yield running
        running.stop()


class Inspector:
    """Looks at a page as it stands, in both views, and collects what is wrong."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.faults = tab, ""
        self._views = list(_VIEWS)

    def look(self, what: str) -> None:
        """Begins with the view that the page is in, so that people's steps are taken in each view in turn."""
        for scheme, width in self._views:
            self.tab.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.tab.page.set_viewport_size({"width": width, "height": 900})
            self._look(f"{what}, {scheme}")
        self._views.reverse()

    def _look(self, what: str) -> None:
        """Waits until the page stands still; what is about to be drawn anew and pale is seen at full strength."""
        page = self.tab.page
        self.tab.settle()
        page.add_style_tag(content="[data-stale] { opacity: 1 !important }")
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        violations = self._violations()
        if violations:  # perhaps of something that was just appearing
            page.wait_for_timeout(2000)
            violations = self._violations()
        for fault in violations:
            self.faults += f"\n{what}: {fault['id']} at {[node['target'] for node in fault['nodes']]}"

    def _violations(self) -> list[dict[str, Any]]:
        ask = "([where, options]) => axe.run(where, options).then(found => found.violations)"
        return list(self.tab.page.evaluate(ask, [{"exclude": _LEFT_OUT}, _OPTIONS]))


def recognize(page: Page, inspector: Inspector) -> None:
    draw_three(page)
    expect(page.get_by_test_id("answer")).to_have_text("3")
    page.evaluate(_OPEN_ALL)
    inspector.look("an answer")
    page.get_by_text("Correct the answer").click()
    page.get_by_test_id("stPopoverBody").get_by_text("8", exact=True).wait_for()
    inspector.look("its correction")
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Upload").click()
    files: list[FilePayload] = [
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": a_photo(0)},
        {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture"},
    ]
    page.locator("input[type=file]").first.set_input_files(files)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    inspector.look("an upload")


def read(page: Page, inspector: Inspector) -> None:
    hand_in(page, "page.png")
    page.get_by_role("group", name="Digits of page.png").get_by_role("button").nth(1).click()
    page.get_by_test_id("checked-digit").wait_for()
    inspector.look("a page")
    page.get_by_role("button", name="Line rules").click()
    page.get_by_label("Digits per line").wait_for()
    inspector.look("rules for lines")
    page.keyboard.press("Escape")


def train(page: Page, inspector: Inspector) -> None:
    page.get_by_role("button", name="Start training").wait_for()
    page.evaluate(_OPEN_ALL)
    inspector.look("settings")
    page.get_by_role("radio", name="Runs").click()
    page.locator(".js-plotly-plot").wait_for()
    inspector.look("a run that is over")


def sweeps(page: Page, inspector: Inspector) -> None:
    page.get_by_text("Nobody is carrying this sweep out").wait_for()
    page.evaluate(_OPEN_ALL)
    inspector.look("a sweep")


def evaluate(page: Page, inspector: Inspector) -> None:
    page.get_by_role("button", name=re.compile(r"^\d read as \d: [1-9]\d* images")).last.click()
    page.locator(".st-key-cell button img").first.wait_for()
    inspector.look("a cell")
    page.get_by_role("radio", name="How sure").click()
    page.get_by_text("answers", exact=False).first.wait_for()
    inspector.look("how sure")
    page.get_by_role("radio", name="Which model is better").click()
    page.get_by_role("heading", name="Images where they differ").wait_for()
    inspector.look("which is better")


def mistakes(page: Page, inspector: Inspector) -> None:
    page.locator(".grid button").first.wait_for()
    inspector.look("the gallery")
    page.locator(".grid button").first.click()
    page.get_by_role("dialog").get_by_text("Most similar training digits").wait_for()
    inspector.look("one digit")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("radio", name="Map").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    inspector.look("the map")


def explain(page: Page, inspector: Inspector) -> None:
    draw_three(page)
    page.get_by_role("application", name=re.compile(r"^1\. ")).click(position={"x": 1, "y": 1})
    page.get_by_text("Map 1, row 1, column 1").wait_for()
    inspector.look("layers")
    page.get_by_role("radio", name="Why this answer").click()
    page.get_by_role("heading", name="Similar training digits").wait_for()
    inspector.look("why")


def stress(page: Page, inspector: Inspector) -> None:
    page.get_by_role("radio", name="200").click()
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    inspector.look("a change")


def models(page: Page, inspector: Inspector) -> None:
    tick_row(inspector.tab, own_row())
    page.get_by_role("heading", name="tiny").wait_for()
    page.evaluate(_OPEN_ALL)
    inspector.look("a model")
    page.get_by_role("button", name="Import a model").click()
    page.get_by_role("button", name="Check and import").wait_for()
    inspector.look("an import")
    page.keyboard.press("Escape")


def data(page: Page, inspector: Inspector) -> None:
    for section in ("Digits", "Averages", "Hardest", "Augmentation", "Labels", "My digits"):
        page.get_by_role("radio", name=section, exact=True).click()
        inspector.look(section)


def learn(page: Page, inspector: Inspector) -> None:
    page.get_by_role("heading", name="1. Train a dense network").wait_for()
    inspector.look("a step")
    page.get_by_role("radio", name="Contest").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="Digit 1 of 20").wait_for()
    inspector.look("a contest")


def test_axe_finds_nothing_on_any_page(tab: Tab) -> None:
    page, inspector = tab.open(), Inspector(tab)
    page.get_by_label("Name or nickname").wait_for()
    inspector.look("the name form")
    sign_up(page, "Ann")
    who = re.findall(r"who=[\w-]+", page.url)[0]
    recognize(page, inspector)
    for walk in (read, train, sweeps, evaluate, mistakes, explain, stress, models, data, learn):
        tab.open(f"/{walk.__name__}?{who}")
        walk(page, inspector)
    assert not inspector.faults


def test_focus_is_seen_on_the_navigation_and_makes_no_frame_around_the_page(tab: Tab) -> None:
    page = tab.open()
    page.get_by_label("Name or nickname").wait_for()
    page.keyboard.press("Tab")
    link, main = page.get_by_test_id("stTopNavLink").nth(1), page.get_by_test_id("stMain")
    link.focus()
    assert link.evaluate("link => getComputedStyle(link).outline").endswith("solid 3px")
    main.focus()
    expect(main).to_be_focused()
    assert main.evaluate("main => getComputedStyle(main, '::before').boxShadow") == "none"
