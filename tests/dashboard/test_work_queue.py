"""Reading for many sessions: a few pictures at a time on the whole server, each once, none for nobody."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

from dashboard.components.read import readings
from dashboard.components.recognize import digit_pictures
from dashboard.uploads import make_upload
from dashboard.work_queue import Work, WorkQueue
from models.errors import InputError
from models.store import find_model
from pipeline.reading.crops import PageWithCrops
from pipeline.reading.page_reading import FailedReading, PageReading

SESSIONS = 10


class Reader:
    """Takes the place of the slow reading: notes what was read, and how many at the same time."""

    def __init__(self) -> None:
        self.read: list[bytes] = []
        self.most = 0
        self.go_on = Event()
        self._now = 0
        self._lock = Lock()

    def __call__(self, data: bytes, *_: object) -> PageWithCrops:
        with self._lock:
            self.read.append(data)
            self._now += 1
            self.most = max(self.most, self._now)
        if data.startswith(b"slow"):
            self.go_on.wait(60)
        with self._lock:
            self._now -= 1
        if data.endswith(b"broken"):
            raise InputError("", "no digit")
        return PageWithCrops(PageReading(()), (1, 1), data, (), ())


@pytest.fixture
def reader(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    reader = Reader()
    monkeypatch.setattr(readings, "read_with_crops", reader)
    yield reader
    reader.go_on.set()


def ask(*contents: bytes) -> Any:
    """What a session does that reads these pages."""
    return readings.read_uploads(
        [make_upload("page.png", data) for data in contents], find_model("cnn-deep"), []
    )


def previews(pages: Any) -> list[bytes]:
    return [page.preview for page in pages]


def read_pages(*contents: bytes) -> list[bytes]:
    return previews(ask(*contents))


def at_once(session: Callable[[int], list[bytes]]) -> list[list[bytes]]:
    with ThreadPoolExecutor(SESSIONS) as pool:
        return list(pool.map(session, range(SESSIONS)))


def test_two_pictures_are_read_at_a_time_whatever_the_number_of_sessions(reader: Reader) -> None:
    def session(number: int) -> list[bytes]:
        wanted = [b"%d-%d" % (number, page) for page in range(6)]
        assert read_pages(*wanted) == wanted
        return wanted

    read = at_once(session)
    assert reader.most <= 2
    assert sorted(reader.read) == sorted(data for wanted in read for data in wanted)


def test_what_several_sessions_ask_for_is_read_once(reader: Reader) -> None:
    entered = [Event() for _ in range(SESSIONS)]

    def session(number: int) -> list[bytes]:
        entered[number].set()
        if all(event.is_set() for event in entered):
            reader.go_on.set()
        return read_pages(b"slow page")

    assert at_once(session) == [[b"slow page"]] * SESSIONS
    assert reader.read == [b"slow page"]


def test_what_nobody_waits_for_any_more_is_not_read(reader: Reader) -> None:
    assert read_pages(b"known") == [b"known"]
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(read_pages, data) for data in (b"slow 1", b"slow 2")]
        while len(reader.read) < 3:
            assert not any(future.done() for future in slow)
        gone, shared = ask(b"known", b"for nobody"), ask(b"known", b"for one of two")
        other = ask(b"known", b"for one of two")
        for session in (gone, shared, other):
            assert next(session).preview == b"known", "what is in the cache does not queue"
        gone.close()
        shared.close()
        reader.go_on.set()
        assert previews(other) == [b"for one of two"]
        assert [future.result() for future in slow] == [[b"slow 1"], [b"slow 2"]]
    assert b"for nobody" not in reader.read
    assert read_pages(b"for nobody") == [b"for nobody"], "it is read when it is asked for again"


def test_an_error_comes_as_a_sentence_every_time_and_is_found_out_once(reader: Reader) -> None:
    assert list(ask(b"broken")) == list(ask(b"broken")) == [FailedReading("no digit")]
    assert reader.read == [b"broken"]


def test_a_defect_is_raised_and_not_kept(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> PageWithCrops:
        raise ZeroDivisionError

    monkeypatch.setattr(readings, "read_with_crops", fail)
    with pytest.raises(ZeroDivisionError):
        list(ask(b"page"))
    monkeypatch.setattr(readings, "read_with_crops", reader)
    assert read_pages(b"page") == [b"page"]


def test_single_digits_stand_in_the_same_queue_as_pages(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digit_pictures, "read_picture", reader)
    with ThreadPoolExecutor(3) as pool:
        pages = [pool.submit(read_pages, data) for data in (b"slow 1", b"slow 2")]
        while len(reader.read) < 2:
            assert not any(future.done() for future in pages)
        digit = pool.submit(lambda: list(digit_pictures.read_digits([make_upload("a.png", b"digit broken")])))
        reader.go_on.set()
        assert digit.result() == [FailedReading("no digit")]
        assert [page.result() for page in pages] == [[b"slow 1"], [b"slow 2"]]
    assert reader.most == 2


def test_what_is_short_goes_first_but_nothing_waits_for_ever() -> None:
    queue = WorkQueue()
    held, rest = Event(), Event()
    done: list[str] = []

    def note(name: str, seconds: float) -> Future[None]:
        return queue.ask(Work(name, lambda: done.append(name), seconds))

    for name, event in (("one", held), ("other", rest)):
        queue.ask(Work(name, partial(event.wait, 60), 0))
    asked = [note("page", 60), note("digit", 1)]
    asked += [note("long ago", 0.01)]
    time.sleep(0.02)
    asked += [note("new", 0)]
    held.set()  # the other is still busy, so the rest is done one after the other
    for future in asked:
        future.result(60)
    rest.set()
    assert done == ["long ago", "new", "digit", "page"]
