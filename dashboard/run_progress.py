"""A run's progress as it grows: each line of the file is read once, for all sessions together."""

from threading import Lock

import streamlit as st

from models.records import Progress
from models.run_directory import RunDirectory
from pipeline.runs.progress import read_progress


class ProgressLog:
    """The lines of one run's progress.jsonl that have been read so far."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._lock = Lock()
        self._lines: list[Progress] = []
        self._offset = 0
        self._file = 0

    def lines(self) -> list[Progress]:
        """All lines up to now; only what was added since the last call is read."""
        with self._lock:
            try:
                status = self._run.progress_file.stat()
            except OSError:
                return []
            if status.st_ino != self._file or status.st_size < self._offset:
                # a resumed run wrote the file anew
                self._file, self._lines, self._offset = status.st_ino, [], 0
            added, self._offset = read_progress(self._run, self._offset)
            self._lines = [*self._lines, *added] if added else self._lines
            return self._lines


def progress_of(run: RunDirectory) -> list[Progress]:
    """The lines of a run's progress, for looking at only: they are shared."""
    return _log(str(run.path), run).lines()


@st.cache_resource(max_entries=64, show_spinner=False)
def _log(path: str, _run: RunDirectory) -> ProgressLog:  # noqa: ARG001
    return ProgressLog(_run)
