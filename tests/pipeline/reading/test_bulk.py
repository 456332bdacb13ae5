"""What holds a long reading together: shards, ledger, quarantine, storage, the estimate of errors."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from models.errors import ConfigError, InputError
from pipeline.imaging.documents import Page
from pipeline.imaging.geometry import Box
from pipeline.reading.bulk.estimate import Tally
from pipeline.reading.bulk.file_task import Entry, FileReading, ReadSettings
from pipeline.reading.bulk.output import Output, Shard, only_writer
from pipeline.reading.bulk.run import Progress, read_shards
from pipeline.reading.bulk.storage import Folder, fetch, find_files
from pipeline.reading.bulk.tables import encode, rows_of
from pipeline.reading.file_reading import PageResult
from pipeline.reading.page_reading import FailedReading, PageCharacter, PageReading

SETTINGS = ReadSettings("cnn", "a hash", "another hash", (), None, "jsonl")


def a_reading(file: str, attempt: int) -> FileReading:
    return FileReading(Entry(file, "hash", 3, attempt, 0.1, 0.1, 1, 2, 0.5, 0.25), [{"path": file}])


class Frail:
    """Workers that read nothing, and of which those die that are given certain files."""

    def __init__(
        self, deadly: set[str], hidden: set[str], given: list[tuple[str, ...]], *, mendable: bool = True
    ) -> None:
        self._deadly, self._hidden, self._given, self._mendable = deadly, hidden, given, mendable

    def places(self) -> int:
        return 2

    def cores(self) -> int:
        return 2

    def submit(self, files: Sequence[str], attempt: int) -> "Future[list[FileReading]]":
        self._given.append(tuple(files))
        answer: Future[list[FileReading]] = Future()
        if self._deadly & set(files):
            answer.set_exception(BrokenProcessPool())
        elif self._hidden & set(files):
            answer.set_exception(OSError("it can't be read (Slow down)."))
            self._hidden.clear()
        else:
            answer.set_result([a_reading(file, attempt) for file in files])
        return answer

    def why_lost(self, error: Exception) -> str | None:
        if not self._mendable:
            return None
        if isinstance(error, BrokenProcessPool):
            return "its reader was killed."
        return str(error) if isinstance(error, OSError) else None

    def close(self) -> None:
        pass


def read_with(workers: Frail, folder: Path, files: Sequence[str], *, retry: bool = False) -> Progress:
    output = Output(Folder.at(str(folder)), SETTINGS)
    *_, progress = read_shards(output, output.shards(files), workers, SETTINGS, retry=retry)
    output.write_quarantine(progress.bad)
    return progress


def json_lines(*files: Path) -> list[dict[str, object]]:
    return [json.loads(line) for file in sorted(files) for line in file.read_text().splitlines()]


def test_a_file_that_kills_its_readers_is_found_and_the_others_are_read(tmp_path: Path) -> None:
    files, given = [f"/{number:02}.png" for number in range(20)], list[tuple[str, ...]]()
    progress = read_with(Frail({"/03.png"}, {"/15.png"}, given), tmp_path, files)
    assert given.count(tuple(files[:8])) == 2, "twice as a whole"
    assert given.count(("/03.png",)) == 3, "then alone"
    assert [entry.path for entry in progress.bad] == ["/03.png"]
    assert progress.lost == 6, "that file's five, and one that would not come at once"
    ledger = {str(line["path"]): line for line in json_lines(*(tmp_path / "ledger").glob("*.jsonl"))}
    assert sorted(ledger) == files
    assert [ledger[name]["attempt"] for name in ("/02.png", "/03.png", "/15.png", "/19.png")] == [3, 5, 2, 1]
    (quarantined,) = json_lines(tmp_path / "quarantine.jsonl")
    assert quarantined["error"] == "its reader was killed."
    assert [row["path"] for row in json_lines(*(tmp_path / "pages").iterdir())] == files
    lost = json.loads((tmp_path / "ledger" / "000000-lost.json").read_text())
    assert lost == {"attempts": 5, "reason": "its reader was killed."}

    again = read_with(Frail(set(), set(), given), tmp_path, files, retry=True)
    assert not again.bad
    assert again.earlier == 12, "the other shards stay as they are"
    assert not json_lines(tmp_path / "quarantine.jsonl")
    assert [row["path"] for row in json_lines(*(tmp_path / "pages").iterdir())] == files


def test_what_a_killed_program_left_is_read_again_and_what_came_since_as_well(tmp_path: Path) -> None:
    files, given = [f"/{number:02}.png" for number in range(16)], list[tuple[str, ...]]()
    read_with(Frail(set(), set(), given), tmp_path, files)
    part = tmp_path / "ledger" / "000001.jsonl"
    part.write_bytes(part.read_bytes()[:-1])  # what storage without whole writes would leave
    given.clear()
    progress = read_with(Frail(set(), set(), given), tmp_path, ["/new.png", *files])
    assert sorted(given) == [tuple(files[8:]), ("/new.png",)]
    assert (progress.tally.files, progress.earlier) == (17, 8)
    rows = [row["path"] for row in json_lines(*(tmp_path / "pages").iterdir())]
    assert sorted(map(str, rows)) == sorted([*files, "/new.png"])


def test_an_output_is_of_one_recipe_and_of_one_program(tmp_path: Path) -> None:
    folder = Folder.at(str(tmp_path / "out"))
    Output(folder, SETTINGS)
    Output(folder, SETTINGS)
    with pytest.raises(
        ConfigError, match="it was begun with model cnn, and now it is dense; expected the same"
    ):
        Output(folder, replace(SETTINGS, model="dense"))
    with (
        only_writer(folder),
        pytest.raises(ConfigError, match="another `digitlab read` writes to it"),
        only_writer(folder),
    ):
        pass


def test_an_error_that_no_attempt_mends_ends_the_reading(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="A worker failed with BrokenProcessPool"):
        read_with(Frail({"/a.png"}, set(), [], mendable=False), tmp_path, ["/a.png"])


def character(text: str, confidence: float) -> PageCharacter:
    return PageCharacter(text, confidence, Box(1, 2, 3, 4), 0, np.zeros((0, 0), np.float32))


def test_rows_of_all_formats_say_the_same(tmp_path: Path) -> None:
    reading = PageReading((character("1", 0.9), character("-", 0.5), character("2", 0.8)), (1,))
    odd = Page("=a\udcff.png", 2)
    results: list[PageResult] = [(Page("/a.png"), reading), (odd, FailedReading("it is no picture."))]
    (tmp_path / "a.parquet").write_bytes(encode(rows_of(results, "parquet", None, "hash", 2), "parquet"))
    first, second = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert (first["path"], first["page"], first["text"], first["lines"]) == ("/a.png", None, "1-2", ["1-2"])
    assert [digit["digit"] for digit in first["digits"]] == [1, 2]
    assert first["digits"][0]["box"] == [1, 2, 3, 4]
    assert [sign["sign"] for sign in first["signs"]] == ["-"]
    assert (first["sha256"], first["attempt"], first["error"], first["disagreeing"]) == ("hash", 2, None, [1])
    assert (second["path"], second["page"], second["digits"]) == ("=a\\udcff.png", 2, None)
    (line, _) = encode(rows_of(results, "jsonl", None, "hash", 2), "jsonl").splitlines()
    record = json.loads(line)
    assert {name: first[name] for name in ("text", "lines", "numbers", "sha256", "attempt")} == {
        name: record[name] for name in ("text", "lines", "numbers", "sha256", "attempt")
    }
    table = encode(rows_of(results, "csv", None, "hash", 2), "csv").decode().splitlines()
    assert table[0] == "path,text,digits,doubtful,lowest_confidence,disagreeing,error,page,sha256,attempt"
    assert table[1] == "/a.png,1-2,2,2,0.5000,1,,,hash,2"
    assert table[2] == "'=a\\udcff.png,,0,0,,,\"'=a\\udcff.png, page 2: it is no picture.\",2,hash,2"


def test_the_estimate_of_wrong_digits_agrees_with_a_simulation() -> None:
    """Files are drawn anew, and of each digit is drawn whether it is wrong: a bootstrap of what the interval claims."""
    random = np.random.default_rng(0)
    counts = random.integers(0, 12, 300)
    chances = [random.beta(0.3, 12, count) * random.choice([0.3, 2]) for count in counts]
    chances = [np.minimum(chance, 1) for chance in chances]
    tally = Tally()
    for chance in chances:
        wrong, variance = float(chance.sum()), float((chance * (1 - chance)).sum())
        tally.add(Entry("", "", 0, 1, 0, 0, 1, len(chance), wrong, variance))
    estimate = tally.estimate()
    assert estimate is not None
    assert estimate.share == pytest.approx(np.concatenate(chances).mean())
    shares = []
    for _ in range(4000):
        drawn = np.concatenate([chances[place] for place in random.integers(0, 300, 300)])
        shares.append((random.random(len(drawn)) < drawn).mean())
    low, high = np.quantile(shares, [0.025, 0.975])
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=0.08)


def test_there_is_no_estimate_of_nothing() -> None:
    tally = Tally()
    tally.add(Entry("", "", 0, 1, 0, 0, 1, 3, 0.1, 0.1))
    assert tally.estimate() is None
    sure = Tally()
    for _ in range(2):
        sure.add(Entry("", "", 0, 1, 0, 0, 1, 3, 0.0, 0.0))
    assert sure.estimate() is not None


def test_folders_are_found_by_path_and_by_url(tmp_path: Path) -> None:
    for name in ("b/2.PNG", "1.pdf", "notes.txt", "closed.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    there = [str(tmp_path / "1.pdf"), str(tmp_path / "b" / "2.PNG")]
    for source in (str(tmp_path), f"file://{tmp_path}"):
        found = find_files([source, source, there[0]])
        assert (found.files, found.closed) == (there, 1)
    assert fetch(there[1]) == b"b/2.PNG"
    with pytest.raises(InputError, match="it can't be read"):
        fetch(str(tmp_path / "gone.png"))
    with pytest.raises(InputError, match="it can't be read"):
        fetch(str(tmp_path))


def test_storage_elsewhere_is_reached_by_its_url() -> None:
    folder = Folder.at("memory://scans/")
    for name in ("b/2.PNG", "1.pdf", "notes.txt", "closed.zip", "b/.half.png"):
        folder.write(name, name.encode())
    found = find_files(["memory://scans"])
    assert [fetch(name) for name in found.files] == [b"1.pdf", b"b/.half.png", b"b/2.PNG"]
    assert found.closed == 1
    assert find_files(["memory://scans/closed.zip"]).files == ["memory://scans/closed.zip"]
    assert list(folder.names("b", "")) == ["2.PNG"]
    assert list(folder.names("nothing", "")) == []
    assert (folder.read("1.pdf"), folder.read("2.pdf")) == (b"1.pdf", None)
    with pytest.raises(ConfigError, match=r"memory://scans/2\.pdf: it can't be read"):
        folder.read_all(["2.pdf"])
    with pytest.raises(InputError, match="it can't be read"):
        fetch("memory://scans/2.pdf")


@pytest.mark.parametrize(
    ("reach", "sentence"),
    [
        (
            lambda: find_files(["s3://bucket/scans"]),
            r"s3:// needs a package that isn't installed here: .*s3fs",
        ),
        (lambda: Folder.at("nowhere://x"), "nowhere:// is no kind of place that fsspec knows"),
        (
            lambda: find_files(["memory://nothing"]),
            "expected a file or a folder with pictures, found nothing",
        ),
    ],
)
def test_a_place_that_cannot_be_reached_is_told_in_a_sentence(
    reach: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        reach()


def test_a_shard_is_some_of_the_files(tmp_path: Path) -> None:
    output = Output(Folder.at(str(tmp_path)), SETTINGS)
    shards = output.shards([f"{number}.png" for number in range(20_000)])
    assert {len(shard.files) for shard in shards} == {20}
    assert shards[1] == Shard(1, tuple(f"{number}.png" for number in range(20, 40)))
    assert shards[1].name == "000001"
    assert output.shards(["5.png"]) == shards
