"""Scores of changed digits are what counting gives, are kept, and make up a report card."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.layer_outputs import LayerReader
from models.locations import PRETRAINED
from models.recognizer import Recognizer
from models.run_directory import RunDirectory
from models.store import list_models
from pipeline.data.corruptions.mnist_c import MNIST_C, Corruption
from pipeline.data.corruptions.pixels import Images
from pipeline.data.dataset import load_dataset
from pipeline.evaluation.stress.adversary import adversarial_noise, loss_gradient
from pipeline.evaluation.stress.measure import changed, known_scores, measure, picture_scores
from pipeline.evaluation.stress.sweeps import SWEEPS, UNCHANGED, Sweep
from tests.conftest import Digitlab

DENSE = PRETRAINED / "dense" / "model.tflite"


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=lambda sweep: sweep.name)
def test_each_level_changes_images_more(sweep: Sweep) -> None:
    images = load_dataset().test[0][:20]
    levels = [changed(level, images).astype(int) for level in sweep.levels]
    assert (levels[0] == images).all()
    smaller = (
        sweep.name == "scale"
    )  # what is small enough covers no pixel twice, so ink tells more than differences
    changes = [-level.sum() if smaller else np.abs(level - images).mean() for level in levels]
    assert changes == sorted(changes)
    assert len(set(changes)) == 6


def test_scores_are_what_counting_gives_and_are_kept(tiny_model: Path) -> None:
    run, dataset = RunDirectory(tiny_model), load_dataset()
    recognizer = Recognizer(run.litert_file)
    stripe = next(corruption for corruption in MNIST_C if corruption.name == "stripe")
    shares: list[float] = []
    (score,) = measure(run, recognizer, dataset, [stripe], 40, on_progress=shares.append)
    images, labels = (part[::250] for part in dataset.test)
    striped = images.copy()
    striped[:, :, [*range(7), *range(21, 28)]] ^= 255
    right = (recognizer.probabilities(striped).argmax(1) == labels).sum()
    assert (score.right, score.count) == (right, 40)
    low, high = score.interval
    assert low < score.accuracy < high
    assert shares == sorted(shares)
    assert shares[-1] == 1
    (kept,) = (tiny_model / "evaluations").glob("*/stress-*.json")
    kept.write_text(json.dumps({"right": 39, "count": 40}))
    assert measure(run, recognizer, dataset, [stripe], 40)[0].right == 39, "it is not measured anew"
    kept.write_text(json.dumps({"right": 41, "count": 40}))
    assert measure(run, recognizer, dataset, [stripe], 40)[0] == score, "what makes no sense is"


def test_scores_of_the_shipped_models_come_along(home: Path) -> None:
    """Where a model or a change is another, `benchmarks/shipped_scores.py` makes them anew."""
    digits = load_dataset()
    images, labels = (part[::10] for part in digits.test)
    changes = [*MNIST_C, *(level for sweep in SWEEPS.values() for level in sweep.levels)]
    for model in list_models():
        known = known_scores(model.directory, digits, changes)
        assert all(score and score.count == 1000 for score in known), model.name
        unchanged = known[changes.index(UNCHANGED)]
        answers = model.directory.read_predictions()[::10].argmax(1)
        assert unchanged
        assert unchanged.right == (answers == labels).sum()
    run = RunDirectory(PRETRAINED / "dense")
    for name in ("stripe", "fog"):
        change = next(corruption for corruption in MNIST_C if corruption.name == name)
        blocks = [changed(change, images[250 * block : 250 * (block + 1)], block) for block in range(4)]
        answers = Recognizer(run.litert_file).probabilities(np.concatenate(blocks)).argmax(1)
        (score,) = known_scores(run, digits, [change])
        assert score
        assert abs(score.right - (answers == labels).sum()) <= 2, "processors round differently"
        assert (
            known_scores(run, digits, [change], 200)
            == known_scores(run, digits, [change], way="picture")
            == [None]
        )


def test_what_many_ask_for_at_once_is_measured_once(tiny_model: Path) -> None:
    run, dataset = RunDirectory(tiny_model), load_dataset()
    recognizer = Recognizer(run.litert_file)
    done: list[int] = []

    def note(images: Images, _: np.random.Generator) -> Images:
        done.append(len(images))
        return images

    nothing = Corruption("nothing", "Nothing", note)
    with ThreadPoolExecutor(8) as people:
        asked = [people.submit(measure, run, recognizer, dataset, [nothing], 40) for _ in range(8)]
    assert len({answer.result()[0].right for answer in asked}) == 1
    assert done == [40]


def test_a_picture_without_ink_is_not_read() -> None:
    images = load_dataset().test[0][:3].copy()
    images[1] = 0
    scores = picture_scores(images, Recognizer(DENSE))
    assert scores.argmax(1)[[0, 2]].tolist() == [7, 1]
    assert not scores[1].any()
    assert not picture_scores(images[1:2], Recognizer(DENSE)).any()


def test_the_gradient_is_that_of_the_network_in_litert() -> None:
    layers = tuple(layer for layer in LayerReader(DENSE).layers if layer.kind == "dense")
    recognizer = Recognizer(DENSE)
    image = (load_dataset().test[0][3] / 255).astype(np.float32).reshape(1, -1)
    blurred = image * 0.6 + 0.1  # an answer that is not quite sure has a loss that can be measured
    slope = loss_gradient(blurred, layers)[0]
    told = recognizer.probabilities(blurred.reshape(1, 28, 28)).argmax()
    for pixel in np.argsort(-np.abs(slope))[:5]:
        step = np.zeros_like(blurred)
        step[0, pixel] = 0.01
        losses = [
            -np.log(float(recognizer.probabilities((blurred + way * step).reshape(1, 28, 28))[0, told]))
            for way in (1, -1)
        ]
        assert (losses[0] - losses[1]) / 0.02 == pytest.approx(slope[pixel], rel=0.1, abs=1e-4)


def test_noise_against_the_network_harms_more_than_noise_by_chance() -> None:
    images, labels = (part[:200] for part in load_dataset().test)
    recognizer = Recognizer(DENSE)
    attacked = adversarial_noise(images, 0.1)
    assert np.abs(attacked.astype(int) - images).max() <= 26
    chance = np.random.default_rng(0).choice((-25.5, 25.5), images.shape)
    noisy = np.clip(images + chance, 0, 255).astype(np.uint8)
    right = [(recognizer.probabilities(part).argmax(1) == labels).mean() for part in (attacked, noisy)]
    assert right[0] < 0.5 < 0.9 < right[1]


def test_the_command_writes_the_report_card(tiny_model: Path, digitlab: Digitlab, tmp_path: Path) -> None:
    page = tmp_path / "card.html"
    outcome = digitlab("stress", "tiny", "--images", 8, "--json", "--html", page)
    assert outcome.code == 0, outcome.err
    (card,) = outcome.json_lines()
    assert card["name"] == "tiny"
    assert card["mnist"]["count"] == 10_000
    accuracies = [entry["accuracy"] for entry in card["corruptions"]]
    assert len(accuracies) == 15
    assert card["mnist_c"] == pytest.approx(np.mean(accuracies))
    for entry in (*card["corruptions"], card["world_hands"]):
        assert entry["accuracy"] == entry["right"] / entry["count"]
        assert entry["interval"][0] <= entry["accuracy"] <= entry["interval"][1]
    assert card["world_hands"]["count"] == 16
    assert card["my_digits"] is None
    assert card["refusal"] is None, "it has not learned to refuse"
    text = page.read_text()
    assert "Report card of tiny" in text
    assert text.count("data:image/png;base64,") == 15
    assert not any(word in text for word in ("<script", "http:", "https:", "@import"))
    people = digitlab("stress", "tiny", "--images", 8)
    assert "Hands of the world" in people.out
    assert people.out.count("%") > 30


def test_the_command_measures_one_change(tiny_model: Path, digitlab: Digitlab) -> None:
    outcome = digitlab("stress", "tiny", "--sweep", "shift", "--images", 30, "--json")
    assert outcome.code == 0, outcome.err
    lines = outcome.json_lines()
    assert [line["amount"] for line in lines] == [0, 1, 2, 3, 4, 6]
    assert all(line["accuracy"] == line["right"] / 30 for line in lines)
    assert lines[0]["right"] > lines[-1]["right"]
    refused = digitlab("stress", "tiny", "--sweep", "rain")
    assert refused.code == 2
    assert "There is no sweep 'rain'; expected one of turn, shear," in refused.err
