"""Reads many pages on a Ray cluster whose workers, nodes and driver are killed, and counts what came of it.

    uv run python benchmarks/batch_reading.py [--pages 20000] [--nodes 3] [--curve-pages 400] [--keep FOLDER] [--json]

Pages: small pictures of one number each in hands that training never saw, a tenth of them distinct, each in copies
that differ by a comment in the file; one in a hundred files is none. First a few hundred are read with 1, 2 and 4
workers, by processes of this machine and by a Ray cluster of one node; then all by a cluster of several nodes of one
core each, and after every few shards a worker, a node or the driver is killed at random. The driver is started again
with the same command until it ends by itself. Every page has to be there once, every bad file in the quarantine; the
estimated share of wrong digits is told beside the true one.
"""

import argparse
import collections
import hashlib
import io
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from scores import edit_distance  # noqa: E402

from pipeline.pages import phrases  # noqa: E402
from pipeline.pages.generator import Scene, photograph  # noqa: E402
from pipeline.pages.layouts import Desk  # noqa: E402
from pipeline.pages.writing import Sheet  # noqa: E402
from tests.cluster import LocalCluster, local_cluster  # noqa: E402

COPIES = 10
BAD_EVERY = 100
PAUSE = 20, 80
"""Shards that are read between two kills, from and to."""


@dataclass(frozen=True)
class Source:
    """Files to read: by path the number that is written there, None where it is no picture."""

    folder: Path
    truth: dict[str, str | None]


def number_picture(seed: int) -> tuple[Image.Image, str]:
    """A small photograph of one number, and the number."""
    rng = np.random.default_rng([12, seed])
    size = float(rng.uniform(26, 34))

    def one_number(sheet: Sheet, desk: Desk) -> None:
        desk.write(sheet, phrases.number(desk.rng, 3), 0.7 * desk.height, 1.55 * desk.height)

    shape = int(2.2 * size), int(5 * size)
    scene = Scene(*shape, size, one_number, float(rng.normal(0, 2)), scribbles=False, held_out=True)
    picture = photograph(rng, scene)
    return Image.fromarray(picture.pixels), "".join(picture.lines)


def make_files(folder: Path, count: int) -> Source:
    """So many files, no two alike, in folders of a thousand."""
    truth: dict[str, str | None] = {}
    for seed in range(-(-count // COPIES)):
        picture, number = number_picture(seed)
        for place in range(seed * COPIES, min(count, (seed + 1) * COPIES)):
            file = folder / f"{place // 1000:03d}" / f"{place:06d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            if place % BAD_EVERY == BAD_EVERY // 2:
                file.write_bytes((f"no picture {place}".encode(), b"")[place // BAD_EVERY % 2])
                truth[str(file)] = None
                continue
            comment, content = PngInfo(), io.BytesIO()
            comment.add_text("copy", str(place))
            picture.save(content, "PNG", pnginfo=comment)
            file.write_bytes(content.getvalue())
            truth[str(file)] = number
    return Source(folder, truth)


def start(source: Path, out: Path, *options: object) -> "subprocess.Popen[str]":
    """`digitlab read` as a process of its own."""
    command = [sys.executable, "-m", "pipeline.cli", "read", source, "--out", out, "--json", *options]
    return subprocess.Popen(
        [str(word) for word in command],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def curve(source: Source, folder: Path, pages: int, *ray: object) -> list[dict[str, Any]]:
    """What the same pages take with 1, 2 and 4 workers."""
    part = folder / "part"
    if not part.exists():
        part.mkdir()
        for path in list(source.truth)[:pages]:
            (part / Path(path).name).symlink_to(path)
    figures = []
    for count in (1, 2, 4):
        said, _ = start(part, folder / f"curve-{len(ray)}-{count}", "--workers", count, *ray).communicate()
        record = json.loads(said)
        names = ("seconds", "pages_per_second", "cpu_seconds_per_page")
        figures.append({"workers": count, **{name: record[name] for name in names}})
    return figures


def read_under_fire(source: Source, out: Path, cluster: LocalCluster, seed: int) -> dict[str, Any]:
    """Reads all, with something killed after every few shards."""
    choices, kills, began = random.Random(seed), collections.Counter[str](), time.monotonic()
    command = (source.folder, out, "--ray", cluster.address)
    driver, calls, next_at = start(*command), 1, choices.randint(*PAUSE)
    while driver.poll() is None:
        time.sleep(0.5)
        read = len(list(out.glob("ledger/*.jsonl")))
        if read < next_at:
            continue
        next_at = read + choices.randint(*PAUSE)
        victim = choices.choice(("worker", "worker", "node", "driver"))
        if victim == "driver":
            driver.kill()
            driver.communicate()
            driver, calls = start(*command), calls + 1
        elif victim == "node":
            cluster.kill_node(choices)
            cluster.add_node()
        elif not cluster.kill_worker(choices):
            continue
        kills[victim] += 1
    if driver.returncode not in (0, 1):
        raise SystemExit(f"The driver ended with code {driver.returncode}.")
    said, _ = driver.communicate()
    return {
        "calls": calls,
        "kills": dict(kills),
        "seconds_in_all": round(time.monotonic() - began, 1),
        **json.loads(said),
    }


def check(source: Source, out: Path) -> dict[str, Any]:
    """Counts rows; whatever is not as it has to be ends the program."""
    table = pyarrow.parquet.read_table(out / "pages")
    rows = table.to_pylist()
    counts = collections.Counter(row["path"] for row in rows)
    assert counts == collections.Counter(list(source.truth)), "not one row a page"
    for row in rows:
        assert row["sha256"] == hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest(), row["path"]
    bad = {path for path, number in source.truth.items() if number is None}
    quarantined = [json.loads(line) for line in (out / "quarantine.jsonl").read_text().splitlines()]
    readable = {row["path"] for row in quarantined} - bad
    assert bad <= {row["path"] for row in quarantined}, "a bad file is not in the quarantine"
    errors, digits = 0, 0
    for row in rows:
        number = source.truth[row["path"]]
        if number is not None and row["error"] is None:
            errors += edit_distance("".join(str(digit["digit"]) for digit in row["digits"]), number)
            digits += len(number)
    return {
        "rows": len(rows),
        "bad_files": len(bad),
        "quarantined": len(quarantined),
        "quarantined_pictures": len(readable),
        "attempts": dict(sorted(collections.Counter(row["attempt"] for row in rows).items())),
        "true_wrong_share": round(errors / max(1, digits), 5),
        "output_bytes_per_page": round(
            sum(file.stat().st_size for file in (out / "pages").iterdir()) / len(rows)
        ),
        "ledger_bytes_per_page": round(
            sum(file.stat().st_size for file in (out / "ledger").iterdir()) / len(rows)
        ),
        "input_bytes_per_page": round(sum(Path(path).stat().st_size for path in source.truth) / len(rows)),
    }


def measure(pages: int, nodes: int, curve_pages: int, seed: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    source = make_files(folder / "pages", pages)
    figures: dict[str, Any] = {"pages": pages, "nodes": nodes}
    if curve_pages:
        figures["processes"] = curve(source, folder, curve_pages)
        with local_cluster(1, cores=4) as cluster:
            figures["ray"] = curve(source, folder, curve_pages, "--ray", cluster.address)
    with local_cluster(nodes) as cluster:
        figures["under_fire"] = read_under_fire(source, folder / "out", cluster, seed)
    return {**figures, "checked": check(source, folder / "out")}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--curve-pages", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        figures = measure(options.pages, options.nodes, options.curve_pages, options.seed, folder.absolute())
    if options.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        if isinstance(value, list):
            print(f"{name}:")
            print("\n".join(f"  {row}" for row in value))
        else:
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
