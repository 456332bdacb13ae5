"""What speaks for each digit, against a loop that asks about one image at a time."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import logit, softmax

from models.recognizer import Recognizer
from pipeline.evaluation.explanation.occlusion import (
    INK,
    PATCH,
    STRIDE,
    ZONES,
    find_evidence,
    log_odds,
    zone_of,
)


def test_log_odds_are_those_of_scipy_where_probabilities_are_not_saturated() -> None:
    scores = softmax(np.random.default_rng(0).normal(0, 2, (50, 10)), axis=1)
    assert log_odds(scores) == pytest.approx(logit(scores))
    with_refusal = softmax(np.random.default_rng(1).normal(0, 2, (50, 11)), axis=1)
    digits = with_refusal[:, :10] / with_refusal[:, :10].sum(1, keepdims=True)
    assert log_odds(with_refusal) == pytest.approx(
        np.column_stack([logit(digits), logit(with_refusal[:, 10])])
    )


def test_log_odds_tell_apart_what_rounds_to_certainty() -> None:
    sure = np.full((2, 10), 1e-12, np.float32)
    sure[:, 3] = 1
    sure[1, 5] = 1e-9
    assert log_odds(sure)[0, 3] == pytest.approx(np.log(1 / 9e-12))
    assert log_odds(sure)[1, 3] == pytest.approx(np.log(1 / (1e-9 + 8e-12)))


def test_a_pixel_says_what_the_patches_over_it_say_on_average(
    images: NDArray[np.float32], dense: Recognizer
) -> None:
    image = images[18]
    evidence = find_evidence(image, dense)

    def odds_of(asked: NDArray[np.float32]) -> NDArray[np.float64]:
        row = dense.scores(asked[None])[0].astype(float)
        return np.array([np.log(row[digit] / np.delete(row, digit).sum()) for digit in range(10)])

    before = odds_of(image)
    sums, counts = np.zeros((10, 28, 28)), np.zeros((28, 28))
    for top in range(0, 28 - PATCH + 1, STRIDE):
        for left in range(0, 28 - PATCH + 1, STRIDE):
            if image[top : top + PATCH, left : left + PATCH].max() <= INK:
                continue
            without = image.copy()
            without[top : top + PATCH, left : left + PATCH] = 0
            lost = before - odds_of(without)
            sums[:, top : top + PATCH, left : left + PATCH] += lost[:, None, None]
            counts[top : top + PATCH, left : left + PATCH] += 1
    inked = image > INK
    assert counts[inked].min() >= 1
    assert evidence.log_odds == pytest.approx(before, abs=1e-4)
    assert evidence.pixels[:, inked] == pytest.approx(sums[:, inked] / counts[inked], abs=1e-3)
    assert not evidence.pixels[:, ~inked].any()
    assert (np.abs(evidence.pixels[:, inked]) > evidence.bound).mean() == pytest.approx(0.02, abs=0.005)


def test_zones_are_ninths_of_the_digits_box(images: NDArray[np.float32], deep: Recognizer) -> None:
    image = np.zeros((28, 28), np.float32)
    image[4:22, 6:18] = images[18][4:22, 6:18] + 0.2  # a box of 18 rows and 12 columns
    image = image.clip(0, 1)
    evidence = find_evidence(image, deep)
    assert evidence.pixels.shape == (11, 28, 28)
    without = image.copy()
    without[16:, :10] = 0
    lost = log_odds(deep.scores(image[None])) - log_odds(deep.scores(without[None]))
    assert evidence.zones[2, 0] == pytest.approx(lost[0], abs=1e-3)
    spot = np.zeros((28, 28), bool)
    spot[17:20, 7:9] = True
    assert zone_of(spot, image > INK) == ZONES[2][0] == "bottom left"


def test_an_empty_image_has_nothing_that_speaks(dense: Recognizer) -> None:
    evidence = find_evidence(np.zeros((28, 28), np.float32), dense)
    assert not evidence.pixels.any()
    assert evidence.bound > 0
