"""`digitlab watch`: reads what arrives in a folder."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import typer

from models.errors import ConfigError
from pipeline.cli.options import JsonOption, ModelOption
from pipeline.cli.read import print_results
from pipeline.cli.terminal import echo

_OUTPUT = "readings.jsonl"


def watch(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where pictures and PDFs arrive, also in folders in it.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help=f"File to write, .jsonl or .csv; FOLDER/{_OUTPUT} if omitted.", show_default=False),
    ] = None,
    model: ModelOption = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            "--expect", help="A rule that every line satisfies, as `digitlab read` has it. Repeatable."
        ),
    ] = None,
    settle: Annotated[
        float,
        typer.Option(help="Seconds for which a file stays as it is before it is read.", min=0),
    ] = 2.0,
    as_json: JsonOption = False,
) -> None:
    """Read what arrives in a folder, each file once, until Ctrl-C; called again, go on."""
    from models.native_output import silenced_stderr
    from models.recognizer import Recognizer
    from models.store import find_model
    from pipeline.reading.constraints import parse_constraint
    from pipeline.reading.networks import load_networks
    from pipeline.reading.service.watch import Watcher, open_ledger

    if not folder.is_dir():
        raise ConfigError(f"{folder}: expected a folder to watch.")
    rules = [parse_constraint(rule) for rule in expect or ()]
    with silenced_stderr():
        recognizer = Recognizer(find_model(model).directory.litert_file)
        load_networks()
    output = out or folder / _OUTPUT
    ledger, lines = open_ledger(output)
    stop = _stopped_by_signals()
    echo(f"Watching {folder}, writing to {output}. Ctrl-C ends it.", err=True)
    watcher = Watcher(folder, ledger, lines, recognizer, rules, settle, os.cpu_count() or 1)
    count = 0
    try:
        for results in watcher.run(stop):
            count += 1
            for sentence in print_results(results, as_json, None, weighed=False):
                echo(f"digitlab: {sentence}", err=True)
    finally:
        ledger.close()
    echo(f"Ended; {count} file{'' if count == 1 else 's'} read.", err=True)


def _stopped_by_signals() -> Event:
    """What Ctrl-C and SIGTERM set; a second one ends the process at once."""
    stop = Event()

    def leave(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, leave)
    return stop
