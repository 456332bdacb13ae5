"""The whole app as people run it: a Streamlit server of its own, on a free port, with a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
_START_TIME = 90  # seconds


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running dashboard. `restart` ends it and starts it again on the same port and home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.log_file = home / "server.log"
        self._start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def process(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """For the command line on the same home."""
        return {**os.environ, "DIGITLAB_HOME": str(self.home), "PYTHONPATH": str(PROJECT)}

    def _start(self) -> None:
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "streamlit", "run", str(PROJECT / "dashboard" / "app.py")),
                    *("--server.port", str(self.port), "--server.headless", "true"),
                    *("--server.fileWatcherType", "none"),
                ],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_TIME
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self.log()}")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        self.stop()
        self._start()

    def kill_and_restart(self) -> None:
        """As after a power cut: nothing of the process gets to run any more."""
        self._process.kill()
        self._process.wait()
        self._start()

    def log(self) -> str:
        """What the server has written so far."""
        return self.log_file.read_text()
