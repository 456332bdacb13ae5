"""A hundred clients at once, good and bad bodies mixed: what the service answers, how fast, and in how much memory.

    uv run python benchmarks/service.py [--clients 100] [--minutes 5] [--places 32] [--json]

Starts a service of its own. First one client asks alone, then all of them; each sends its next request as soon as
it has an answer, and after a 503 waits as long as the service asks for. Bodies: a picture of one digit to /predict, a
page of three lines to /read, and, a third of all, what can't be used: text, a damaged picture, nothing, a form without
a file, too large a body. Memory is the resident set of the service's process, from its own /metrics, every 30 seconds.
"""

import argparse
import collections
import http.client
import io
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from figures import print_figures
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from tests.pipeline.reading.test_reader import page_of  # noqa: E402
from tests.service import Reply, Service, form_of  # noqa: E402

IDLE_REQUESTS = 40
MOST_MB = 1
LOOK_EVERY = 30.0
"""Seconds between two looks at the service's memory."""
GOOD = 2 / 3
"""Share of requests that can be answered."""


@dataclass
class Counts:
    """What came back, of all clients together; `list.append` is safe between threads."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: collections.defaultdict(list))
    statuses: list[tuple[str, int]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def png(rows: tuple[str, ...]) -> bytes:
    """A page of digits as a file."""
    content = io.BytesIO()
    Image.fromarray(page_of(rows)).save(content, "PNG")
    return content.getvalue()


def bodies() -> tuple[list[tuple[str, bytes, str]], list[tuple[str, bytes, str]]]:
    """Requests that can be answered, and others: path, body, content type."""
    digit, page = png(("4",)), png(("3141", "5926", "5358"))
    raw, form = "application/octet-stream", "multipart/form-data; boundary=edge"
    good = [("/predict", digit, raw), ("/read", page, raw), ("/predict", *form_of(digit, "four.png"))]
    bad = [
        ("/predict", b"no picture", raw),
        ("/read", page[: len(page) // 2], raw),
        ("/predict", b"", raw),
        ("/read", b"--edge--\r\n", form),
        ("/predict", bytes(2 * MOST_MB * 1024**2), raw),
    ]
    return good, bad


def memory_mb(service: Service) -> float:
    """Resident megabytes of the service."""
    found = re.search(r"^process_resident_memory_bytes (\S+)", service.get("/metrics").text, re.MULTILINE)
    return float(found[1]) / 1024**2 if found else float("nan")


def send(service: Service, request: tuple[str, bytes, str], counts: Counts, kind: str) -> Reply | None:
    """One request; what came back is counted."""
    path, body, content_type = request
    began = time.monotonic()
    try:
        reply = service.post(path, body, **{"Content-Type": content_type})
    except (OSError, http.client.HTTPException) as error:
        counts.problems.append(f"{type(error).__name__}: {error}")
        return None
    counts.statuses.append((kind, reply.status))
    if reply.status >= 500 and (reply.status != 503 or "retry-after" not in reply.headers):
        counts.problems.append(f"{path}: {reply.status} {reply.text[:200]}")
    if reply.status == 200:
        counts.seconds[path].append(time.monotonic() - began)
    return reply


def client(service: Service, until: float, counts: Counts, seed: int) -> None:
    """Asks until the time is over."""
    choices = random.Random(seed)
    good, bad = bodies()
    while time.monotonic() < until:
        kind = "good" if choices.random() < GOOD else "bad"
        reply = send(service, choices.choice(good if kind == "good" else bad), counts, kind)
        if reply and reply.status == 503:
            time.sleep(float(reply.headers.get("retry-after", 1)) * choices.uniform(0.8, 1.2))


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, and of how many."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else seconds * 19
    return {"n": len(seconds), "p50_ms": round(cuts[9] * 1000, 1), "p95_ms": round(cuts[18] * 1000, 1)}


def measure(clients: int, minutes: float, places: int) -> dict[str, object]:
    """All figures."""
    with tempfile.TemporaryDirectory() as home:
        service = Service(Path(home), "--places", places, "--most-mb", MOST_MB)
        try:
            idle, busy = Counts(), Counts()
            for request in bodies()[0][:2] * (IDLE_REQUESTS // 2):
                send(service, request, idle, "good")
            memory = [memory_mb(service)]
            began = time.monotonic()
            until = began + minutes * 60
            threads = [
                threading.Thread(target=client, args=(service, until, busy, seed)) for seed in range(clients)
            ]
            for thread in threads:
                thread.start()
            health = []
            while time.monotonic() < until:
                time.sleep(min(1.0, max(0.0, until - time.monotonic())))
                asked = time.monotonic()
                service.get("/health")
                health.append(time.monotonic() - asked)
                if asked - began >= LOOK_EVERY * len(memory):
                    memory.append(memory_mb(service))
                    print(f"{asked - began:4.0f} s: {memory[-1]:.0f} MB", file=sys.stderr, flush=True)
            for thread in threads:
                thread.join()
            memory.append(memory_mb(service))
        finally:
            code, said = service.stop()
    counted = collections.Counter(f"{kind} {status}" for kind, status in busy.statuses)
    return {
        "clients": clients,
        "minutes": minutes,
        "statuses": dict(sorted(counted.items())),
        "idle": {path: percentiles(seconds) for path, seconds in sorted(idle.seconds.items())},
        "busy": {path: percentiles(seconds) for path, seconds in sorted(busy.seconds.items())},
        "health_while_busy": percentiles(health),
        "memory_mb": [round(one) for one in memory],
        "problems": dict(collections.Counter(busy.problems)),
        "exit_code": code,
        "log": said[-1000:],
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--places", type=int, default=32)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.clients, arguments.minutes, arguments.places)
    print_figures(figures, as_json=arguments.json)


if __name__ == "__main__":
    main()
