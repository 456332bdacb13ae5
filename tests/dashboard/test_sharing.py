"""A server that several people share: each has a name, and only the owner or the teacher changes what is there."""

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import people
from models.errors import ModelError
from models.ownership import Person
from models.run_directory import RunDirectory
from models.store import annotate, default_model, delete, find_model, rename, set_default
from pipeline.data import saved_digits
from pipeline.data.user_datasets import MY_DIGITS
from pipeline.runs import queue
from pipeline.runs.waiting import list_runs
from tests.conftest import copy_model
from tests.dashboard.conftest import CODE, PROJECT, arrive, open_page, say_name, sign_up, text_of
from tests.dashboard.test_recognize_page import DRAWING, label_drawing
from tests.dashboard.test_train_page import write_run


def test_without_the_switch_nobody_is_asked_and_nothing_is_owned(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGITLAB_TEACHER_CODE", CODE)
    app = open_page("models", ticked_models=[tiny_model.name])
    assert not app.exception
    assert not app.text_input
    assert "who" not in app.query_params
    assert not app.button(key=f"model_delete {tiny_model.name}").disabled
    assert "Owner" not in app.dataframe[0].value
    assert not list(tiny_model.parent.parent.glob("people*"))


@pytest.mark.parametrize(
    "page", ["recognize", "read", "train", "evaluate", "mistakes", "explain", "models", "data"]
)
def test_every_page_asks_for_a_name_and_shows_nothing_else(shared: Path, page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert [field.label for field in app.text_input] == ["Name or nickname", "Teacher's code"]
    assert [button.label for button in app.button] == ["Continue"]
    assert not app.title


def test_the_token_in_the_address_brings_the_name_back_on_every_page(shared: Path) -> None:
    app = sign_up("Ann")
    token = app.query_params["who"]
    (file,) = shared.glob("people.json")
    assert json.loads(file.read_text()) == {token: "Ann"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    later = arrive(token)
    for page in ("train", "mistakes", "models"):
        later.query_params.clear()  # as links do
        later.switch_page(f"views/{page}.py").run()
        assert not later.exception
        assert later.title
        assert later.query_params["who"] == token
    assert later.query_params.keys() == {"who"}
    assert arrive("another token").text_input, "nobody has that one"


@pytest.mark.parametrize("name", ["Ann", " ann", "\uff21nn"])
def test_a_name_belongs_to_the_first_who_took_it(shared: Path, name: str) -> None:
    sign_up("Ann")
    app = say_name(arrive(), name)
    assert "is taken" in app.error[0].value
    assert not app.title


def test_of_several_who_ask_for_a_name_at_once_one_gets_it(shared: Path) -> None:
    def ask(_: int) -> str | None:
        try:
            return people.register("Ann")
        except ModelError:
            return None

    with ThreadPoolExecutor(6) as pool:
        (token,) = filter(None, pool.map(ask, range(6)))
    assert people.name_of(token) == "Ann"


def test_what_is_no_name_or_no_list_of_people_is_told_in_one_sentence(shared: Path) -> None:
    assert "1 to 60 characters" in say_name(arrive(), "   ").error[0].value
    assert "not the teacher's code" in say_name(arrive(), "Ann", "a guess").error[0].value
    (shared / "people.json").write_text("{")
    app = arrive("token")
    assert not app.exception
    assert "people.json: it is damaged" in app.error[0].value.replace("\\", "")
    assert not app.title


def test_only_the_owner_or_the_teacher_stops_a_run(shared: Path) -> None:
    sign_up("Ann")
    run = write_run(shared, "hers", "queued", submission=1, owner="Ann")
    bob = sign_up("Bob", page="train")
    assert bob.session_state["train_tab"] == "settings", "it is not his run that waits"
    bob.segmented_control(key="train_tab").set_value("watch").run()
    assert bob.selectbox(key="run").options == ["hers · Ann"]
    assert bob.button(key="run_stop").disabled
    assert bob.button(key="run_stop").help == "Only Ann or the teacher can change this."
    run.update(owner="Bob")
    bob.run()
    run.update(owner="Ann")  # as if the button had been enabled in his browser alone
    bob.button(key="run_stop").click().run()
    assert run.state() == "queued"

    teacher = sign_up("Miss Carr", CODE, page="train")
    teacher.segmented_control(key="train_tab").set_value("watch").run()
    teacher.button(key="run_stop").click().run()
    assert not teacher.exception
    assert run.state() == "stopped"


def test_only_the_owner_or_the_teacher_renames_and_deletes_a_model(
    tiny_model: Path, shared: Path, no_shipped_models: Path
) -> None:
    changes = [f"{action} {tiny_model.name}" for action in ("model_default", "model_edit", "model_delete")]
    copy_model(tiny_model, "29990101-000000-000000", "newest")  # nobody's, and so the default
    RunDirectory(tiny_model).update(owner="Ann")
    ann = sign_up("Ann", page="models")
    ann.session_state["ticked_models"] = [tiny_model.name]
    bob = sign_up("Bob", page="models")
    bob.session_state["ticked_models"] = [tiny_model.name]
    assert [ann.run().button(key=key).disabled for key in changes] == [False, False, False]
    assert [bob.run().button(key=key).disabled for key in changes] == [True, True, True]
    assert not bob.button(key=f"model_use {tiny_model.name}").disabled
    assert bob.dataframe[0].value["Owner"].fillna("").tolist() == ["", "Ann"]

    bob.text_input(key="teacher_code").set_value(CODE)
    bob.button(key="teacher_sent").click().run()
    assert [bob.button(key=key).disabled for key in changes] == [False, False, False]
    bob.button(key=f"model_default {tiny_model.name}").click().run()
    assert not bob.exception
    assert default_model().id == tiny_model.name


def test_each_action_refuses_whoever_does_not_own_it(tiny_model: Path) -> None:
    run = RunDirectory(tiny_model)
    run.update(owner="Ann")
    model = find_model(tiny_model.name)
    digit = save_digit("Ann")
    actions: list[Callable[[Person], object]] = [
        lambda who: queue.stop(run, who),
        lambda who: queue.resume(run, 1, who),
        lambda who: rename(model, "his", who),
        lambda who: annotate(model, "his", who),
        lambda who: delete(model, who),
        lambda who: set_default(model, who),
        lambda who: saved_digits.delete(digit, who),
    ]
    before = run.record_file.read_bytes()
    for action in actions:
        for who in (Person("Bob"), Person("ann"), Person("")):
            with pytest.raises(ModelError, match="Only Ann or the teacher"):
                action(who)
    with pytest.raises(ModelError, match="Only the teacher"):
        set_default(find_model("shipped:cnn"), Person("Ann"))
    assert run.record_file.read_bytes() == before
    assert digit.image_file.exists()
    assert rename(model, "hers", Person("Ann")).name == "hers"
    assert rename(model, "ours", Person("Miss Carr", teacher=True)).name == "ours"


def save_digit(owner: str) -> saved_digits.SavedDigit:
    black, image = np.zeros((40, 40, 3), np.uint8), np.eye(28, dtype=np.float32)
    return saved_digits.save(black, image, 1, 7, 0.9, "tiny", owner=owner)


def test_people_see_their_own_saved_digits_and_the_teacher_all(shared: Path) -> None:
    save_digit("Ann")
    save_digit("Ann")
    assert {digit.record.part for digit in saved_digits.list_saved()} == {"train", "test"}
    bob = sign_up("Bob")
    assert "Saved digits" not in text_of(bob)
    save_digit("Bob")
    assert "1 corrected so far" in text_of(bob.run())
    bob.switch_page("views/train.py").run()
    assert "My saved digits (1)" in bob.selectbox(key="training_set").options
    bob.selectbox(key="training_set").set_value(MY_DIGITS).run()
    next(button for button in bob.button if button.label == "Start training").click().run()
    assert not bob.exception
    assert "of 1 training image " in bob.error[0].value
    assert "3 corrected so far" in text_of(sign_up("Miss Carr", CODE))


def test_what_is_started_on_the_pages_belongs_to_the_visitor(shared: Path) -> None:
    app = sign_up("Ann", page="train")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    (run,) = list_runs()
    assert run.read().owner == "Ann"


def test_a_link_to_a_mistake_keeps_its_view_and_the_visitor(shared: Path, shipped_tiny: str) -> None:
    token = sign_up("Ann").query_params["who"]
    app = arrive(token)
    app.query_params["true"] = "4"
    app.switch_page("views/mistakes.py").run()
    assert not app.exception
    assert app.query_params == {"who": token, "model": "tiny", "true": "4"}


def test_a_login_takes_the_place_of_the_name(shared: Path) -> None:
    app = AppTest.from_file(str(PROJECT / "dashboard" / "navigation.py"), default_timeout=60)
    app.user = {"is_logged_in": False}  # as where [auth] is configured
    app.query_params["who"] = people.register("Ann")
    app.run()
    assert [button.label for button in app.button] == ["Log in"]
    assert not app.title
    app.user = {"is_logged_in": True, "sub": "248289761001", "email": "bob@example.org"}
    app.run()
    assert not app.exception
    assert app.title
    assert "Log out" in [button.label for button in app.button]
    app.switch_page("views/train.py").run()
    next(button for button in app.button if button.label == "Start training").click().run()
    assert [run.read().owner for run in list_runs()] == ["bob@example.org"]


def draw_and_correct(app: AppTest) -> AppTest:
    """Draws on Recognize, from another page, and says that it is a 7."""
    for key, value in DRAWING.items():
        app.session_state[key] = value
    return label_drawing(app.switch_page("views/recognize.py").run(), 7)


def test_a_correction_belongs_to_the_visitor(tiny_model: Path, shared: Path, no_shipped_models: Path) -> None:
    draw_and_correct(sign_up("Ann", page="data"))
    assert [digit.record.owner for digit in saved_digits.list_saved()] == ["Ann"]
