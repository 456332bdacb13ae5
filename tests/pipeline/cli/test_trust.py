"""`--risk` of `digitlab evaluate`, `predict` and `read`, told as numbers and as words."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.stats import beta

from tests.conftest import Digitlab
from tests.pipeline.reading.test_reader import page_of


def test_evaluate_tells_what_a_risk_comes_to(digitlab: Digitlab, tiny_model: Path, few_digits: Path) -> None:
    outcome = digitlab("evaluate", "tiny", "--dataset", few_digits, "--risk", 0.1, "--json")
    assert outcome.code == 0, outcome.err
    (told,) = outcome.json_lines()
    trust = told["trust"]
    probabilities = np.load(tiny_model / "predictions.npz")["probabilities"].astype(float)
    with np.load(few_digits) as digits:
        wrong = probabilities.argmax(1) != digits["y_test"]
    order = np.argsort(1 - probabilities.max(1), kind="stable")
    chosen, usual = trust["chosen"], trust["at_99_percent"]
    assert usual["wrong"] == wrong[order[:990]].sum()
    assert usual["bound"] == pytest.approx(beta.ppf(0.95, usual["wrong"] + 1, 990 - usual["wrong"]))
    assert chosen["wrong"] == wrong[order[: chosen["answered"]]].sum()
    assert chosen["bound"] <= 0.1
    assert chosen["left"] == 1000 - chosen["answered"]
    assert {entry["length"] for entry in trust["sets"]} == {1, 4, 8}
    assert "trust" not in digitlab("evaluate", "tiny", "--dataset", few_digits, "--json").json_lines()[0]


def test_predict_leaves_what_is_too_doubtful_to_the_reader(digitlab: Digitlab, tmp_path: Path) -> None:
    clear, spot = tmp_path / "clear.png", tmp_path / "spot.png"
    Image.fromarray(page_of(("4",))).save(clear)
    noise = np.full((60, 60), 255, np.uint8)
    noise[20:40, 22:38] = 0
    Image.fromarray(noise).save(spot)
    outcome = digitlab("predict", "--model", "dense", "--risk", 0.01, "--json", clear, spot)
    assert outcome.code == 0, outcome.err
    sure, doubtful = outcome.json_lines()
    assert (sure["digit"], sure["counts"], sure["candidates"]) == (4, True, [])
    assert not doubtful["counts"]
    assert doubtful["candidates"][0] == doubtful["digit"]
    words = digitlab("predict", "--model", "dense", "--risk", 0.01, spot).out
    assert "too doubtful to count, " in words


def test_a_promise_that_the_test_digits_cannot_show_is_refused(
    digitlab: Digitlab, tiny_model: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "four.png"
    Image.fromarray(page_of(("4",))).save(picture)
    outcome = digitlab("predict", "--model", "tiny", "--risk", 0.0005, picture)
    assert outcome.code == 2
    assert outcome.err.strip() == (
        "digitlab: tiny can't promise at most 1 in 2,000 wrong with 95 % confidence: that takes at least 5,990 test "
        "digits, and there are 1,000."
    )


def test_read_marks_more_as_doubtful_and_says_what_lines_may_be(digitlab: Digitlab, tmp_path: Path) -> None:
    page = tmp_path / "page.png"
    Image.fromarray(page_of(("3141", "592"))).save(page)
    (told,) = digitlab("read", "--risk", 0.0005, "--json", page).json_lines()
    below = [digit["confidence"] for digit in told["digits"] if digit["confidence"] < 0.9995]
    assert [entry["confidence"] for entry in told["doubtful"]] == below
    assert isinstance(json.dumps(told["in_doubt"]), str)
    assert all(len(line["positions"]) == len(line["candidates"]) for line in told["in_doubt"])
