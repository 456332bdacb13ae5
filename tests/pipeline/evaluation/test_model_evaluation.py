"""Scores of an import: believed only as far as they can be checked, and measured here wherever that is possible."""

from pathlib import Path

import numpy as np
import pytest

from models.archive import export_model
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.metrics import evaluate
from pipeline.evaluation.model_evaluation import (
    evaluate_model,
    known_evaluation,
    results_of,
    write_evaluation,
)
from tests.conftest import Digitlab, save_digits
from tests.conftest import results_of as results_in


def test_stored_predictions_are_those_that_were_counted(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    near_tie = np.full((1, 10), 0.0125, np.float32)
    near_tie[0, [3, 8]] = 0.44999, 0.45001
    labels = np.array([8], np.uint8)
    write_evaluation(run, evaluate(near_tie, labels), near_tie)
    assert run.read_evaluation().accuracy == 1
    assert run.read_predictions().argmax() == 8


def make_flawless(run: RunDirectory, data: Path) -> None:
    """Writes answers without a mistake for the run, and scores that agree with them."""
    labels = load_dataset(data).test[1]
    answers = np.eye(10, dtype=np.float32)[labels]
    write_evaluation(run, evaluate(answers, labels), answers)
    run.update(results=results_of(run.read_evaluation()), files=run.hash_model_files())


@pytest.mark.slow
def test_flawless_scores_are_claims_until_the_model_is_evaluated_here(
    tiny_model: Path, few_digits: Path, tmp_path: Path, digitlab: Digitlab
) -> None:
    run = RunDirectory(tiny_model)
    honest = results_in(run.read())
    make_flawless(run, few_digits)
    export_model(find_model("tiny"), tmp_path / "here.zip")
    elsewhere = run.read().dataset.model_copy(update={"path": "/nowhere/few.npz"})
    run.update(name="far", dataset=elsewhere)
    export_model(find_model("far"), tmp_path / "elsewhere.zip")
    digitlab("models", "delete", "far", "--yes")

    outcome = digitlab("models", "import", tmp_path / "here.zip")
    assert outcome.code == 0, outcome.err
    assert "claimed" not in outcome.err
    (measured,) = digitlab("models", "show", "tiny", "--json").json_lines()
    assert measured["test_accuracy"] == honest.test_accuracy
    assert measured["claimed"] is False

    outcome = digitlab("models", "import", tmp_path / "elsewhere.zip")
    assert "as claimed by the archive" in outcome.err
    (claimed,) = digitlab("models", "show", "far", "--json").json_lines()
    assert (claimed["test_accuracy"], claimed["claimed"]) == (1, True)
    for call in (("models", "show", "far"), ("models", "list"), ("runs", "list")):
        assert digitlab(*call).out.count("as claimed by the archive") == 1, call

    assert digitlab("evaluate", "far").code == 0
    assert "as claimed" in digitlab("models", "list").out, "MNIST is not what it was trained on"
    assert digitlab("evaluate", "far", "--dataset", few_digits).code == 0
    (measured,) = digitlab("models", "show", "far", "--json").json_lines()
    assert (measured["test_accuracy"], measured["claimed"]) == (honest.test_accuracy, False)
    directory = RunDirectory(Path(measured["path"]))
    assert directory.read().files == directory.hash_model_files()


def test_evaluations_of_shipped_models_are_kept_in_the_home_folder(home: Path, few_digits: Path) -> None:
    model = find_model("shipped:dense")
    before = sorted(model.directory.path.rglob("*"))
    data = load_dataset(few_digits)
    assert known_evaluation(model.directory, data.sha256) is None
    shares: list[float] = []
    measured = evaluate_model(model.directory, Recognizer(model.directory.litert_file), data, shares.append)
    known = known_evaluation(model.directory, data.sha256)
    assert known is not None
    assert known.evaluation == measured.evaluation
    assert np.array_equal(known.probabilities, measured.probabilities)
    assert shares[-1] == 1
    assert sorted(model.directory.path.rglob("*")) == before
    assert len(list((home / "evaluations").iterdir())) == 1


def test_an_evaluation_does_not_outlive_a_change_of_the_network(tiny_model: Path, tmp_path: Path) -> None:
    run, data = RunDirectory(tiny_model), load_dataset(save_digits(tmp_path / "other.npz", 1, 20))
    evaluate_model(run, Recognizer(run.litert_file), data)
    assert known_evaluation(run, data.sha256) is not None
    run.litert_file.write_bytes(find_model("shipped:dense").directory.litert_file.read_bytes())
    assert known_evaluation(run, data.sha256) is None
