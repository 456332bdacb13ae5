"""Read keeps pages and corrections: another session finds them by the address, whatever became of the first one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import batch_store
from dashboard.batch_store import Decision, KeepingError
from tests.dashboard.conftest import PROJECT, text_of
from tests.dashboard.test_read_page import open_read, png
from tests.pipeline.reading.test_reader import page_of

PAGE = png(page_of(("3141", "592")))
GONE = "no longer kept here"


def open_address(batch: str) -> AppTest:
    """A new session that comes in with the address of a batch."""
    app = AppTest.from_file(str(PROJECT / "dashboard" / "navigation.py"), default_timeout=60)
    app.query_params["batch"] = batch
    app.switch_page("views/read.py").run()
    assert not app.exception
    return app


def batch_of(app: AppTest) -> str:
    """The id in the address."""
    assert not app.exception
    return str(app.query_params["batch"])


def text(app: AppTest) -> str:
    """The text of the page as it stands."""
    return str(app.text_area(key="read_text").value)


def correct(app: AppTest, new: str) -> None:
    app.text_area(key="read_text").set_value(new).run()
    assert text(app) == new


def record(home: Path) -> Path:
    return home / "batches" / "batches.sqlite"


def test_another_session_opens_the_address_and_corrects_as_well(home: Path) -> None:
    first = open_read(("page.png", PAGE), model="cnn-fast", known_length=4)
    correct(first, "3141\n598")
    second = open_address(batch_of(first))
    assert text(second) == "3141\n598"
    assert "1 file, kept with your corrections" in text_of(second)
    assert second.selectbox(key="model").value == "cnn-fast"
    assert second.number_input(key="known_length").value == 4
    correct(second, "7141\n598")
    first.run()
    assert text(first) == "7141\n598"
    first.button(key="read_undo").click().run()
    assert text(open_address(batch_of(first))) == "3141\n592"


def test_two_sessions_that_correct_different_digits_lose_nothing(home: Path) -> None:
    first = open_read(("page.png", PAGE), model="cnn-fast")
    second = open_address(batch_of(first))
    correct(first, "3141\n598")
    second.text_area(key="read_text").set_value("7141\n592").run()  # it has not seen the other's yet
    assert text(second) == "7141\n598"
    first.run()
    assert text(first) == "7141\n598"


def test_a_new_batch_begins_empty_and_the_old_one_stays_until_it_is_deleted(home: Path) -> None:
    app = open_read(("page.png", PAGE), model="cnn-fast")
    old = batch_of(app)
    app.button(key="read_new_batch").click().run()
    assert "No pages yet" in text_of(app)
    assert "batch" not in app.query_params
    app = open_address(old)
    app.file_uploader[0].upload("more.png", png(page_of(("26",))), "image/png").run()
    assert len(app.selectbox(key="read_open").options) == 2, "files are added to those of the batch"
    app.button(key="read_delete_batch").click().run()
    assert "No pages yet" in text_of(app)
    assert GONE in text_of(open_address(old))
    assert not list((home / "batches" / "files").iterdir())


@pytest.mark.parametrize("damage", ["damaged", "missing"])
def test_a_lost_record_is_told_and_another_one_begins(home: Path, damage: str) -> None:
    app = open_read(("page.png", PAGE), model="cnn-fast")
    old = batch_of(app)
    if damage == "missing":
        record(home).unlink()
    else:
        record(home).write_bytes(b"no database" * 1000)
    other = open_address(old)
    assert GONE in text_of(other)
    assert ("was damaged" in text_of(other)) == (damage == "damaged")
    assert record(home).with_suffix(".damaged").exists() == (damage == "damaged")
    other.file_uploader[0].upload("page.png", PAGE, "image/png").run()
    correct(other, "3141\n59")
    assert text(open_address(batch_of(other))) == "3141\n59"
    app.run()
    assert text(open_address(old)) == "3141\n592", "who still has the files in the uploader keeps them again"


def test_where_nothing_can_be_written_the_page_says_so_and_goes_on(home: Path) -> None:
    (home / "batches").touch()  # in the place of the folder
    app = open_read(("page.png", PAGE), model="cnn-fast")
    assert not app.exception
    assert "Pages and corrections can't be kept now" in app.error[0].value
    assert "batch" not in app.query_params
    correct(app, "3141\n598")
    app.switch_page("views/models.py").run()
    app.switch_page("views/read.py").run()
    assert text(app) == "3141\n598"


def test_a_file_that_does_not_fit_on_the_disk_leaves_the_others_as_they_were(home: Path) -> None:
    batch_store.add_file("one", "small.png", b"small")
    code = (  # in a process of its own: the limit is on all that it writes
        "import resource; from dashboard import batch_store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))\n"
        "try: batch_store.add_file('one', 'large.png', bytes(100_000))\n"
        "except batch_store.KeepingError as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "Pages and corrections can't be kept now (File too large).\n"
    assert [file.name for file in batch_store.files_of("one") or ()] == ["small.png"]
    assert len(list((home / "batches" / "files").iterdir())) == 1


def test_canceled_pages_wait_for_resume(home: Path) -> None:
    app = open_read(("page.png", PAGE), model="cnn-fast", _read_canceled=True)
    assert "Canceled after 0 of 1 pages" in text_of(app)
    app.button(key="read_resume").click().run()
    assert text(app) == "3141\n592"
    assert "Canceled" not in text_of(app)


def test_old_batches_go_first_and_a_large_one_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_store, "MOST_BATCHES", 2)
    monkeypatch.setattr(batch_store, "MOST_BYTES", 10)
    monkeypatch.setattr(batch_store, "MOST_BATCH_BYTES", 8)
    for batch in ("one", "two"):
        batch_store.add_file(batch, "a.png", b"same")
    batch_store.decide("one", "page", {0: Decision("7", True)})
    batch_store.add_file("three", "b.png", b"other")
    assert batch_store.files_of("two") is None, "it was used longest ago"
    assert batch_store.decisions_of("one") == {"page": {0: Decision("7", True)}}
    batch_store.add_file("three", "c.png", b"123")
    assert batch_store.files_of("one") is None, "there were more bytes than may be kept"
    with pytest.raises(KeepingError, match="At most"):
        batch_store.add_file("three", "d.png", b"1")
    assert len(batch_store.files_of("three") or ()) == 2
    assert len(list((home / "batches" / "files").iterdir())) == 2


def test_when_old_batches_are_about_to_go_the_page_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_store, "MOST_BATCHES", 1)
    app = open_read(("page.png", PAGE), model="cnn-fast")
    assert "used longest ago are removed" in app.info[0].value


def test_names_are_texts_and_never_paths(home: Path) -> None:
    name = "../../\udc80' ; DROP TABLE files; --.png"
    batch_store.add_file("one", name, b"data")
    (file,) = batch_store.files_of("one") or []
    assert file.name == batch_store.storable(name) == name.replace("\udc80", "?")
    assert file.path == home / "batches" / "files" / batch_store.sha256_of(b"data")
    assert file.path.read_bytes() == b"data"


def test_a_kept_file_that_is_gone_is_told_of(home: Path) -> None:
    app = open_read(("page.png", PAGE), model="cnn-fast")
    shutil.rmtree(home / "batches" / "files")
    st.cache_resource.clear()  # as after a restart
    assert "page.png: " in open_address(batch_of(app)).error[0].value
