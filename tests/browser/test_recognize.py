"""Draw, upload, correct: what people do first."""

from pathlib import Path

from playwright.sync_api import expect

from pipeline.data.dataset import load_dataset
from tests.browser.conftest import Tab
from tests.browser.pages import ONE, SEVEN, a_photo, draw_stroke, draw_three, take_photo


def test_a_drawn_digit_is_answered_stroke_by_stroke(tab: Tab) -> None:
    page = tab.open("/")
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()
    draw_three(page)
    answer = page.get_by_test_id("answer")
    expect(answer).to_have_text("3")
    page.get_by_test_id("stButton").get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()
    draw_stroke(page, ONE)
    expect(answer).to_have_text("1")
    page.get_by_test_id("stButton").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()


def test_a_digit_is_drawn_with_the_keyboard_alone(tab: Tab) -> None:
    page = tab.open("/")
    canvas = page.get_by_role("application", name="Canvas for one digit")
    canvas.focus()
    page.keyboard.press("Space")
    for _ in range(11):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Pen down, column 10, row 16 of 20")).to_have_count(1)
    page.keyboard.press("Space")
    expect(page.get_by_test_id("answer")).to_have_text("1")
    expect(canvas).to_be_focused()


def test_on_a_phone_the_answer_stands_right_below_the_sheet(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 390, "height": 844})
    page = tab.open("/")
    glance = page.locator(".glance")
    expect(glance).to_be_in_viewport(ratio=1)
    draw_three(page)
    expect(glance.locator("b")).to_have_text("3")
    expect(glance).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(glance).to_be_hidden()
    expect(page.get_by_test_id("answer")).to_be_in_viewport()


def test_the_drawing_is_still_there_after_another_page(tab: Tab) -> None:
    page = tab.open("/")
    draw_stroke(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    page.get_by_role("link", name="Evaluate").click()
    expect(page.get_by_role("heading", name="Evaluate")).to_be_visible()
    tab.settle()
    page.get_by_role("link", name="Recognize").click()
    expect(page.get_by_test_id("answer")).to_have_text("7")


def test_uploaded_photos_are_answered_and_a_bad_file_is_told_of(tab: Tab, tmp_path: Path) -> None:
    page = tab.open("/")
    page.get_by_text("Upload", exact=True).click()
    expect(page.get_by_text("No picture yet")).to_be_visible()
    labels = load_dataset().test[1]
    page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": a_photo(0)}
    )
    expect(page.get_by_test_id("answer")).to_have_text(str(labels[0]))
    page.get_by_role("link", name="Data").click()
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    tab.settle()
    page.get_by_role("link", name="Recognize").click()
    expect(page.get_by_text("1 picture from before")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_text(str(labels[0]))
    page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": a_photo(0)}
    )
    expect(page.get_by_text("1 picture from before")).to_have_count(0)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "broken.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    )
    expect(page.get_by_text("broken.png:", exact=False).last).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_text(str(labels[0]))


def test_a_wrong_answer_is_kept_with_its_label(tab: Tab) -> None:
    page = tab.open("/")
    draw_three(page)
    expect(page.get_by_test_id("answer")).to_have_text("3")
    page.get_by_text("Correct the answer").click()
    page.get_by_test_id("stPopoverBody").get_by_text("8", exact=True).click()
    tab.settle()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Saved digits", exact=False).first).to_be_visible()


def test_a_photo_is_answered_and_still_there_after_another_page(tab: Tab) -> None:
    page = tab.open("/")
    page.get_by_role("radio", name="Camera").click()
    take_photo(page)
    answer = page.get_by_test_id("answer")
    expect(answer).to_have_text("7")
    page.get_by_role("link", name="Evaluate").click()
    expect(answer).to_have_count(0)
    page.get_by_role("link", name="Recognize").click()
    expect(page.get_by_text("Your previous photo")).to_be_visible()
    expect(answer).to_have_text("7")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No photo yet")).to_be_visible()
