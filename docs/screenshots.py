"""Takes the pictures of every page: 1280, 390 and, where asked for, 1920 pixels wide, light and dark.

    uv run python docs/screenshots.py [--out docs/images] [--pages recognize train ...] [--widths wide phone large]

Starts a server with a home of its own, trains a small network so that the pages have something to show, and
drives Debian's Chromium. The README's pictures are made by the same command.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.browser.pages import draw_three, settle  # noqa: E402
from tests.browser.server import Server  # noqa: E402
from tests.pipeline.reading.test_reader import page_of  # noqa: E402

WIDTHS = {"wide": (1280, 900), "phone": (390, 844), "large": (1920, 1080)}
SCHEMES = ("light", "dark")


def draw(page: Page) -> None:
    """Draws a 3 on the canvas and waits for the answer."""
    draw_three(page)
    page.get_by_test_id("answer").wait_for()
    settle(page)


def watch_curves(page: Page) -> None:
    """Opens the curves of the newest run."""
    page.get_by_role("radio", name="Runs").click(force=True)
    page.locator(".js-plotly-plot").first.wait_for()
    settle(page)


def read_a_page(page: Page) -> None:
    """Uploads a page of test digits."""
    out = io.BytesIO()
    Image.fromarray(page_of(("31415926", "53589793", "23846"))).save(out, "PNG")
    file = {"name": "page.png", "mimeType": "image/png", "buffer": out.getvalue()}
    page.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
    page.wait_for_timeout(5000)
    settle(page)


PAGES: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "recognize": ("/", draw),
    "train": ("/train", None),
    "curves": ("/train", watch_curves),
    "sweeps": ("/sweeps", None),
    "evaluate": ("/evaluate", None),
    "mistakes": ("/mistakes", None),
    "explain": ("/explain", draw),
    "stress": ("/stress", None),
    "models": ("/models", None),
    "data": ("/data", None),
    "read": ("/read", read_a_page),
    "learn": ("/learn", None),
}


def shoot(browser: Browser, server: Server, name: str, widths: list[str], out: Path) -> None:
    """Takes the pictures of one page, two a width, as small PNG files."""
    path, prepare = PAGES[name]
    for width_name in widths:
        width, height = WIDTHS[width_name]
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,  # type: ignore[arg-type]
                device_scale_factor=1,
                has_touch=width_name == "phone",
            )
            context.set_default_timeout(60_000)
            page = context.new_page()
            page.goto(server.url + path)
            settle(page)
            if prepare:
                prepare(page)
            page.wait_for_timeout(3000)  # charts and the matrix draw themselves
            file = out / f"{name}-{width_name}-{scheme}.png"
            page.screenshot(path=file, full_page=False)
            Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
            context.close()
            print(f"{file} {file.stat().st_size // 1024} KB", file=sys.stderr)  # noqa: T201


def main() -> None:
    """Trains the example, takes the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "images")
    parser.add_argument("--pages", nargs="*", default=list(PAGES), choices=list(PAGES))
    parser.add_argument("--widths", nargs="*", default=["wide", "phone"], choices=list(WIDTHS))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if not chromium:
        sys.exit("There is no Chromium; on Debian: apt-get install chromium.")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        example = ["train", "--arch", "cnn-fast", "--epochs", "4", "--name", "four epochs"]
        subprocess.run([sys.executable, "-m", "pipeline.cli", *example], env=server.environment, check=True)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                for name in arguments.pages:
                    shoot(browser, server, name, arguments.widths, arguments.out)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
