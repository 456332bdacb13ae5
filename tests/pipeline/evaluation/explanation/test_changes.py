"""The smallest changes that flip an answer: each is made anew here, and the model asked about it alone."""

from math import cos, radians, sin
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from models.recognizer import Prediction, Recognizer
from pipeline.evaluation.explanation.changes import LEAST_INK, WAYS, Change, Kind, Search, find_smallest
from pipeline.evaluation.explanation.erasure import MOST_ERASED, find_erasure
from pipeline.evaluation.explanation.explain import KINDS, search_change
from pipeline.evaluation.explanation.variations import move, thicken, turn
from pipeline.evaluation.explanation.words import search_in_sentence
from pipeline.imaging.normalize import normalize
from pipeline.imaging.picture import read_picture
from tests.conftest import a_star

STEPS: dict[Kind, float] = {"turn": 0.1, "stroke": 0.05, "move": 0.1}
TURNS = {"clockwise": 1, "counterclockwise": -1, "thicker": 1, "thinner": -1}
DIRECTIONS = {"right": 0, "down and right": 45, "down": 90, "down and left": 135, "left": 180}
DIRECTIONS |= {"up and left": 225, "up": 270, "up and right": 315}


def changed(kind: Kind, image: NDArray[np.float32], amount: float, direction: str) -> NDArray[np.float32]:
    if kind == "turn":
        return turn(image, TURNS[direction] * amount)
    if kind == "stroke":
        return thicken(image, TURNS[direction] * amount)
    angle = radians(DIRECTIONS[direction])
    return move(image, amount * cos(angle), amount * sin(angle))


def answer(recognizer: Recognizer, image: NDArray[np.float32]) -> Prediction:
    return recognizer.predict(image[None])[0]


def test_variations_are_those_of_scipy(images: NDArray[np.float32]) -> None:
    image = images[0]
    turned = ndimage.rotate(image, -25, reshape=False, order=1)  # SciPy's turn the other way
    assert np.abs(turn(image, 25) - turned).max() < 0.05, "OpenCV places pixels to a 32nd"
    assert np.abs(move(image, 2.5, -1) - ndimage.shift(image, (-1, 2.5), order=1)).max() < 1e-5
    cross = ndimage.generate_binary_structure(2, 1)
    thicker = ndimage.grey_dilation(image, footprint=cross, mode="constant")
    assert thicken(image, 1) == pytest.approx(thicker)
    assert thicken(image, 0.3) == pytest.approx(image + 0.3 * (thicker - image), abs=1e-6)
    assert thicken(image, -1) == pytest.approx(ndimage.grey_erosion(image, footprint=cross, mode="nearest"))


def test_clockwise_and_right_are_what_people_call_so() -> None:
    line = np.zeros((28, 28), np.float32)
    line[4:14, 13:15] = 1  # from the middle up
    assert turn(line, 90)[12:16, 14:24].sum() > 15, "it points to the right"
    assert move(line, 3, 0)[4:14, 16:18].all()


@pytest.mark.parametrize("kind", list(STEPS))
def test_the_change_found_flips_the_answer_and_one_step_less_does_not(
    kind: Kind, images: NDArray[np.float32], dense: Recognizer
) -> None:
    flipped = 0
    for image in images[:12]:
        before = answer(dense, image)
        search = find_smallest(kind, image, dense)
        found = search.digit
        assert search.refusal is None, "this model knows no refusal"
        if found is None:
            step, ways = WAYS[kind]
            for way in ways:
                for amount in np.arange(step, way.limit + step / 2, step):
                    picture = changed(kind, image, float(amount), way.direction)
                    if picture.sum() >= LEAST_INK * image.sum():
                        assert answer(dense, picture).digit == before.digit
            continue
        flipped += 1
        again = changed(kind, image, found.amount, found.direction)
        assert np.array_equal(again, found.image)
        assert answer(dense, again).digit == found.prediction.digit != before.digit
        for direction in search.limits:
            less = changed(kind, image, found.amount - STEPS[kind], direction)
            assert less.sum() < LEAST_INK * image.sum() or answer(dense, less).digit == before.digit
    assert flipped >= 3


def test_a_refusal_is_told_where_it_comes_before_another_digit(
    images: NDArray[np.float32], deep: Recognizer
) -> None:
    searches = [find_smallest("turn", image, deep) for image in images[:6]]
    refusals = [search for search in searches if search.refusal]
    assert refusals
    for search in refusals:
        assert search.refusal is not None
        assert answer(deep, search.refusal.image).refused
        assert '"no digit"' in search_in_sentence(search)
        assert search.digit is None or search.digit.amount > search.refusal.amount


@pytest.mark.parametrize("index", [0, 8, 18])
def test_without_the_erased_ink_it_is_another_digit_and_all_of_it_is_needed(
    index: int, images: NDArray[np.float32], deep: Recognizer
) -> None:
    image = images[index]
    before = answer(deep, image)
    found = find_erasure(image, deep).digit
    assert found is not None
    erased = found.image != image
    assert not found.image[erased].any()
    assert found.amount == pytest.approx(image[erased].sum() / image.sum())
    assert found.amount <= MOST_ERASED
    after = answer(deep, found.image)
    assert not after.refused
    assert after.digit == found.prediction.digit != before.digit
    for top in range(0, 28, 2):
        for left in range(0, 28, 2):
            square = np.s_[top : top + 2, left : left + 2]
            if erased[square].any():
                given_back = found.image.copy()
                given_back[square] = image[square]
                other = answer(deep, given_back)
                assert other.refused or other.digit != found.prediction.digit


def test_a_refused_picture_is_a_digit_after_a_change(tmp_path: Path, deep: Recognizer) -> None:
    star = normalize(read_picture(a_star(tmp_path / "star.png"))).image
    assert answer(deep, star).refused
    searches = [search_change(kind, star, deep, answer(deep, star)) for kind in KINDS]
    assert all(search.refusal is None for search in searches)
    found = searches[0].digit
    assert found is not None
    assert not answer(deep, found.image).refused


def test_an_empty_image_is_searched_as_well(dense: Recognizer) -> None:
    blank = np.zeros((28, 28), np.float32)
    for kind in KINDS:
        assert search_change(kind, blank, dense, answer(dense, blank)).smallest is None


def test_what_was_found_is_told_in_a_sentence(images: NDArray[np.float32], dense: Recognizer) -> None:
    limits = find_smallest("turn", images[0], dense).limits
    nine = Prediction(9, 0.6, (0.0,) * 10)
    for_nine = Search("turn", limits, Change(23.0, "clockwise", images[0], nine), None)
    assert search_in_sentence(for_nine) == "Turned 23 degrees clockwise, it says 9."
    nothing = Search("turn", limits, None, None)
    assert search_in_sentence(nothing) == "No turn up to 45 degrees changes the answer."
    refused = Change(1.0, "clockwise", images[0], Prediction(9, 0.6, (0.0,) * 10, 0.1))
    assert search_in_sentence(Search("turn", limits, None, refused)) == (
        'Turned 1 degree clockwise, it says "no digit"; no turn up to 45 degrees makes it another digit.'
    )
