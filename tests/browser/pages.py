"""What people do on the pages, for tests and for the pictures of the documentation."""

import io

from PIL import Image
from playwright.sync_api import Page, expect

from pipeline.data.dataset import load_dataset

THREE = [
    (90, 80),
    (150, 55),
    (210, 85),
    (205, 130),
    (150, 155),
    (215, 185),
    (220, 240),
    (150, 270),
    (85, 240),
]
SEVEN = [(80, 70), (150, 68), (235, 66), (200, 150), (160, 260)]
ONE = [(160, 50), (160, 150), (160, 270)]
"""Strokes on the 320 x 320 sheet, in pixels."""


def a_photo(index: int, side: int = 600) -> bytes:
    """A test digit as a photo: blue ink on a yellowish sheet with a shadow."""
    digit = Image.fromarray(load_dataset().test[0][index]).resize((side, side), Image.Resampling.BICUBIC)
    light = Image.linear_gradient("L").resize((side, side)).point(lambda value: 170 + value // 4)
    paper = Image.merge("RGB", [light, light, light.point(lambda value: value - 25)])
    paper.paste((40, 50, 130), mask=digit)
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85)
    return out.getvalue()


def settle(page: Page) -> None:
    """Waits until the app has nothing left to do."""
    page.locator("[data-testid=stApp]").wait_for()
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    )


def draw_stroke(page: Page, points: list[tuple[int, int]]) -> None:
    """Draws one stroke on the sheet with the mouse."""
    canvas = page.locator("canvas.upper-canvas").first
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"] / 320, box["y"] + y * box["height"] / 320) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def draw_three(page: Page) -> None:
    """Draws a 3."""
    draw_stroke(page, THREE)


# the first pictures of a camera are black, or there is none yet
_SHOWS_SOMETHING = """selector => {
  const shown = document.querySelector(selector);
  if (!(shown?.videoWidth || shown?.naturalWidth)) return false;
  const small = new OffscreenCanvas(8, 8).getContext("2d");
  small.drawImage(shown, 0, 0, 8, 8);
  return Math.max(...small.getImageData(0, 0, 8, 8).data.filter((_, place) => place % 4 < 3)) > 100;
}"""


def take_photo(page: Page) -> None:
    """Takes a photo, and another where the click was lost or the photo is black.

    Streamlit's camera starts once more a second after its width is known, and has no picture while it does.
    """
    take, clear = (page.get_by_role("button", name=name) for name in ("Take Photo", "Clear photo"))
    for _ in range(5):
        page.wait_for_function(_SHOWS_SOMETHING, arg="video")
        take.click()
        try:
            expect(clear).to_be_visible(timeout=5_000)
        except AssertionError:
            continue
        page.wait_for_function("document.querySelector('img[alt=Snapshot]')?.naturalWidth")
        if page.evaluate(_SHOWS_SOMETHING, "img[alt=Snapshot]"):
            return
        clear.click()
    raise AssertionError("five clicks on Take Photo, and no photo")
