"""Learn in a real browser: a contest is played by keys alone."""

from playwright.sync_api import expect

from tests.browser.conftest import Tab


def test_a_contest_is_played_by_keys(tab: Tab) -> None:
    page = tab.open("/learn?show=contest&contest=7&model=cnn-fast")
    expect(page.get_by_role("button", name="9", exact=True)).to_be_visible()
    for place in range(1, 21):
        expect(page.get_by_role("heading", name=f"Digit {place} of 20")).to_be_visible()
        page.keyboard.press(str(place % 10))
    expect(page.get_by_role("heading", name="Where you differ")).to_be_visible()
    expect(page.get_by_text("Of all 10,000 test digits it misreads 79.")).to_be_visible()
