"""`digitlab read --out`: any number of pages into a folder, on this machine's cores or a Ray cluster's."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

import typer

from models.errors import ConfigError
from models.formatting import counted, percent, rough_duration
from pipeline.cli.terminal import echo, outlive_closed_pipes
from pipeline.reading.numbers import Decimal
from pipeline.runs.cluster import require_cluster_extra

if TYPE_CHECKING:
    from pipeline.reading.bulk.estimate import Estimate
    from pipeline.reading.bulk.file_task import ReadSettings
    from pipeline.reading.bulk.run import Progress
    from pipeline.reading.bulk.workers import Workers

_SAY_EVERY = 10.0
"""Seconds between two lines on how far it is, where no bar is shown."""


class Formats(StrEnum):
    """Of the files that are written."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


OutOption = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FOLDER",
        help="Write to this folder or URL, in shards with a ledger; called again, go on where it stopped.",
    ),
]
FormatOption = Annotated[
    Formats | None,
    typer.Option("--format", help="Of the pages in --out; parquet if omitted.", show_default=False),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        help="Files read at once for --out; as many as cores if omitted.",
        min=1,
        show_default=False,
    ),
]
RetryOption = Annotated[
    bool, typer.Option("--retry", help="Read again what failed, with all of its shard; for --out.")
]


def check_options(
    out: str | None, only_with: Mapping[str, object], not_with: Mapping[str, object], sources: Sequence[str]
) -> None:
    """Raises a `ConfigError` where `--out` lacks for an option or a URL, or stands beside one that it excludes."""
    from pipeline.reading.bulk.storage import is_url

    given = [name for name, value in (not_with if out else only_with).items() if value]
    if given and out:
        raise ConfigError(f"{given[0]} and --out can't be combined: expected one of them.")
    if given:
        raise ConfigError(f"{given[0]} needs --out FOLDER, where the pages are written.")
    urls = [source for source in sources if is_url(source)]
    if urls and not out:
        raise ConfigError(f"{urls[0]}: a URL needs --out FOLDER, where the pages are written.")


def say_what_was_found(count: int, closed: int, sources: Sequence[str]) -> None:
    """Says where there is nothing to read, and that archives in folders stay closed."""
    if not count:
        echo(f"No pictures found in {', '.join(sources)}.", err=True)
    if closed:
        echo(f"{counted(closed, 'zip archive')} in folders not opened: name an archive to read it.", err=True)


@dataclass(frozen=True)
class BulkOptions:
    """Options that `--out` brings.

    Attributes:
        out: folder to write to, a path or URL.
        ray: address of a cluster; None for this machine's cores.
        format: of the files.
        workers: the most files to read at once; None for as many as cores.
        retry: whether to read again what could not be read.
    """

    out: str
    ray: str | None
    format: Formats
    workers: int | None
    retry: bool


def read_to_folder(
    sources: Sequence[str],
    reference: str | None,
    expect: Sequence[str],
    decimal: Decimal | None,
    options: BulkOptions,
    *,
    as_json: bool,
) -> None:
    """Reads what `sources` have into the folder; called again, goes on. Ends with what came of it.

    Raises:
        ConfigError: the call is wrong, or the output can't be written.
    """
    require_cluster_extra("--out")
    from models.store import find_model
    from pipeline.reading.bulk.file_task import ReadSettings
    from pipeline.reading.bulk.output import Output, only_writer
    from pipeline.reading.bulk.run import read_shards
    from pipeline.reading.bulk.storage import Folder, find_files
    from pipeline.reading.networks import networks_sha256

    model = find_model(reference)
    content = model.directory.litert_file.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    settings = ReadSettings(model.id, sha256, networks_sha256(), tuple(expect), decimal, options.format.value)
    folder = Folder.at(options.out)
    found = find_files(sources)
    say_what_was_found(len(found.files), found.closed, sources)
    with _workers(content, settings, options) as workers, only_writer(folder):
        output = Output(folder, settings)
        shards = output.shards(found.files)
        with _View() as view:
            for progress in read_shards(output, shards, workers, settings, retry=options.retry):
                view.show(progress)
        output.write_quarantine(progress.bad)
    _tell(progress, folder.name, as_json=as_json)
    raise typer.Exit(int(bool(progress.bad)))


@contextmanager
def _workers(model: bytes, settings: ReadSettings, options: BulkOptions) -> Iterator[Workers]:
    from pipeline.reading.bulk.workers import LocalWorkers, RayWorkers

    outlive_closed_pipes()
    workers: Workers
    if options.ray is None:
        workers = LocalWorkers(model, settings, options.workers)
    else:
        workers = RayWorkers(options.ray, model, settings, options.workers)
    try:
        yield workers
    finally:
        workers.close()


class _View:
    """How far it is, on stderr: a bar in a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        console = Console(stderr=True, highlight=False)
        self._bar = Progress(
            BarColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("")
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Shows what there is to show."""
        done, text = progress.tally.files, _state(progress)
        self._bar.update(self._task, completed=done, total=progress.files, description=text)
        if self._bar.disable and time.monotonic() - self._said > _SAY_EVERY:
            echo(text, err=True)
            self._said = time.monotonic()


def _state(progress: Progress) -> str:
    """How far it is, in a line: 1,240 of 20,000 files, 35.2 pages/s on 6 cores, 9 min left."""
    left = progress.seconds_left
    parts = [
        f"{progress.tally.files:,} of {counted(progress.files, 'file')}",
        f"{progress.pages_per_second:.1f} pages/s on {counted(progress.cores, 'core')}",
        f"{rough_duration(left)} left" if left is not None else "",
        f"{counted(progress.tally.failed, 'page')} failed" if progress.tally.failed else "",
        f"{counted(progress.lost, 'attempt')} lost" if progress.lost else "",
        _wrong(progress.tally.estimate()),
    ]
    return ", ".join(filter(None, parts))


def _wrong(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    low, high = percent(estimate.low), percent(estimate.high)
    return f"by confidence {percent(estimate.share)} of digits wrong ({low} to {high})"


def _tell(progress: Progress, out: str, *, as_json: bool) -> None:
    """What came of it."""
    from pipeline.reading.bulk.output import QUARANTINE

    tally, estimate = progress.tally, progress.tally.estimate()
    if as_json:
        record = {
            "out": out,
            "files": tally.files,
            "pages": tally.pages,
            "failed": tally.failed,
            "digits": tally.digits,
            "wrong_share": estimate and estimate.share,
            "wrong_interval": estimate and [estimate.low, estimate.high],
            "files_now": tally.files - progress.earlier,
            "lost_attempts": progress.lost,
            "cpu_seconds_per_page": round(tally.cpu_seconds / max(1, tally.pages), 4),
            "seconds": round(progress.seconds, 3),
            "pages_per_second": round(progress.pages_per_second, 3),
        }
        echo(json.dumps(record))
        return
    earlier = f", {progress.earlier:,} of them earlier," if progress.earlier else ""
    echo(
        f"Read {counted(tally.pages, 'page')} of {counted(tally.files, 'file')}{earlier} to {out}.",
        err=True,
    )
    if tally.failed:
        echo(f"{counted(tally.failed, 'page')} could not be read: {out}/{QUARANTINE} says why.", err=True)
    if estimate:
        echo(
            f"{_wrong(estimate).capitalize()}, of {tally.digits:,} that were found: an estimate that is as good as the "
            "model's confidences are on such pages.",
            err=True,
        )
