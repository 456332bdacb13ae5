"""Twenty people at once: sessions that draw and browse while a training runs, and how long each answer takes.

    uv run python benchmarks/many_sessions.py [--sessions 20] [--rounds 5] [--no-training] [--json]

Starts a server of its own and speaks Streamlit's own protocol with it, a connection a session: what a browser
sends and receives, without twenty browsers in the way of the measurement. Every session draws digits stroke by
stroke and goes from page to page, with a pause between; any exception that a page shows counts as an error.
What each page took is told as well, the slowest first.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import WebSocketException

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from pipeline.data.dataset import load_dataset  # noqa: E402
from tests.browser.connection import Connection  # noqa: E402
from tests.browser.server import Server  # noqa: E402

PATIENCE = 120.0  # seconds for one answer
PAUSE = (0.5, 2.0)  # seconds between two actions of a person


@dataclass
class Timings:
    """Seconds that each kind of action took, and what went wrong."""

    strokes: list[float] = field(default_factory=list)
    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)


class Session:
    """One person's connection, as the browser keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = Connection(port, PATIENCE)
        self.canvas = self.fragment = ""
        self.pages: dict[str, str] = {}
        self.page = ""
        self.seen: list[str] = []

    def close(self) -> None:
        """Ends the session."""
        self._connection.close()

    def run(self, page: str = "", drawing: str | None = None) -> list[str]:
        """Asks for a page, or for the canvas's fragment with a new drawing; the exceptions that were shown."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.pages.get(page, self.page)
        if drawing is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.json_value = self.canvas, drawing
            message.rerun_script.fragment_id = self.fragment
        answers = self._connection.ask(message)
        if page:
            self.page = self.pages[page]
        return self._take(answers)

    def _take(self, answers: Iterator[ForwardMsg]) -> list[str]:
        shown = []
        self.seen = []
        for message in answers:
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                if element.WhichOneof("type") == "exception":
                    shown.append(element.exception.message)
                if element.WhichOneof("type") == "html":
                    self.seen.append(element.html.body)
                if (
                    element.WhichOneof("type") == "bidi_component"
                    and "canvas" in element.bidi_component.component_name
                ):
                    self.canvas, self.fragment = element.bidi_component.id, message.delta.fragment_id
        return shown


def drawing_of(image: np.ndarray) -> str:
    """A test digit as the canvas sends it, put together from dots."""
    dots = (np.argwhere(image > 127)[:, ::-1] * 320 / 28).tolist()
    objects = [{"type": "Path", "path": [["M", *dot], ["L", *dot]], "strokeWidth": 14} for dot in dots]
    return json.dumps({"drawing": {"raw": {"objects": objects}, "data": None}})


def live(port: int, number: int, rounds: int, timings: Timings) -> None:
    """One person: opens the dashboard, draws, looks around, comes back."""
    chance = random.Random(number)
    images, _ = load_dataset().test
    session = None
    try:
        session = Session(port)
        timings.errors += session.run()
        others = [name for name in session.pages if name != "Recognize"]
        for turn in range(rounds):
            for _ in range(3):
                time.sleep(chance.uniform(*PAUSE))
                drawing = drawing_of(images[chance.randrange(len(images))])
                began = time.perf_counter()
                timings.errors += session.run(drawing=drawing)
                timings.strokes.append(time.perf_counter() - began)
                if not any('data-testid="answer"' in body for body in session.seen):
                    timings.errors.append("a stroke without an answer")
            for page in (others[(number + turn) % len(others)], "Recognize"):
                time.sleep(chance.uniform(*PAUSE))
                began = time.perf_counter()
                timings.errors += session.run(page)
                timings.pages[page].append(time.perf_counter() - began)
    except (OSError, TimeoutError, KeyError, WebSocketException) as error:
        timings.errors.append(f"{type(error).__name__}: {error}")
    finally:
        if session:
            session.close()


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum."""
    return {
        "count": len(seconds),
        "median": statistics.median(seconds),
        "p95": float(np.quantile(seconds, 0.95)),
        "max": max(seconds),
    }


def main() -> None:
    """Starts server and training, lets the sessions live, prints what they measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-training", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    timings = Timings()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        digitlab = [sys.executable, "-m", "pipeline.cli"]
        try:
            if not arguments.no_training:
                settings = ["--arch", "cnn", "--epochs", "300", "--name", "while they draw", "--detach"]
                subprocess.run([*digitlab, "train", *settings], env=server.environment, check=True)
            with ThreadPoolExecutor(arguments.sessions) as people:
                lives = [
                    people.submit(live, server.port, number, arguments.rounds, timings)
                    for number in range(arguments.sessions)
                ]
            for ended in lives:
                ended.result()  # raises what went wrong beyond what is counted
            if not arguments.no_training:
                command = [*digitlab, "runs", "stop", "while they draw"]
                subprocess.run(command, env=server.environment, check=True)
            if "Traceback" in server.log():
                timings.errors.append("the server logged an exception")
        finally:
            server.stop()
            subprocess.run(
                [*digitlab, "runs", "follow", "while they draw"],
                env=server.environment,
                check=False,
                capture_output=True,
            )
    all_pages = [seconds for page in timings.pages.values() for seconds in page]
    figures = {"strokes": quantiles(timings.strokes), "pages": quantiles(all_pages)}
    by_page = {page: quantiles(seconds) for page, seconds in timings.pages.items()}
    by_page = dict(sorted(by_page.items(), key=lambda item: -item[1]["p95"]))
    if arguments.json:
        print(
            json.dumps(
                {"sessions": arguments.sessions, **figures, "by_page": by_page, "errors": timings.errors}
            )
        )
        return
    for kind, of_kind in [*figures.items(), *((f"  {page}", of_page) for page, of_page in by_page.items())]:
        print(
            f"{kind}: {of_kind['count']} answered, median {of_kind['median']:.2f} s, "
            f"95 % within {of_kind['p95']:.2f} s, slowest {of_kind['max']:.2f} s"
        )
    print(f"errors: {len(timings.errors)}", *sorted(set(timings.errors))[:10], sep="\n")


if __name__ == "__main__":
    main()
