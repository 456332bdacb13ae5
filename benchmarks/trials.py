"""Trials in processes of their own, one after the other, and the report of what they gave.

Benchmarks import it from beside themselves: `python benchmarks/NAME.py` puts this folder on the path.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]


def run_trials(
    program: str, trials: Iterable[list[str]], told: Callable[[Rows], None] = lambda _: None
) -> Rows:
    """Calls the program once a trial; each prints its figures as one line of JSON, the last on stdout.

    Args:
        program: path of a Python program.
        trials: the arguments of each call.
        told: gets all figures so far after every trial, so that a series cut short leaves a report.
    """
    results: Rows = []
    for arguments in trials:
        done = subprocess.run(
            [sys.executable, program, *arguments], stdout=subprocess.PIPE, text=True, check=True
        )
        results.append(json.loads(done.stdout.splitlines()[-1]))
        print(json.dumps(results[-1]), file=sys.stderr, flush=True)
        told(results)
    return results


def write_report(folder: Path, document: dict[str, Any], table: str, figure: Any) -> None:
    """Writes results.json, table.md and picture.html (a Plotly figure) to the folder, which it makes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    (folder / "table.md").write_text(table + "\n", encoding="utf-8")
    figure.write_html(folder / "picture.html", include_plotlyjs="cdn")
