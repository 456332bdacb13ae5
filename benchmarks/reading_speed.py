"""Time and memory of `digitlab read` where it is hardest: a large photo, many dots, a folder of ordinary pages.

    python benchmarks/reading_speed.py [--pages N]

The pictures are made (`pipeline.pages`). Each case is a process of its own, as a person would start it; the pages a
second are those of the folder beyond what an empty call takes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.pages.generator import Scene, photograph
from pipeline.pages.layouts import Desk
from pipeline.pages.writing import Sheet

FILES = "large.jpg", "dots.png", "small.png", "pages"


def main() -> None:
    """Makes the pictures, reads them and prints a line for each case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large, dots, small, pages = (Path(folder) / name for name in FILES)
        # by a process of its own: what is started from a large process counts that one's memory as its own
        maker = get_context("spawn").Process(target=_make, args=(Path(folder), options.pages))
        maker.start()
        maker.join()
        _read(small)  # the first call compiles and loads what the others find
        empty, _ = _read(small)
        print(f"the call alone, on a small picture: {empty:.2f} s")
        for name, path in (("12 megapixels, 100 digits", large), ("5,000 dots", dots)):
            seconds, memory = _read(path)
            print(f"{name}: {seconds - empty:.2f} s more, peak {memory:.0f} MB")
        seconds, memory = _read(pages)
        rate = options.pages / max(seconds - empty, 1e-9)
        print(
            f"{options.pages} pages of 900 x 1200: {rate:.1f} a second on {os.cpu_count()} cores, peak {memory:.0f} MB"
        )


def _make(folder: Path, count: int) -> None:
    """The pictures, under their names in `FILES`."""
    large, dots, small, pages = (folder / name for name in FILES)
    Image.fromarray(_page(1, 3000, 4000, 110)).save(large, quality=92)
    Image.fromarray(_dots()).save(dots)
    Image.fromarray(_page(2, 60, 120, 30)).save(small)
    pages.mkdir()
    for number in range(count):
        Image.fromarray(_page(100 + number, 900, 1200, 42)).save(pages / f"{number}.jpg", quality=90)


def _page(seed: int, height: int, width: int, size: float) -> NDArray[np.uint8]:
    """A photograph of ten lines of ten digits, or of as many as there is room for."""

    def layout(sheet: Sheet, desk: Desk) -> None:
        for line in range(10):
            text = "".join(map(str, desk.rng.integers(0, 10, 10)))
            baseline = (2 + 2.2 * line) * size
            if baseline < height:
                desk.write(sheet, text[: max(1, int((width - 2 * size) / size))], size, baseline)

    scene = Scene(height, width, size, layout, turn=1.0, scribbles=False)
    return photograph(np.random.default_rng(seed), scene).pixels


def _dots() -> NDArray[np.uint8]:
    page = np.full((1600, 2200), 245, np.uint8)
    rng = np.random.default_rng(0)
    for x, y in rng.integers(10, (2190, 1590), (5000, 2)):
        cv2.circle(page, (int(x), int(y)), 3, (30,), -1, cv2.LINE_AA)
    return np.asarray(page, np.uint8)


def _read(path: Path) -> tuple[float, float]:
    """Seconds of a call, and the peak memory in MB of its largest process."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "pipeline.cli", "read", str(path), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"digitlab read ended with {process.returncode}")
    return time.perf_counter() - started, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
