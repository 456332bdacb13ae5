"""`digitlab learn`: the lesson's progress, the report, and a contest."""

from html import unescape
from pathlib import Path

from models.ownership import Person
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.evaluation.learning.contest import make_contest
from pipeline.evaluation.learning.progress import change_progress
from pipeline.evaluation.learning.steps import STEPS
from tests.conftest import Digitlab


def test_a_contest_on_the_command_line_has_the_digits_and_scores_of_the_page(
    home: Path, digitlab: Digitlab
) -> None:
    model = find_model("shipped:cnn-fast")
    contest = make_contest(7, model, Recognizer(model.directory.litert_file))
    answers = "".join(map(str, [*contest.labels[:12], *((contest.labels[12:] + 1) % 10)]))
    outcome = digitlab("learn", "contest", "--model", "cnn-fast", "--seed", 7, "--answers", answers, "--json")
    assert outcome.code == 0, outcome.err
    (told,) = outcome.json_lines()
    assert (told["person_score"], told["count"]) == (12, 20)
    assert told["model_score"] == int((contest.answers == contest.labels).sum())
    assert [digit["index"] for digit in told["digits"]] == contest.index.tolist()
    wrong = digitlab("learn", "contest", "--answers", "12x")
    assert wrong.code == 2
    assert "Expected 20 digits" in wrong.err


def test_the_lesson_and_its_report_on_the_command_line(home: Path, digitlab: Digitlab) -> None:
    change_progress(Person("Ann"), lambda progress: progress.with_step("dense", prediction=400))
    file = home / "report.html"
    outcome = digitlab("learn", "lesson", "--owner", "Ann", "--report", file, "--json")
    assert outcome.code == 0, outcome.err
    rows = outcome.json_lines()
    assert [row["step"] for row in rows] == [step.key for step in STEPS]
    assert (rows[0]["prediction"], rows[0]["result"]) == (400, None)
    assert "400 of 10,000" in unescape(file.read_text())
