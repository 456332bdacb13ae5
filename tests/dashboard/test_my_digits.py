"""Data, My digits: what a model learns from saved digits, in each of its states."""

import shutil
from pathlib import Path

import numpy as np
from filelock import FileLock

from models.files import write_text
from models.run_directory import MODEL_FILES, RunDirectory
from models.store import default_model, find_model, list_models, set_default
from pipeline.data import saved_digits
from pipeline.evaluation.before_after import AdaptationReport, Change
from pipeline.runs.adaptation import adaptations, own_digits, submit
from tests.dashboard.conftest import open_page, text_of


def learn_from(
    home: Path, tiny_model: Path, count: int = 24, own: Change | None = None, **facts: object
) -> RunDirectory | None:
    """Saves so many digits and, where its outcome is given, has "tiny" fine-tuned on them, without training."""
    for number in range(count):
        image = np.eye(28, dtype=np.float32)
        saved_digits.save(np.zeros((28, 28, 3), np.uint8), image, number % 4, 7, 0.9, "tiny")
    if own is None:
        return None
    model = find_model("tiny")
    with FileLock(home / "runs" / "dispatcher.lock"):  # as if a dispatcher lived
        run = submit(model, own_digits(model))
    run.candidate.mkdir()
    for file in MODEL_FILES:
        shutil.copy(tiny_model / file, run.candidate / file)
    some = Change(count=2000, errors=20, fixed=1, broken=1)
    results = model.record.results
    assert results
    report = AdaptationReport(own=own, validation=some, test=some, world=some, share=1, results=results)
    write_text(run.adaptation_file, report.model_dump_json())
    run.update(status="finished", **facts)
    return run


HELPED = Change(count=6, errors=6, fixed=5, broken=0)


def test_without_saved_digits_it_says_where_to_correct_some(tiny_model: Path) -> None:
    app = open_page("data", data_section="mine")
    assert not app.exception
    assert "No saved digits yet" in text_of(app)


def test_with_too_few_saved_digits_it_says_how_many_it_takes(tiny_model: Path, home: Path) -> None:
    learn_from(home, tiny_model, count=3)
    app = open_page("data", data_section="mine", model=tiny_model.name)
    assert not app.exception
    assert "at least 8 saved digits, but there are 3" in app.info[0].value
    assert "adapt_start" not in [button.key for button in app.button]


def test_a_click_has_the_chosen_model_learn_the_saved_digits(tiny_model: Path, home: Path) -> None:
    learn_from(home, tiny_model, count=24)
    app = open_page("data", data_section="mine", model=tiny_model.name)
    assert "**20** of your digits are learned" in text_of(app) or "All **24** of your digits" in text_of(app)
    with FileLock(home / "runs" / "dispatcher.lock"):
        app.button(key="adapt_start").click().run()
        assert not app.exception
        ((run, record),) = adaptations()
        assert record.status == "queued"
        assert record.adaptation
        assert record.adaptation.model == "tiny"
        assert len({*record.adaptation.trained_on, *record.adaptation.held_out}) == 24
        app.button(key="adapt_stop").click().run()
    assert run.read().status == "stopped"


def test_what_helps_is_kept_made_the_default_and_rolled_back(tiny_model: Path, home: Path) -> None:
    run = learn_from(home, tiny_model, own=HELPED)
    assert run
    set_default(find_model("tiny"))
    app = open_page("data", data_section="mine", model=tiny_model.name)
    assert "It helps: 5 of your 6 held-out digits are right, 0 before." in app.success[0].value
    assert [model.name for model in list_models() if not model.shipped] == ["tiny"]
    app.button(key="adapt_keep").click().run()
    assert not app.exception
    assert find_model("tiny + my digits").id == run.id
    assert default_model().name == "tiny"
    app.button(key=f"adapt_default {run.id}").click().run()
    assert default_model().id == run.id
    app.button(key=f"adapt_default {tiny_model.name}").click().run()
    assert not app.exception
    assert default_model().name == "tiny"


def test_what_does_not_help_can_only_be_thrown_away(tiny_model: Path, home: Path) -> None:
    run = learn_from(home, tiny_model, own=Change(count=6, errors=6, fixed=1, broken=1))
    assert run
    app = open_page("data", data_section="mine", model=tiny_model.name)
    assert "It doesn't help: 0 of your 6 held-out digits are right, 0 before." in app.info[0].value
    assert app.button(key="adapt_keep").disabled
    app.button(key="adapt_discard").click().run()
    assert not app.exception
    assert not run.path.exists()


def test_a_fine_tuning_that_failed_says_why(tiny_model: Path, home: Path) -> None:
    run = learn_from(home, tiny_model, own=HELPED)
    assert run
    run.adaptation_file.unlink()
    run.update(status="failed", reason="Out of memory; try a smaller batch size or network.")
    app = open_page("data", data_section="mine", model=tiny_model.name)
    assert "Out of memory" in app.error[0].value


def test_saved_digits_on_recognize_lead_to_it(tiny_model: Path, home: Path) -> None:
    learn_from(home, tiny_model, count=1)
    links = [link.proto.label for link in open_page().get("page_link")]
    assert "Let a model learn from them" in links
