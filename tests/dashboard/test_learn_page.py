"""Learn: each state of the lesson's steps, a contest played to its end, and the report."""

from pathlib import Path

import pytest

from dashboard.class_archive import reset_class
from models.ownership import ADMINISTRATOR, Person
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.evaluation.learning.contest import keep_answers, make_contest
from pipeline.evaluation.learning.progress import (
    LessonProgress,
    Outcome,
    change_progress,
    folder,
    read_progress,
)
from pipeline.evaluation.learning.steps import STEPS
from tests.dashboard.conftest import sign_up, text_of
from tests.dashboard.test_addresses import open_address
from tests.dashboard.test_train_page import write_run


def predict(key: str, prediction: int | str, who: Person = ADMINISTRATOR) -> None:
    moment = "2026-01-01T00:00:00+00:00"
    change_progress(who, lambda latest: latest.with_step(key, prediction=prediction, predicted=moment))


def test_a_step_asks_first_then_sends_away_then_compares(home: Path) -> None:
    app = open_address("learn")
    assert app.query_params == {"step": "dense"}
    assert "0 of 6 steps done" in text_of(app)
    assert not app.get("page_link"), "nothing to look up before the prediction"
    app.slider(key="lesson_answer_dense").set_value(400)
    app.button(key="lesson_predict").click().run()
    assert "You said: **400 of 10,000**" in text_of(app)
    (link,) = app.get("page_link")
    assert (link.proto.page, link.proto.query_string) == ("train", "show=settings&arch=dense")
    app.button(key="lesson_end").click().run()  # the shipped network
    words = text_of(app)
    assert "111 of 10,000" in words
    assert "Fewer than you said." in words
    assert "1 of 6 steps done" in words
    app.text_area(key="lesson_sentence_dense").set_value("It learns fast.").run()
    app.button(key="lesson_next").click().run()
    assert not app.exception
    assert "2. Look at its mistakes" in text_of(app)
    assert read_progress(ADMINISTRATOR).step("dense").sentence == "It learns fast."
    app.button_group(key="learn_step").set_value("dense").run()
    app.button(key="lesson_anew").click().run()
    assert app.slider(key="lesson_answer_dense").value == 1000
    assert app.button(key="lesson_predict")
    assert not app.exception


def test_what_a_training_is_doing_is_told(home: Path) -> None:
    predict("dense", 300)
    assert not open_address("learn", step="dense").info
    write_run(home, "first", "queued")
    assert "first waits for its turn." in open_address("learn", step="dense").info[0].value
    write_run(home, "second", "failed", reason="The disk is full.")
    assert (
        "second ended without a model. The disk is full."
        in open_address("learn", step="dense").warning[0].value
    )


def test_a_visit_to_the_page_of_a_step_is_noticed(home: Path) -> None:
    app = open_address("learn", step="mistakes")
    app.radio(key="lesson_answer_mistakes").set_value("4-9").run()
    app.button(key="lesson_predict").click().run()
    assert "Try it" in text_of(app)
    app.switch_page("views/mistakes.py").run()
    app.switch_page("views/learn.py").run()
    assert not app.exception
    assert "Exactly as you said." in text_of(app)


def test_drawings_are_counted_until_one_has_enough(home: Path) -> None:
    predict("fool", 2)
    app = open_address("learn", step="fool")
    assert "Misread drawings saved so far: 0." in text_of(app)
    app.button(key="lesson_end").click().run()
    assert "You saved no drawings that the network misread." in [text.value for text in app.text]
    assert not app.exception


def test_all_steps_done_leads_to_the_report(home: Path) -> None:
    progress = LessonProgress()
    for step in STEPS:
        progress = progress.with_step(step.key, prediction=3, outcome=Outcome(value=3, told=""))
    change_progress(ADMINISTRATOR, lambda _: progress)
    app = open_address("learn", step="cnn")
    assert "All six steps are done." in app.success[0].value
    app.button_group(key="learn_part").set_value("report").run()
    app.text_input(key="lesson_name").set_value("Ann Lee").run()
    assert not app.exception
    assert read_progress(ADMINISTRATOR).name == "Ann Lee"
    assert len(app.get("download_button")) == 1


def test_a_contest_is_played_blind_to_both_scores(home: Path) -> None:
    """The first 17 answers are those of the labels; of the three given here by button, two are wrong."""
    model = find_model("shipped:cnn-fast")
    contest = make_contest(7, model, Recognizer(model.directory.litert_file))
    keep_answers(ADMINISTRATOR, contest, model, contest.labels[:17].tolist())
    app = open_address("learn", show="contest", contest="7", model="cnn-fast")
    for place in range(17, 20):
        assert f"Digit {place + 1} of 20" in text_of(app)
        assert "win" not in text_of(app)
        wrong = int(place > 17)
        app.button(key=f"contest_answer_{(int(contest.labels[place]) + wrong) % 10}").click().run()
        assert not app.exception
    words = text_of(app)
    its = int((contest.labels == contest.answers).sum())
    assert "18 of 20" in words
    assert f"{its} of 20" in words
    assert "You win" in words
    assert "it misreads 79" in words
    app.button(key="contest_leave").click().run()
    assert f"Contest 7 against cnn-fast: you 18, it {its}, of 20." in [text.value for text in app.text]
    assert "contest" not in app.query_params


def test_a_contest_is_begun_and_an_answer_taken_back(home: Path) -> None:
    app = open_address("learn", show="contest")
    app.selectbox(key="model").set_value("cnn-fast").run()
    app.number_input(key="contest_number").set_value(12).run()
    app.button(key="contest_begin").click().run()
    assert app.query_params == {"show": "contest", "contest": "12", "model": "cnn-fast"}
    app.button(key="contest_answer_4").click().run()
    app.button(key="contest_back").click().run()
    assert "Digit 1 of 20" in text_of(app)
    assert app.button(key="contest_back").disabled
    assert not app.exception


def test_without_shipped_models_a_contest_is_one_sentence(shipped_tiny: str, home: Path) -> None:
    app = open_address("learn", show="contest", contest="7")
    assert not app.exception
    assert "models that tell which digits are hard are not here" in app.error[0].value


def test_nonsense_in_the_address_and_a_damaged_file_are_no_tracebacks(home: Path) -> None:
    app = open_address("learn", show="party", step="x", contest="0")
    assert app.query_params == {"step": "dense"}
    change_progress(ADMINISTRATOR, lambda progress: progress)
    next(folder().glob("*.json")).write_text("[]")
    assert "delete the file to begin anew" in open_address("learn").error[0].value


def test_people_who_share_a_server_have_progress_of_their_own(shared: Path) -> None:
    predict("dense", 300, Person("Ann"))
    ann, bob = (sign_up(name, page="learn") for name in ("Ann", "Bob"))
    assert "You said: **300 of 10,000**" in text_of(ann)
    assert bob.button(key="lesson_predict")
    ann.button_group(key="learn_part").set_value("report").run()
    assert ann.text_input(key="lesson_name").value == "Ann"


@pytest.mark.parametrize("kept", ["Ann", "teacher"])
def test_the_end_of_a_class_takes_its_progress_away(shared: Path, kept: str) -> None:
    predict("dense", 300, Person("Ann"))
    reset_class(Person(kept, teacher=True))
    assert (read_progress(Person("Ann")).step("dense").prediction == 300) == (kept == "Ann")
