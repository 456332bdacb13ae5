"""How far a run is, read from its progress.jsonl by anybody who looks on."""

import json
import os
import time
from collections.abc import Iterator

from models.files import write_text
from models.records import ENDED, Progress
from models.run_directory import RunDirectory
from pipeline.runs.checkpoint import read_checkpoint

_POLL = 0.1  # seconds


def read_progress(run: RunDirectory, offset: int = 0) -> tuple[list[Progress], int]:
    """The whole lines of progress.jsonl from byte `offset` on, and the offset to go on from.

    A file shorter than `offset` was rewritten by a resumed run: then everything comes again, from its start.
    """
    try:
        with run.progress_file.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = offset if offset <= size else 0
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return [], 0
    whole = content.rfind(b"\n") + 1
    lines = []
    for line in content[:whole].splitlines():
        try:
            lines.append(Progress.model_validate_json(line))
        except ValueError:
            continue
    return lines, start + whole


def history(run: RunDirectory) -> list[Progress]:
    """One entry a whole epoch, in order."""
    return [line for line in read_progress(run)[0] if line.epoch_end]


def follow(run: RunDirectory, poll: float = _POLL) -> Iterator[Progress]:
    """Yields each line of progress as it comes, from the beginning, until the run has ended."""
    offset = 0
    while True:
        ended = run.state() in ENDED
        lines, offset = read_progress(run, offset)
        yield from lines
        if ended:
            return
        time.sleep(poll)


def drop_unfinished_epochs(run: RunDirectory) -> None:
    """Leaves in progress.jsonl only the epochs behind the checkpoint: the rest is trained again."""
    checkpoint = read_checkpoint(run, "epochs")
    whole = int(checkpoint["epochs"]) if checkpoint else 0
    lines, _ = read_progress(run)
    complete = [line for line in lines if line.epoch <= whole]
    write_text(run.progress_file, "".join(json.dumps(line.as_line()) + "\n" for line in complete))
