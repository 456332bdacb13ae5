"""A real Ray cluster of several nodes on this machine, whose nodes and workers can be killed."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.conftest import PROJECT

_STORE = 80 * 1024**2
"""Bytes of each node's object store, the least that Ray takes."""


class LocalCluster:
    """A head and any number of further nodes, with some cores each.

    Attributes:
        address: what `--ray` takes.
    """

    def __init__(self, nodes: int, cores: int) -> None:
        """Starts as many nodes, the head among them."""
        from ray.cluster_utils import Cluster

        self._usual: dict[str, Any] = {
            "num_cpus": cores,
            "object_store_memory": _STORE,
            "include_dashboard": False,
        }
        self._cluster: Any = _patiently(lambda: Cluster(initialize_head=True, head_node_args=self._usual))
        self.address: str = self._cluster.address
        self._others: list[Any] = []
        for _ in range(nodes - 1):
            self.add_node()

    def add_node(self) -> None:
        """Starts another node."""
        self._others.append(_patiently(lambda: self._cluster.add_node(**self._usual)))

    def kill_node(self, choices: random.Random) -> None:
        """Kills a node with all its processes, not the head."""
        node = self._others.pop(choices.randrange(len(self._others)))
        self._cluster.remove_node(node, allow_graceful=False)

    def kill_worker(self, choices: random.Random) -> bool:
        """Kills a process that reads, if one does."""
        raylets = [
            info.process.pid
            for node in self._cluster.list_all_nodes()
            for info in node.all_processes.get("raylet", ())
        ]
        reading = [pid for raylet in raylets for pid in children(raylet) if "read_task" in title(pid)]
        if not reading:
            return False
        with suppress(ProcessLookupError):
            os.kill(choices.choice(reading), signal.SIGKILL)
        return True

    def stop(self) -> None:
        """Ends all of it."""
        self._cluster.shutdown()


def _patiently(start: Callable[[], Any]) -> Any:
    """What a start gives; Ray gives it 30 s, which may be too little for a machine that is busy."""
    for _ in range(3):
        try:
            return start()
        except Exception as error:
            if "timed out during startup" not in str(error):
                raise
    return start()


def children(process: int) -> list[int]:
    """The ids of the processes that a process started."""
    return [int(pid) for pid in _text(Path(f"/proc/{process}/task/{process}/children")).split()]


def title(process: int) -> str:
    """What a process is called."""
    return _text(Path(f"/proc/{process}/cmdline"))


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # the process is gone
        return ""


@contextmanager
def local_cluster(nodes: int, cores: int = 1) -> Iterator[LocalCluster]:
    """A cluster whose processes find Digit Lab."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(PROJECT)
    try:
        cluster = LocalCluster(nodes, cores)
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
    try:
        yield cluster
    finally:
        cluster.stop()
