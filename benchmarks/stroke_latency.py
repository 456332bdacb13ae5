"""How long from the end of a stroke to the answer, against the canvas component in an otherwise empty page.

Starts its own two servers and a real Chromium, and draws in turn on both, so that whatever else the machine
does falls on both alike: `python -m benchmarks.stroke_latency [--strokes 30]`.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent

BARE_PAGE = """
import hashlib

import streamlit as st
from streamlit_drawable_canvas import st_canvas


@st.fragment
def show():
    result = st_canvas(stroke_width=20, width=320, height=320, key="canvas")
    digest = hashlib.md5(repr(result.json_data).encode()).hexdigest()
    st.html(f'<div class="answer" data-mark="{digest}">{digest}</div>')


show()
"""

WATCH = """
() => {
  window.seen = [];
  const text = () => [...document.querySelectorAll(".answer")].map(e => e.outerHTML).join();
  let last = text();
  new MutationObserver(() => {
    const next = text();
    if (next !== last) { last = next; window.seen.push(performance.now()); }
  }).observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
  window.addEventListener("pointerup", () => { window.lifted = performance.now(); window.seen = []; }, true);
  window.addEventListener("mouseup", () => { window.lifted = performance.now(); window.seen = []; }, true);
}
"""


def start_server(script: Path, port: int) -> "subprocess.Popen[bytes]":
    """A Streamlit server for the script, once it answers."""
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        try:
            with urlopen(f"http://localhost:{port}/_stcore/health", timeout=1):
                return server
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def open_page(browser: Browser, port: int) -> tuple[Page, dict[str, float]]:
    """The page, ready to draw on, and where its canvas is."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"http://localhost:{port}/")
    canvas = page.locator("canvas.upper-canvas").first
    canvas.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    box: Any = canvas.bounding_box()
    return page, box


def draw_once(page: Page, box: dict[str, float], number: int) -> float:
    """Draws one short stroke; milliseconds from lifting the pen to the changed answer."""
    x, y = box["x"] + 60 + 30 * (number % 7), box["y"] + 60 + 28 * (number // 7 % 7)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 20, steps=3)
    page.mouse.up()
    page.wait_for_function("window.seen.length > 0", timeout=20_000, polling=5)
    elapsed = float(page.evaluate("window.seen[0] - window.lifted"))
    page.wait_for_timeout(350)
    return elapsed


def main() -> None:
    """Prints both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=30)
    strokes = parser.parse_args().strokes
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_PAGE)
        ports = {"bare canvas": free_port(), "Recognize": free_port()}
        servers = [
            start_server(bare, ports["bare canvas"]),
            start_server(PROJECT / "dashboard" / "app.py", ports["Recognize"]),
        ]
        try:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            pages = {name: open_page(browser, port) for name, port in ports.items()}
            times: dict[str, list[float]] = {name: [] for name in pages}
            for number in range(strokes + 3):
                for name, (page, box) in pages.items():
                    page.bring_to_front()
                    elapsed = draw_once(page, box, number)
                    if number >= 3:  # the first ones open the model and load the chart library
                        times[name].append(elapsed)
            browser.close()
        finally:
            for server in servers:
                server.terminate()
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        worst = sorted(values)[int(0.9 * len(values))]
        print(
            f"{name:12} median {medians[name]:6.0f} ms   90th percentile {worst:6.0f} ms   {len(values)} strokes"
        )
    print(f"ratio of medians {medians['Recognize'] / medians['bare canvas']:.2f}")


if __name__ == "__main__":
    main()
