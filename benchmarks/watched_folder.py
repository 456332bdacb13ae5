"""Files dropped into a watched folder while `digitlab watch` is killed (-9) again and again: is each read once?

    uv run python benchmarks/watched_folder.py [--files 500] [--kills 3] [--json]

Every tenth file is half-written when it appears and grows in four parts, each sooner than a file has to have stayed
as it is; read too soon, it would count as damaged. The program is killed at moments drawn by chance while files
arrive, and started again at once. Each file has a number of its own, so what is told of it is told of no other.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from figures import print_figures  # noqa: E402
from PIL import Image  # noqa: E402

from tests.pipeline.imaging.test_picture import encoded  # noqa: E402
from tests.pipeline.reading.test_reader import page_of  # noqa: E402

SETTLE = 2.0  # seconds
GROWS_EVERY = 0.7
"""Seconds between two parts of a half-written file."""
APART = 0.05
"""Seconds between two files, at the least."""
PATIENCE = 900.0


def drop(folder: Path, count: int) -> None:
    """Writes the files, in an order and at a pace of a scanner's own."""
    growing = []
    for number in range(count):
        content = encoded(Image.fromarray(page_of((f"{number:04}",), number)), "PNG")
        file = folder / f"{number:04}.png"
        if number % 10 == 0:
            growing.append(threading.Thread(target=grow, args=(file, content)))
            growing[-1].start()
        else:
            file.write_bytes(content)
        time.sleep(APART)
    for thread in growing:
        thread.join()


def grow(file: Path, content: bytes) -> None:
    """Writes a file in four parts."""
    part = len(content) // 4 + 1
    with file.open("wb", buffering=0) as half:
        for start in range(0, len(content), part):
            half.write(content[start : start + part])
            time.sleep(GROWS_EVERY)


def watch(folder: Path, output: Path) -> "subprocess.Popen[bytes]":
    """Starts `digitlab watch`."""
    command = ("watch", str(folder), "--out", str(output), "--settle", str(SETTLE))
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *command],
        env={**os.environ, "DIGITLAB_HOME": str(output.parent), "PYTHONPATH": str(PROJECT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def measure(count: int, kills: int, seed: int) -> dict[str, object]:
    """Drops, kills, and counts what was told of each file."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder, output = Path(place) / "in", Path(place) / "readings.jsonl"
        folder.mkdir()
        moments = sorted(chance.uniform(0.1, 0.9) * count for _ in range(kills))
        began = time.monotonic()
        dropping = threading.Thread(target=drop, args=(folder, count))
        dropping.start()
        process, killed_at = watch(folder, output), []
        while (told := _lines(output)) < count and time.monotonic() - began < PATIENCE:
            if moments and told >= moments[0]:
                process.kill()
                process.wait()
                killed_at.append(_lines(output))
                moments.pop(0)
                process = watch(folder, output)
            time.sleep(chance.uniform(0, 0.05))
        dropping.join()
        seconds = time.monotonic() - began
        time.sleep(2 * SETTLE)  # for whatever would be told a second time
        process.terminate()
        process.wait()
        records = [json.loads(line) for line in output.read_text().splitlines()]
    times = collections.Counter(Path(record["path"]).stem for record in records)
    names = [f"{number:04}" for number in range(count)]
    return {
        "files": count,
        "killed_when_read": killed_at,
        "read_once": sum(times[name] == 1 for name in names),
        "read_again": sum(times[name] > 1 for name in names),
        "never_read": sum(times[name] == 0 for name in names),
        "damaged": sum("error" in record for record in records),
        "with_their_own_number": sum(record.get("text") == Path(record["path"]).stem for record in records),
        "seconds": round(seconds, 1),
        "exit_code": process.returncode,
    }


def _lines(output: Path) -> int:
    return output.read_bytes().count(b"\n") if output.exists() else 0


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.files, arguments.kills, arguments.seed)
    print_figures(figures, as_json=arguments.json)


if __name__ == "__main__":
    main()
