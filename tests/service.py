"""`digitlab serve` as a process of its own, on a free port, and a client that sends it requests."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import PROJECT

TOKEN = "a token of the tests"  # noqa: S105


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers in lower case, and the body as text."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Service:
    """A running service. Requests carry its token."""

    def __init__(self, home: Path, *options: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0", *map(str, options)],
            cwd=home,
            env={
                **os.environ,
                "DIGITLAB_HOME": str(home),
                "DIGITLAB_TOKEN": TOKEN,
                "PYTHONPATH": str(PROJECT),
            },
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert found, said + self._process.stderr.read()
        self.port = int(found[1])

    @property
    def process(self) -> int:
        """The id of its process."""
        return self._process.pid

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Sends one request on a connection of its own; `body` as `http.client` takes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            known = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
            connection.request(method, path, body, known)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read().decode())
        finally:
            connection.close()

    def post(self, path: str, body: Any, **headers: str) -> Reply:
        return self.request("POST", path, body, headers)

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, None, headers)

    def stop(self) -> tuple[int, str]:
        """Ends it as a supervisor does; its exit code and what else it said."""
        self._process.send_signal(signal.SIGTERM)
        _, said = self._process.communicate(timeout=30)
        return self._process.returncode, said


def form_of(content: bytes, name: str) -> tuple[bytes, str]:
    """A file as a form sends it, and the type of such a body."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"
