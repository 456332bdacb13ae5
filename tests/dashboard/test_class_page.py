"""Class: who trains what, what each may have, and a class that is exported and reset."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import batch_store, people
from dashboard.batch_store import KeepingError
from dashboard.class_archive import export_class, exports_folder, reset_class
from dashboard.quotas import QuotaError, check_quota, holdings
from models.errors import ConfigError, ModelError
from models.locations import PRETRAINED
from models.ownership import ADMINISTRATOR, Person
from models.run_directory import RunDirectory
from models.store import find_model, list_models, rename
from models.train_config import make_config
from pipeline.data import saved_digits, user_datasets
from pipeline.data.dataset import load_dataset
from pipeline.data.dataset_import import keep, prepare
from pipeline.data.label_decisions import decide, decisions_on
from pipeline.runs import queue
from pipeline.runs.waiting import list_runs, queue_locked, take_next, waiting_runs
from tests.conftest import Digitlab, a_progress, full_disk
from tests.dashboard.conftest import CODE, PROJECT, open_page, sign_up, text_of
from tests.dashboard.test_sharing import draw_and_correct, save_digit
from tests.dashboard.test_train_page import write_run

TEACHER = Person("Miss Carr", teacher=True)


def open_class(app: AppTest) -> AppTest:
    app.switch_page("views/classroom.py").run()
    assert not app.exception
    return app


def add_model(home: Path, owner: str, run_id: str = "20260102-000000-000001") -> RunDirectory:
    """A copy of a shipped model, as if its owner had trained it."""
    path = home / "runs" / run_id
    shutil.copytree(PRETRAINED / "dense", path)
    run = RunDirectory(path)
    run.update(id=run_id, name=f"{owner}'s model", owner=owner)
    return run


def add_batch(owner: str, batch: str = "", data: bytes = b"a page") -> str:
    batch = batch or batch_store.new_batch_id()
    batch_store.add_file(batch, "page.png", data, Person(owner))
    return batch


def test_alone_there_are_no_class_no_bounds_and_nobody_is_noted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLAB_MOST_DIGITS", "0")
    check_quota(ADMINISTRATOR, digits=1, runs=1000, size=2**40)
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        open_page().switch_page("views/classroom.py")
    assert not list(home.glob("people*"))


def test_everybody_sees_who_trains_and_when_the_others_start(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(shared, "measured", "finished", owner="Ann", epochs_done=4, seconds=40.0)
    running = write_run(shared, "going on", owner="Ann")
    lines = [a_progress(1, step=step, images=100 * step, seconds=1.0 * step) for step in (5, 10)]
    running.progress_file.write_text(
        "".join(line.model_dump_json(exclude_none=True) + "\n" for line in lines)
    )
    for number, owner in enumerate(("Bob", "Cid"), 1):
        write_run(shared, f"of {owner}", "queued", submission=number, owner=owner)
    write_run(shared, "other data", "queued", submission=3, owner="Dan", dataset={"name": "x", "sha256": "1"})
    write_run(shared, "last", "queued", submission=4, owner="Eve")
    monkeypatch.setattr(RunDirectory, "worker_lives", lambda self: self.id == running.id)
    app = open_class(sign_up("Bob"))
    (table,) = (element.proto.body for element in app.get("html") if "<table" in element.proto.body)
    rows = table.split("<tr>")[2:]
    assert [row.count("measured") for row in rows] == [0] * 5
    for row, words in zip(
        rows,
        (
            "going on</b> <span>Ann · dense, 4 epochs</span></td><td>trains, 25% done <span>about 30 s left",
            "of Bob</b> <span>Bob · dense, 4 epochs</span></td><td>waits <span>starts in about 30 s",
            "starts in about 2 min",  # an epoch takes 10 s, a run's start and end 25 s
            "other data</b> <span>Dan · dense, 4 epochs</span></td><td>waits <span>starts in about 3 min",
            "last</b> <span>Eve · dense, 4 epochs</span></td><td>waits <span>start not known yet",
        ),
        strict=True,
    ):
        assert words in row
    assert app.selectbox(key="class_run").options == ["of Bob · Bob"]
    assert not [element for element in app.get("dataframe") if element.proto.id], "the others are not listed"
    app.button(key="class_stop").click().run()
    assert not app.exception
    assert [run.owner for run in waiting_runs()] == ["Cid", "Dan", "Eve"]
    teacher = open_class(sign_up("Miss Carr", CODE))
    assert len(teacher.selectbox(key="class_run").options) == 4


def test_the_teacher_sees_what_each_has_and_when_they_were_here(shared: Path) -> None:
    people.register("Bob")
    sign_up("Ann")
    add_model(shared, "Ann")
    write_run(shared, "failed", "failed", owner="Ann")
    save_digit("Ann")
    add_batch("Ann", data=bytes(2 * 1024**2))
    app = open_class(sign_up("Miss Carr", CODE))
    table = app.dataframe[0].value.set_index("Name")
    assert list(table.index) == ["Ann", "Bob", "Miss Carr"]
    ann = table.to_dict("index")["Ann"]
    assert (ann["Runs"], ann["Models"], ann["Saved digits"]) == (2, 1, 1)
    assert ann["Disk"] == pytest.approx(holdings(["Ann"])["Ann"].size / 1024**2)
    assert holdings(["Ann"])["Ann"].size > 2 * 1024**2
    assert table["Last seen"].notna().tolist() == [True, False, True]


def test_each_bound_is_refused_in_one_sentence(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = Person("Ann")
    save_digit("Ann")
    add_batch("Ann", data=bytes(1024**2))
    write_run(shared, "one", "failed", owner="Ann")
    check_quota(ann, runs=1, digits=1, size=1)
    app = open_class(sign_up("Ann"))
    assert "1 of 30" in text_of(app)
    assert "1 of 200" in text_of(app)
    assert "of 500 MB" in text_of(app)
    for variable in ("DIGITLAB_MOST_RUNS", "DIGITLAB_MOST_DIGITS", "DIGITLAB_MOST_MB"):
        monkeypatch.setenv(variable, "1")
    with pytest.raises(
        QuotaError, match="You have 1 of at most 1 runs; delete one on Models or Train, then try"
    ):
        check_quota(ann, runs=1)
    with pytest.raises(
        QuotaError, match="You have 1 of at most 1 saved digits; delete some on Recognize, then"
    ):
        check_quota(ann, digits=1)
    with pytest.raises(
        QuotaError, match=r"You use 1\.0 MB of at most 1 MB on this server; delete models, data"
    ):
        check_quota(ann, size=1024)
    check_quota(Person("Bob"), runs=1, digits=1, size=1024)
    check_quota(TEACHER, runs=2, digits=2, size=2**40)
    monkeypatch.setenv("DIGITLAB_MOST_RUNS", "many")
    with pytest.raises(ConfigError, match="DIGITLAB_MOST_RUNS: expected a whole number, got 'many'"):
        check_quota(ann, runs=1)
    assert "expected a whole number" in open_class(app).error[0].value


def test_a_run_too_many_is_refused_until_one_is_deleted(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLAB_MOST_RUNS", "1")
    write_run(shared, "failed", "failed", owner="Ann")
    app = sign_up("Ann", page="train")
    start = next(button for button in app.button if button.label == "Start training")
    start.click().run()
    assert "You have 1 of at most 1 runs" in app.error[0].value
    app.segmented_control(key="train_tab").set_value("watch").run()
    app.button(key="run_delete").click().run()
    assert not app.exception
    assert not list_runs()
    app.segmented_control(key="train_tab").set_value("settings").run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert [run.owner for run in waiting_runs()] == ["Ann"]


def test_a_correction_and_pages_too_many_are_refused_and_the_page_goes_on(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLAB_MOST_DIGITS", "0")
    monkeypatch.setenv("DIGITLAB_MOST_MB", "0")
    app = draw_and_correct(sign_up("Ann", page="data"))
    assert "You have 0 of at most 0 saved digits" in app.error[0].value
    assert not saved_digits.list_saved()
    app.switch_page("views/read.py").run()
    app.file_uploader[0].upload("page.png", b"no picture", "image/png").run()
    assert not app.exception
    assert "You use 0.0 MB of at most 0 MB on this server" in app.error[0].value
    assert "1 file, not kept" in text_of(app)


def test_a_batch_opens_for_whoever_has_its_address_and_only_its_owner_or_the_teacher_changes_it(
    shared: Path,
) -> None:
    batch = add_batch("Ann", data=b"no picture")
    bob = sign_up("Bob")
    bob.query_params["batch"] = batch
    bob.switch_page("views/read.py").run()
    assert not bob.exception
    assert "You can look and export here. Only Ann or the teacher can change this." in text_of(bob)
    assert bob.button(key="read_delete_batch").disabled
    assert not bob.get("file_uploader")
    actions: list[Any] = [
        lambda who: batch_store.add_file(batch, "more.png", b"more", who),
        lambda who: batch_store.remove_files(batch, [], who),
        lambda who: batch_store.save_settings(batch, {"model": "his"}, who),
        lambda who: batch_store.decide(batch, "page", {0: batch_store.Decision("7", True)}, who),
        lambda who: batch_store.delete_batch(batch, who),
    ]
    for action in actions:
        with pytest.raises(KeepingError, match="Only Ann or the teacher can change this"):
            action(Person("Bob"))
    assert batch_store.settings_of(batch).keys() != {"model"}
    assert len(batch_store.files_of(batch) or ()) == 1
    bob.button(key="read_new_batch").click().run()
    assert bob.get("file_uploader"), "a batch of his own"
    for action in actions:
        action(Person("Ann"))
    assert batch_store.owner_of(batch) is None


def test_the_pages_of_whoever_has_most_go_first(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_store, "MOST_BATCHES", 3)
    hers = add_batch("Ann")
    his = [add_batch("Bob") for _ in range(3)]
    assert batch_store.owner_of(hers) == "Ann", "although it was used longest ago"
    assert [batch_store.owner_of(batch) for batch in his] == [None, "Bob", "Bob"]
    assert batch_store.bytes_by_owner() == {"Ann": 6, "Bob": 6}, (
        "a file that several batches have counts once"
    )


def test_batches_of_an_earlier_version_are_nobodys(home: Path) -> None:
    batch = add_batch("Ann")
    record = home / "batches" / "batches.sqlite"
    code = (
        f"import sqlite3; sqlite3.connect({str(record)!r}).execute('ALTER TABLE batches DROP COLUMN owner')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert batch_store.owner_of(batch) == ""
    assert [file.name for file in batch_store.files_of(batch) or ()] == ["page.png"]


def test_twenty_people_take_turns_keep_their_own_and_leave_with_a_zip(
    shared: Path, few_digits: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    names = [f"person {number:02}" for number in range(20)]
    tokens = {name: people.register(name) for name in [*names, TEACHER.name]}
    digits = load_dataset(few_digits)
    for name in [*names[::-1], *names[:5]]:
        queue.submit(make_config("dense", epochs=1), digits, owner=name)
    order = []
    while waiting_runs():
        with queue_locked():
            taken = take_next()
        assert taken
        order.append(taken.owner)
        for name in (names[names.index(taken.owner) - 1], "", "stranger"):
            with pytest.raises(ModelError, match=f"Only {taken.owner} or the teacher"):
                queue.stop(taken.directory, Person(name))
        queue.stop(taken.directory, Person(taken.owner))
    assert order == [*names[::-1], *names[4::-1]], "one each in turn, then whose turn is longest ago"

    add_model(shared, "person 07", "20260102-000000-000001")
    add_model(shared, "", "20260102-000000-000002")
    add_model(shared, TEACHER.name, "20260102-000000-000003")
    save_digit("person 07")
    save_digit(TEACHER.name)
    with few_digits.open("rb") as file:
        keep(prepare(file, "few.npz"), owner="person 07")
    assert holdings(["person 07"])["person 07"].size > few_digits.stat().st_size
    for who in (Person("person 07"), TEACHER):
        decide("0" * 64, who, "test", 3, before=8, after=9)
    batches = [add_batch("person 07", data=b"hers"), add_batch(TEACHER.name)]
    for who in (Person("person 07"), Person()):
        for action in (export_class, reset_class):
            with pytest.raises(ModelError, match="Only the teacher"):
                action(who)
    shares: list[float] = []
    export = export_class(TEACHER, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    reset_class(TEACHER)

    assert {run.read().owner for run in list_runs()} == {"", TEACHER.name}
    assert [digit.record.owner for digit in saved_digits.list_saved()] == [TEACHER.name]
    assert [batch_store.owner_of(batch) for batch in batches] == [None, TEACHER.name]
    assert not user_datasets.list_saved()
    assert not decisions_on("0" * 64, Person("person 07"))
    assert decisions_on("0" * 64, TEACHER)
    assert people.name_of(tokens[TEACHER.name]) == TEACHER.name
    assert people.name_of(tokens["person 07"]) is None
    assert people.last_seen().keys() == {TEACHER.name}
    assert [model.name for model in list_models() if model.shipped], "these stay"
    left = [path for path in shared.rglob("*") if path.is_file() and path != export]
    assert not [path for path in left if b"person 07" in path.read_bytes()]

    shared.rename(tmp_path / "before")
    shared.mkdir()
    with zipfile.ZipFile(tmp_path / "before" / export.relative_to(shared)) as archive:
        assert "digitlab models import" in archive.read("README.txt").decode()
        archive.extractall(shared)
    models = digitlab("models", "list", "--json").json_lines()
    assert {model["owner"] for model in models if not model["shipped"]} == {"", "person 07", TEACHER.name}
    assert len(digitlab("runs", "list", "--json").json_lines()) == 28
    assert people.name_of(tokens["person 07"]) == "person 07"
    assert batch_store.owner_of(batches[0]) == "person 07"
    (page,) = batch_store.files_of(batches[0]) or []
    assert page.path.read_bytes() == b"hers"
    assert len(saved_digits.list_saved()) == 2
    assert [dataset.owner for dataset in user_datasets.list_saved()] == ["person 07"]
    assert rename(find_model("20260102-000000-000001"), "again", Person("person 07")).name == "again"


def test_a_full_disk_is_told_and_leaves_no_part_of_an_export(shared: Path) -> None:
    add_model(shared, "Ann")
    with (
        full_disk(),
        pytest.raises(ModelError, match=r"the class can't be exported there \(File too large\)"),
    ):
        export_class(TEACHER)
    assert not list(exports_folder().iterdir())


A_WORKER = """
import sys, time
from pathlib import Path
from filelock import FileLock
from models.run_directory import RunDirectory
from pipeline.runs.heartbeat import heartbeat
run = RunDirectory(Path(sys.argv[1]))
with FileLock(run.worker_lock_file), heartbeat(run):
    print("trains", flush=True)
    time.sleep(600)
"""


def test_the_teacher_exports_types_and_resets_and_a_training_is_ended_first(shared: Path) -> None:
    ann = sign_up("Ann")
    run = write_run(shared, "going on", owner="Ann")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    worker = subprocess.Popen(
        [sys.executable, "-c", A_WORKER, str(run.path)], env=environment, stdout=subprocess.PIPE
    )
    assert worker.stdout
    assert worker.stdout.readline() == b"trains\n"
    try:
        app = open_class(sign_up("Miss Carr", CODE))
        assert not [field for field in app.text_input if field.key == "class_reset_words"], (
            "not before an export"
        )
        app.button(key="class_export").click().run()
        assert not app.exception
        (export,) = exports_folder().iterdir()
        assert export.name in text_of(app).replace("\\", "")
        app.text_input(key="class_reset_words").set_value("reset")
        app.button(key="class_reset_sent").click().run()
        assert "Nothing was deleted" in text_of(app)
        assert worker.poll() is None
        app.text_input(key="class_reset_words").set_value("Reset the class")
        app.button(key="class_reset_sent").click().run()
        assert not app.exception
        assert not app.error
        assert not list_runs()
        assert worker.wait(10) < 0
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    assert [button.label for button in ann.run().button] == ["Continue"], "her name is free"
    assert app.run().title, "the teacher stays"
