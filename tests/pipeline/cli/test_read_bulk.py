"""`digitlab read --out`: one row a page, whoever is killed, on this machine's cores and on a Ray cluster."""

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pyarrow import parquet

from pipeline.cli import main
from tests.cluster import LocalCluster, children, local_cluster, title
from tests.conftest import Digitlab, run_digitlab, start_digitlab
from tests.pipeline.cli.test_read import pdf_with_a_bad_page
from tests.pipeline.reading.test_reader import page_of

PATIENCE = 240  # seconds, for the slowest machine
TEXTS = ("3141", "5926", "5358")


def make_pages(folder: Path, count: int) -> dict[tuple[str, int | None], str]:
    """Pictures that differ in a pixel, a text file, and a document that lacks a page; what is on each page."""
    truth: dict[tuple[str, int | None], str] = {}
    for number in range(count):
        text, file = TEXTS[number % len(TEXTS)], folder / f"{number:02}" / "scan.png"
        pixels = page_of((text,))
        pixels[0, number] -= 1
        file.parent.mkdir(parents=True)
        Image.fromarray(pixels).save(file)
        truth[str(file), None] = text
    (folder / "bad.png").write_text("no picture")
    (folder / "document.pdf").write_bytes(pdf_with_a_bad_page())
    pages = dict(enumerate(("3141", "", "5358"), 1))
    return {
        **truth,
        (str(folder / "bad.png"), None): "",
        **{(str(folder / "document.pdf"), page): text for page, text in pages.items()},
    }


def kill_after(process: "subprocess.Popen[str]", out: Path, shards: int, kill: Callable[[], object]) -> None:
    """Kills once so many shards are read."""
    deadline = time.monotonic() + PATIENCE
    while sum(part.read_bytes().endswith(b"\n") for part in out.glob("ledger/[!.]*.jsonl")) < shards:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kill()


def check(rows: list[dict[str, Any]], truth: dict[tuple[str, int | None], str], out: Path) -> None:
    """One row a page, of the file's content; what can't be read is in the quarantine."""
    assert Counter((row["path"], row.get("page")) for row in rows) == Counter(list(truth))
    for row in rows:
        assert (row.get("text") or "") == truth[row["path"], row.get("page")]
        assert row["sha256"] == hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest()
    bad = [json.loads(line) for line in (out / "quarantine.jsonl").read_text().splitlines()]
    assert {(Path(line["path"]).name, line["page"]) for line in bad} == {
        ("bad.png", None),
        ("document.pdf", 2),
    }
    assert all(line["sha256"] and line["error"].endswith(".") for line in bad)


def kill_reader(driver: int) -> None:
    reader = next(child for child in children(driver) if "spawn_main" in title(child))
    os.kill(reader, signal.SIGKILL)


@pytest.mark.slow
def test_processes_read_each_page_once_though_one_and_the_driver_are_killed(
    home: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    folder, out = tmp_path / "pages", tmp_path / "out"
    truth = make_pages(folder, 22)
    call = ("read", folder, "--out", out, "--format", "jsonl", "--workers", 1)
    with start_digitlab(*call, home=home) as process:
        kill_after(process, out, 1, lambda: kill_reader(process.pid))
        kill_after(process, out, 2, process.kill)
    outcome = digitlab(*call, "--json")
    assert outcome.code == 1
    rows = [json.loads(line) for file in (out / "pages").iterdir() for line in file.read_text().splitlines()]
    check(rows, truth, out)
    (told,) = outcome.json_lines()
    assert {name: told[name] for name in ("out", "files", "pages", "failed")} == {
        "out": str(out),
        "files": 24,
        "pages": 26,
        "failed": 2,
    }
    assert 0 < told["files_now"] <= 8
    low, high = told["wrong_interval"]
    assert 0 <= low <= told["wrong_share"] <= high < 0.2

    again = digitlab(*call)
    assert again.code == 1
    assert f"Read 26 pages of 24 files, 24 of them earlier, to {out}." in again.err
    assert f"2 pages could not be read: {out / 'quarantine.jsonl'} says why." in again.err


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with local_cluster(1, cores=2) as started:
        yield started


@pytest.mark.slow
def test_a_cluster_reads_each_page_once_though_a_worker_and_the_driver_are_killed(
    home: Path, tmp_path: Path, cluster: LocalCluster
) -> None:
    folder, out = tmp_path / "pages", tmp_path / "out"
    truth = make_pages(folder, 40)
    call = ("read", folder, "--out", out, "--ray", cluster.address)
    with start_digitlab(*call, home=home) as process:
        kill_after(process, out, 1, lambda: cluster.kill_worker(random.Random(0)))
        kill_after(process, out, 3, process.kill)
    outcome = run_digitlab(*call, "--json", home=home)
    assert outcome.code == 1
    check(parquet.read_table(out / "pages").to_pylist(), truth, out)
    (told,) = outcome.json_lines()
    assert (told["files"], told["pages"], told["failed"]) == (42, 44, 2)
    # of three shards one may have but two files, and the last may have been killed as its ledger was written
    assert told["files_now"] <= 42 - 8 - 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--ray", "auto"], "--ray needs --out FOLDER, where the pages are written."),
        (["--out", "o", "--risk", "0.1"], "--risk and --out can't be combined: expected one of them."),
        (["s3://bucket/a"], "s3://bucket/a: a URL needs --out FOLDER, where the pages are written."),
        (
            ["--out", "o", "--expect", "one-of=list.txt"],
            "one-of=A,B,..., luhn, isbn or mod97, got 'one-of=list.txt'.",
        ),
        (
            ["--out", "o", "--ray", "here"],
            "--ray: expected HOST:PORT, ray://HOST:PORT, auto or local, got 'here'.",
        ),
        (
            ["--out", "o", "--ray", "127.0.0.1:1"],
            "127.0.0.1:1: no Ray cluster answers there; `ray start --head` starts one and prints its address.",
        ),
        (["--out", "s3://bucket/o"], "s3://bucket/o: s3:// needs a package that isn't installed here: "),
    ],
)
def test_what_does_not_fit_together_is_told_in_a_sentence(
    home: Path,
    options: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(home)
    (home / "a.png").write_text("no picture")
    with pytest.raises(SystemExit) as ended:
        main(["read", ".", *options])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
