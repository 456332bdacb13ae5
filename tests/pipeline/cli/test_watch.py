"""`digitlab watch`: what arrives in a folder is read once, however often the program is killed."""

import csv
import io
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.errors import ConfigError
from pipeline.imaging.documents import Page
from pipeline.reading.page_reading import FailedReading
from pipeline.reading.service.ledger import Arrival
from pipeline.reading.service.watch import look, open_ledger
from tests.conftest import start_digitlab
from tests.pipeline.cli.test_read import one

PATIENCE = 120  # seconds, for the slowest machine


@contextmanager
def watching(folder: Path, home: Path, settle: float) -> Iterator["subprocess.Popen[str]"]:
    process = start_digitlab("watch", folder, "--settle", settle, home=home)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_lines(process: "subprocess.Popen[str]", output: Path, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not output.exists() or output.read_bytes().count(b"\n") < count:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def drop(folder: Path, numbers: range) -> None:
    """Pictures, most of them damaged in ways of their own."""
    for number in numbers:
        content = one() if number % 10 == 0 else f"no picture {number}".encode()
        (folder / f"{number:02}.png").write_bytes(content)


def test_each_file_is_read_once_though_the_program_is_killed(home: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "in" / "readings.jsonl"
    folder.mkdir()
    drop(folder, range(10))
    with watching(folder, home, settle=0) as process:
        wait_for_lines(process, output, 2)
    drop(folder, range(10, 20))
    with watching(folder, home, settle=0) as process:
        wait_for_lines(process, output, 12)
    output.write_bytes(output.read_bytes()[:-10])  # what a kill in the middle of a write leaves
    drop(folder, range(20, 30))
    (folder / "again").mkdir()
    (folder / "again" / "00.png").write_bytes(one())
    (folder / ".hidden.png").write_bytes(one())
    (folder / "notes.txt").write_text("5")
    with watching(folder, home, settle=3) as process:
        with (folder / "slow.png").open("wb", buffering=0) as slow:
            for byte in one()[:-1]:  # half-written for as long as others need
                slow.write(bytes([byte]))
                time.sleep(0.01)
                if output.read_bytes().count(b"\n") >= 31:
                    break
            written = slow.tell()
            slow.write(one()[written:])
        wait_for_lines(process, output, 32)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in said
    records = [json.loads(line) for line in output.read_text().splitlines()]
    names = [*(f"{number:02}.png" for number in range(30)), "again/00.png", "slow.png"]
    assert Counter(record["path"] for record in records) == Counter(str(folder / name) for name in names)
    good = {record["path"] for record in records if record.get("text") == "3141"}
    assert good == {str(folder / name) for name in ("00.png", "10.png", "20.png", "again/00.png", "slow.png")}
    assert sum("this is a text file" in record.get("error", "") for record in records) == 27


def test_a_table_is_made_from_the_ledger(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    results = [(Page("=a.png"), FailedReading("it is no picture."))]
    first, touched = Arrival(b"=a.png", 3, 10), Arrival(b"=a.png", 3, 20)
    ledger, lines = open_ledger(table)
    ledger.add(first, "hash", lines(results))
    with pytest.raises(ConfigError, match="another `digitlab watch` writes to it"):
        open_ledger(table)
    ledger.close()
    table.unlink()
    ledger, _ = open_ledger(table)
    assert ledger.has(first)
    assert not ledger.has(touched)
    assert ledger.has_content(touched, "hash")
    assert ledger.has(touched)
    assert not ledger.has_content(Arrival(b"=a.png", 4, 30), "other hash")
    ledger.close()
    (row,) = csv.DictReader(io.StringIO(table.read_text()))
    assert (row["path"], row["error"]) == ("'=a.png", "'=a.png: it is no picture.")


def test_a_look_passes_over_what_is_not_meant(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("b.PNG", "a.pdf", "c.txt", ".d.png", ".git/e.png"):
        (tmp_path / name).write_bytes(b"123")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "gone.png").symlink_to(tmp_path / "nothing")
    assert [(arrival.name, arrival.size) for arrival in look(tmp_path)] == [(b"a.pdf", 3), (b"b.PNG", 3)]


def test_an_output_of_others_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "mine.csv"
    other.write_text("a,b\n")
    with pytest.raises(ConfigError, match="expected a file that `digitlab watch` wrote"):
        open_ledger(other)
    with pytest.raises(ConfigError, match=r"expected a name that ends in \.jsonl or \.csv"):
        open_ledger(tmp_path / "out.txt")
    assert other.read_text() == "a,b\n"
