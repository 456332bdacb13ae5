"""Several networks that answer as one: trained together, or put together later."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.archive import export_model, import_model
from models.errors import ModelError
from models.run_directory import RunDirectory
from models.store import find_model
from pipeline.config import make_config
from pipeline.dataset import load_dataset
from pipeline.recognition import Recognizer
from pipeline.runs import follow, history, read_progress, resume, stop, submit
from tests.conftest import Digitlab
from tests.pipeline.test_runs import epoch_lines, kill_worker, wait_for

pytestmark = pytest.mark.slow

SMALL = {"stem": 8, "width": 8}


def small_ensemble(**settings: Any) -> Any:
    parameters = {**SMALL, "members": 2}
    return make_config(
        "ensemble", parameters=parameters, **{"epochs": 2, "batch_size": 16, "seed": 5, **settings}
    )


def test_an_ensemble_is_trained_like_any_model_and_survives_a_kill(
    home: Path, few_digits: Path, tmp_path: Path, digitlab: Digitlab
) -> None:
    data = load_dataset(few_digits)
    untouched, killed = submit(small_ensemble(), data, "whole"), submit(small_ensemble(), data, "killed")

    def in_second_member() -> bool:
        lines, _ = read_progress(killed)
        return bool(lines) and lines[-1]["epoch"] == 4 and not lines[-1].get("epoch_end")

    wait_for(in_second_member, "the second member's second epoch")
    kill_worker(killed)
    wait_for(lambda: killed.state() == "interrupted", "the lock to be released")
    resume(killed)
    list(follow(killed))
    for run in (untouched, killed):
        assert run.state() == "finished"
        assert [(line["epoch"], line["member"]) for line in history(run)] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    assert epoch_lines(killed) == epoch_lines(untouched)
    record = untouched.read()
    assert killed.read().results["test_accuracy"] == record.results["test_accuracy"] > 0.7
    assert (record.epochs_done, record.planned_epochs) == (4, 4)
    assert "--arch ensemble" in record.command
    assert "--set members=2" in record.command
    with pytest.raises(ModelError, match="each trained to their end"):
        resume(untouched, 1)
    export_model(find_model("whole"), tmp_path / "whole.zip")
    assert import_model(tmp_path / "whole.zip").read().results == record.results
    assert "Average" in digitlab("models", "show", "whole").out


def test_an_ensemble_that_is_stopped_answers_with_the_members_it_has(home: Path, few_digits: Path) -> None:
    data = load_dataset(few_digits)
    config = small_ensemble(epochs=15)
    alone = submit(config.member(0), data, "alone")
    run = submit(config, data, "stopped")
    wait_for(lambda: any(line["epoch"] > 15 for line in read_progress(run)[0]), "the second member")
    stop(run)
    list(follow(run))
    assert run.state() == "stopped"
    images = data.test[0][:200]
    assert np.allclose(scores(run, images), scores(alone, images), atol=1e-5)
    resume(run)
    list(follow(run))
    assert run.state() == "finished"
    assert [line["epoch"] for line in history(run)] == list(range(1, 31))
    assert not np.allclose(scores(run, images), scores(alone, images), atol=1e-3)


def scores(run: RunDirectory, images: Any) -> Any:
    return Recognizer(run.litert_file).scores(images)


def test_models_are_combined_to_one_that_answers_with_their_average(
    home: Path, few_digits: Path, tiny_model: Path, digitlab: Digitlab
) -> None:
    data = load_dataset(few_digits)
    settings = {"epochs": 1, "batch_size": 16, "augment": False, "parameters": SMALL}
    runs = [submit(make_config("cnn-deep", seed=seed, **settings), data, f"seed {seed}") for seed in (1, 2)]
    other = submit(make_config("cnn-deep", **{**settings, "parameters": {"width": 16}}), data, "other")
    list(follow(other))
    assert digitlab("models", "combine", "seed 1", "seed 2", "--name", "both").code == 0
    both = find_model("both")
    images = data.test[0][:300]
    average = (scores(runs[0], images) + scores(runs[1], images)) / 2
    assert np.allclose(scores(both.directory, images), average, atol=1e-5)
    assert both.record.config["parameters"]["members"] == 2
    assert both.record.results["test_count"] == 1000
    for models, reason in (
        (("seed 1", "other"), "another architecture, size or data set"),
        (("tiny", "tiny"), "ensembles are made of cnn-deep"),
        (("seed 1",), "whole number from 2 to 10"),
    ):
        outcome = digitlab("models", "combine", *models)
        assert outcome.code == 2
        assert reason in outcome.err


def test_an_int8_file_is_offered_with_its_loss(home: Path, tmp_path: Path, digitlab: Digitlab) -> None:
    file = tmp_path / "small.tflite"
    outcome = digitlab("models", "export", "cnn-deep", file, "--int8")
    assert outcome.code == 0, outcome.err
    assert "on 10,000 test images" in outcome.err
    before = find_model("cnn-deep")
    images, labels = load_dataset().test
    right = (Recognizer(file).probabilities(images).argmax(1) == labels).mean()
    assert right > before.record.results["test_accuracy"] - 0.0002
    assert file.stat().st_size < before.directory.litert_file.stat().st_size / 3
    assert digitlab("models", "export", "cnn-deep", tmp_path / "small.zip", "--int8").code == 2
