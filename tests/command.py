"""`digitlab` in processes forked from one that has loaded it: `python -m tests.command` is that one.

A call is a process of its own as ever, with its own working folder, environment and streams, but spares the 0.7 s of
processor time that Python and its imports take. It is forked before any file is read or thread started.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_LOADED = ("pipeline.cli.app", "pipeline.evaluation.model_evaluation", "pipeline.reading.single_digit")


def call_digitlab(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """What a call in `folder` leaves: exit code, stdout, stderr."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        call = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
        try:
            server.stdin.write(json.dumps({**call, "out": str(out), "err": str(err)}) + "\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
        except BaseException:
            # such as the end of a test's time: what this call says must not answer the next
            os.killpg(server.pid, signal.SIGKILL)
            _server.cache_clear()
            raise
        return code, out.read_text(), err.read_text()


@cache
def _server() -> "subprocess.Popen[str]":
    """One for all tests of this process; it ends when its stdin does."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.command"],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def _next_call() -> dict[str, Any] | None:
    """In a forked process the call that it is for; None in the server when no more come."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            return dict(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    return None


def _become(call: dict[str, Any]) -> None:
    """Takes on the call's folder, environment and streams."""
    for number, path, mode in (
        (0, os.devnull, os.O_RDONLY),
        (1, call["out"], os.O_WRONLY | os.O_CREAT),
        (2, call["err"], os.O_WRONLY | os.O_CREAT),
    ):
        file = os.open(path, mode, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(call["environment"])
    os.chdir(call["folder"])
    sys.path.insert(0, call["folder"])


if __name__ == "__main__":
    for module in _LOADED:
        importlib.import_module(module)
    received = _next_call()
    if received:
        _become(received)
        from pipeline.cli.app import main

        main(received["arguments"])
