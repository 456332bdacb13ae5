"""`digitlab adapt`: one small fine-tuning as a process, judged anew by hand, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.store import default_model, find_model
from pipeline.data import saved_digits
from pipeline.data.dataset import load_dataset
from tests.conftest import Digitlab

LABELS = (2, 3, 4, 7)


def save_mirrored(count: int, few_digits: Path) -> None:
    """Saves digits of somebody who writes them the wrong way round."""
    images, labels = load_dataset(few_digits).test
    for label in LABELS:
        for image in images[labels == label][: count // len(LABELS), :, ::-1]:
            seen = image / np.float32(255)
            saved_digits.save(np.zeros((28, 28, 3), np.uint8), seen, label, 1, 0.9, "tiny")


def wrong_of(model: Path, ids: list[str]) -> int:
    """How many of these saved digits a model file reads wrongly, as Recognize does."""
    digits = [digit for digit in saved_digits.list_saved() if digit.id in ids]
    images = np.stack([digit.image for digit in digits]).astype(np.float32) / np.float32(255)
    answers = Recognizer(model).steady_scores(images).argmax(1).tolist()
    return sum(answer != digit.record.label for answer, digit in zip(answers, digits, strict=True))


@pytest.mark.slow
def test_a_model_learns_saved_digits_and_is_judged_on_others(
    tiny_model: Path, few_digits: Path, digitlab: Digitlab
) -> None:
    save_mirrored(32, few_digits)
    outcome = digitlab("adapt", "--model", "tiny", "--name", "mirrored", "--json")
    assert outcome.code == 0, outcome.err
    (told,) = outcome.json_lines()
    run = RunDirectory(tiny_model.parent / told["run"])

    every = {digit.id for digit in saved_digits.list_saved()}
    assert len(told["held_out"]) == 8
    assert {*told["trained_on"]} == every - {*told["held_out"]}
    with np.load(run.own_digits_file) as learned:
        assert {*learned["ids"][learned["folds"] < 0].tolist()} == {*told["trained_on"]}

    candidate = run.candidate / "model.tflite"
    assert told["own"]["errors"] == wrong_of(tiny_model / "model.tflite", told["held_out"])
    assert told["own"]["errors_after"] == wrong_of(candidate, told["held_out"])
    assert wrong_of(candidate, told["trained_on"]) < wrong_of(tiny_model / "model.tflite", told["trained_on"])
    for file, key in ((tiny_model, "errors"), (run.candidate, "errors_after")):
        assert told["test"][key] == json.loads((file / "evaluation.json").read_text())["error_count"]
    assert (told["test"]["count"], told["world"]["count"], told["validation"]["count"]) == (1000, 2000, 500)

    assert "There is no model" in digitlab("evaluate", "mirrored").err, "a candidate answers nowhere"
    kept = digitlab("models", "keep", told["run"])
    if told["helps"]:
        model = find_model("mirrored")
        assert model.record.results
        assert model.record.results.test_errors == told["test"]["errors_after"]
        assert digitlab("models", "keep", told["run"]).err.endswith("it is kept already.\n")
    else:
        assert kept.code == 2
        assert "only what helps is kept" in kept.err
    assert default_model().name == "cnn-deep"
    assert find_model("tiny").directory.path == tiny_model


def test_too_few_digits_are_told(tiny_model: Path, few_digits: Path, digitlab: Digitlab) -> None:
    save_mirrored(4, few_digits)
    outcome = digitlab("adapt", "--model", "tiny")
    assert outcome.code == 2
    assert outcome.err == (
        "digitlab: Fine-tuning takes at least 8 saved digits, but there are 4; correct some more.\n"
    )


def test_what_is_not_there_is_told(tiny_model: Path, digitlab: Digitlab) -> None:
    assert "there is no data set of that name" in digitlab("adapt", "--digits", "nothing").err
    assert "There is no model 'nobody'" in digitlab("adapt", "--model", "nobody").err
    with FileLock(tiny_model.parent / "dispatcher.lock"):
        refused = digitlab("models", "keep", tiny_model.name)
    assert refused.code == 2
    assert "there is nothing to keep" in refused.err or "it is kept already" in refused.err
