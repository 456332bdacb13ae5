"""Several networks that answer as one: trained together, or put together later."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnxruntime import InferenceSession

from models.archive import export_model, import_model
from models.errors import DigitLabError, ModelError
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.store import find_model
from models.train_config import make_config
from pipeline.data.dataset import load_dataset
from pipeline.runs.combine import combine_models
from pipeline.runs.progress import follow, history, read_progress
from pipeline.runs.queue import resume, stop, submit
from pipeline.runs.snapshots import snapshot_epochs
from tests.conftest import Digitlab, results_of, train_here
from tests.pipeline.runs.test_queue import wait_for

pytestmark = pytest.mark.slow

SMALL = {"stem": 8, "width": 8, "top": 16}


def test_an_ensemble_is_trained_like_any_model(
    home: Path, few_digits: Path, tmp_path: Path, digitlab: Digitlab
) -> None:
    """Stopped in its second member and resumed there: no epoch is lost or learned twice."""
    config = make_config(
        "ensemble",
        parameters={**SMALL, "members": 2},
        epochs=4,
        batch_size=16,
        optimizer="adam",
        learning_rate=0.01,
        seed=5,
        augment=False,
        ema=0.9,
    )
    run = submit(config, load_dataset(few_digits), "both")

    def in_second_member() -> bool:
        lines, _ = read_progress(run)
        return bool(lines) and lines[-1].epoch > 5 and not lines[-1].epoch_end

    wait_for(in_second_member, "the second member's second epoch")
    stop(run)
    list(follow(run))
    assert run.state() == "stopped"
    assert scores(run, load_dataset(few_digits).test[0]).shape == (1000, 11)
    assert 5 <= len(history(run)) < 8
    assert run.read().epochs_done == 4, "the second member has no part in the model"
    resume(run)
    list(follow(run))
    record = run.read()
    assert run.state() == "finished"
    assert snapshot_epochs(run) == [], "an ensemble keeps none"
    assert [(line.epoch, line.member) for line in history(run)] == [
        (epoch, 1 if epoch <= 4 else 2) for epoch in range(1, 9)
    ]
    assert results_of(record).test_accuracy > 0.8
    assert (record.epochs_done, record.planned_epochs) == (8, 8)
    assert "--arch ensemble" in record.command
    assert "--set members=2" in record.command
    with pytest.raises(ModelError, match="can't be trained further"):
        resume(run, 1)
    export_model(find_model("both"), tmp_path / "both.zip")
    claimed = import_model(tmp_path / "both.zip").read().results
    assert claimed == results_of(record).model_copy(update={"claimed": True})
    assert "Average" in digitlab("models", "show", record.id).out


def scores(run: RunDirectory, images: Any) -> Any:
    return Recognizer(run.litert_file).scores(images)


def test_models_are_combined_to_one_that_answers_with_their_average(
    home: Path, few_digits: Path, digitlab: Digitlab
) -> None:
    data = load_dataset(few_digits)
    settings: dict[str, Any] = {"epochs": 1, "batch_size": 16, "augment": False}
    settings |= {"optimizer": "adam", "parameters": SMALL}
    runs = [
        train_here(make_config("cnn-deep", seed=seed, **settings), data, f"seed {seed}") for seed in (1, 2)
    ]
    assert digitlab("models", "combine", "seed 1", "seed 2", "--name", "both").code == 0
    both = find_model("both")
    images = data.test[0][:300]
    average = (scores(runs[0], images) + scores(runs[1], images)) / 2
    assert np.allclose(scores(both.directory, images), average, atol=1e-5)
    assert digitlab("models", "export", "both", home / "both.onnx").code == 0
    session = InferenceSession(home / "both.onnx", providers=["CPUExecutionProvider"])
    (exported,) = session.run(None, {"image": (images[..., None] / 255).astype(np.float32)})
    assert np.allclose(exported, average, atol=1e-5)
    assert both.record.config.parameters["members"] == 2
    assert results_of(both.record).test_count == 1000
    for names, reason in (
        (("seed 1", "cnn-deep"), "another architecture, size or data set"),
        (("dense", "dense"), "ensembles are made of cnn-deep"),
        (("seed 1",), "whole number from 2 to 10"),
    ):
        with pytest.raises(DigitLabError, match=reason):
            combine_models([find_model(name) for name in names])


def test_an_int8_file_is_offered_with_its_loss(home: Path, tmp_path: Path, digitlab: Digitlab) -> None:
    file = tmp_path / "small.tflite"
    outcome = digitlab("models", "export", "cnn-fast", file, "--int8")
    assert outcome.code == 0, outcome.err
    assert "on 10,000 test images" in outcome.err
    before = find_model("cnn-fast")
    images, labels = load_dataset().test
    right = (Recognizer(file).probabilities(images).argmax(1) == labels).mean()
    assert right > results_of(before.record).test_accuracy - 0.0002
    assert file.stat().st_size < before.directory.litert_file.stat().st_size / 3
    assert digitlab("models", "export", "cnn-fast", tmp_path / "small.zip", "--int8").code == 2
