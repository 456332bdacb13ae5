"""Pages of MNIST digits. The recognizer is a least-squares one, so that no trained network is needed."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.data.dataset import load_dataset
from pipeline.imaging.picture import read_picture
from pipeline.reading.segmentation import DigitBox, Recognize, segment

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def digits() -> dict[int, list[Pixels]]:
    """A few clearly written test images of every digit."""
    images, labels = load_dataset().test
    return {digit: list(images[labels == digit][:12]) for digit in range(10)}


@pytest.fixture(scope="module")
def recognize() -> Recognize:
    """Ridge regression on random features of some training images and of cut ones as an 11th class."""
    images, labels = load_dataset().train
    images, labels = images[:6000], labels[:6000]
    pairs = np.zeros((600, 28, 28), np.uint8)
    for pair, left, right in zip(pairs, images[:600], images[600:1200], strict=True):
        both = np.concatenate([left[:, 5:23], right[:, 5:23]], axis=1)
        pair[5:23] = cv2.resize(both, (28, 18), interpolation=cv2.INTER_AREA)
    random = np.random.default_rng(0)
    weights = random.normal(0, 0.15, (784, 1500)).astype(np.float32)

    def features(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        smooth = np.stack([cv2.GaussianBlur(picture, (0, 0), 0.8) for picture in pictures])
        return np.maximum(smooth.reshape(len(pictures), -1) @ weights, 0)

    x = features((np.concatenate([images, pairs]) / 255).astype(np.float32))
    y = np.eye(11, dtype=np.float32)[np.concatenate([labels, np.full(len(pairs), 10)])]
    solution = np.linalg.solve(x.T @ x + 3 * np.eye(x.shape[1], dtype=np.float32), x.T @ y)

    def answer(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        assert pictures.dtype == np.float32
        assert pictures.shape[1:] == (28, 28)
        scores = np.exp(8 * (features(pictures) @ solution))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)

    return answer


def page(
    digits: dict[int, list[Pixels]],
    lines: Sequence[str],
    *,
    slope: float = 0.0,
    gap: int = 14,
    factor: int = 2,
) -> NDArray[np.float32]:
    """Ink of lines of digits, a space being a wide gap; all choices are fixed by the text."""
    width = max(len(line) for line in lines) * 28 * factor + 120
    height = int(len(lines) * 42 * factor + 60 + abs(slope) * width)
    ink = np.zeros((height, width), np.float32)
    for row, line in enumerate(lines):
        x = 30
        for i, character in enumerate(line):
            if character == " ":
                x += 40
                continue
            digit = digits[int(character)][(i + row) % 12]
            columns = np.flatnonzero(digit.max(axis=0) > 60)
            glyph = cv2.resize(
                digit[:, columns[0] : columns[-1] + 1],
                None,
                fx=factor,
                fy=factor,
                interpolation=cv2.INTER_CUBIC,
            )
            top = int(20 + row * 42 * factor + slope * x + max(0.0, -slope) * width)
            window = ink[top : top + glyph.shape[0], x : x + glyph.shape[1]]
            np.maximum(window, glyph / 255, out=window)
            x += glyph.shape[1] + gap
    return ink


def on_paper(
    ink: NDArray[np.float32], *, shadow: bool = False, ruled: int = 0, squared: bool = False
) -> Pixels:
    """Dark ink on gray paper with slanting light and a little grain."""
    height, width = ink.shape
    pixels = 190 * np.linspace(0.75, 1, width)[None, :] * np.ones((height, 1))
    if shadow:
        pixels[:, width // 2 :] *= 0.7
    pixels = pixels * (1 - 0.65 * np.clip(ink, 0, 1))
    for y in range(ruled // 2, height, ruled) if ruled else ():
        pixels[y : y + 2] *= 0.7
    for x in range(ruled // 2, width, ruled) if squared else ():
        pixels[:, x : x + 2] *= 0.7
    grain = np.random.default_rng(0).normal(0, 2, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


def text(lines: list[list[DigitBox]]) -> str:
    return "\n".join("".join(str(box.digit) for box in line) for line in lines)


def agreement(one: str, other: str) -> float:
    """Share of equal characters of two texts, 0 if they differ in length."""
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one) if len(one) == len(other) else 0.0


LINES = ["31415 926", "5358979", "3238 46"]
TRUTH = "\n".join(line.replace(" ", "") for line in LINES)


@pytest.mark.parametrize("slope", [0.0, 0.12, -0.1])
def test_lines_come_in_reading_order(
    digits: dict[int, list[Pixels]], recognize: Recognize, slope: float
) -> None:
    found = segment(read_picture(on_paper(page(digits, LINES, slope=slope))), recognize)
    assert [len(line) for line in found] == [8, 7, 6]
    assert agreement(text(found), TRUTH) > 0.8
    assert [box.line for line in found for box in line] == [0] * 8 + [1] * 7 + [2] * 6


@pytest.mark.parametrize(("lower", "expected"), [(0, ["4071", "2658"]), (44, ["40", "26", "71", "58"])])
def test_columns_are_read_one_by_one_and_tables_across(
    digits: dict[int, list[Pixels]], recognize: Recognize, lower: int, expected: list[str]
) -> None:
    left, right = page(digits, ["40", "26"]), page(digits, ["71", "58"])
    gutter = np.zeros((left.shape[0], 140), np.float32)
    ink = np.concatenate([np.pad(left, ((0, lower), (0, 0))), np.pad(gutter, ((0, lower), (0, 0)))], axis=1)
    ink = np.concatenate([ink, np.pad(right, ((lower, 0), (0, 0)))], axis=1)
    found = segment(read_picture(on_paper(ink)), recognize)
    assert [len(line) for line in found] == [len(line) for line in expected]
    assert agreement(text(found), "\n".join(expected)) > 0.6


@pytest.mark.parametrize("invert", [False, True])
def test_shadow_and_polarity_do_not_matter(
    digits: dict[int, list[Pixels]], recognize: Recognize, invert: bool
) -> None:
    pixels = on_paper(page(digits, LINES), shadow=True)
    found = segment(read_picture(255 - pixels if invert else pixels), recognize)
    assert [len(line) for line in found] == [8, 7, 6]


@pytest.mark.parametrize("squared", [False, True])
def test_rulings_are_no_digits(digits: dict[int, list[Pixels]], recognize: Recognize, squared: bool) -> None:
    pixels = on_paper(page(digits, LINES), ruled=61, squared=squared)
    found = segment(read_picture(pixels), recognize)
    count = sum(len(line) for line in found)
    assert abs(count - 21) <= (2 if squared else 0)


def test_boxes_lie_around_their_digits(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    ink = page(digits, ["407"], factor=3, gap=40)
    found = segment(read_picture(on_paper(ink)), recognize)
    assert len(found) == 1
    assert len(found[0]) == 3
    covered = np.zeros(ink.shape, bool)
    for x, y, width, height in (box.box for box in found[0]):
        covered[y : y + height, x : x + width] = True
    assert covered[ink > 0.6].all()
    lefts = [box.box[0] for box in found[0]]
    assert lefts == sorted(lefts)


def test_touching_digits_are_cut_apart(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    ink = page(digits, ["4082"], factor=3, gap=-3)
    counts = [len(line) for line in segment(read_picture(on_paper(ink)), recognize)]
    assert counts == [4]


def test_another_way_to_cut_is_offered(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    found = segment(read_picture(on_paper(page(digits, ["500321"], factor=3, gap=-8))), recognize)
    offered = [box for line in found for box in line if box.alternatives]
    assert offered
    for box in offered:
        assert 1 <= box.stretch <= len(found[box.line])
        for way in box.alternatives:
            assert way
            assert all(other.line == box.line for other in way)


def test_a_bar_that_stands_off_stays_with_its_five(recognize: Recognize) -> None:
    pixels = np.full((200, 420), 255, np.uint8)
    for left in (40, 240):
        cv2.ellipse(pixels, (left + 50, 120), (34, 34), 0, -120, 140, 0, 6)
        cv2.line(pixels, (left + 30, 88), (left + 32, 46), 0, 6)
        cv2.line(pixels, (left + 44, 44), (left + 92, 42), 0, 6)
    found = segment(read_picture(pixels), recognize)
    assert [len(line) for line in found] == [2]
    assert [box.box[1] < 46 for box in found[0]] == [True, True]


def test_probabilities_are_those_of_the_image(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    for line in segment(read_picture(on_paper(page(digits, ["6 2"], factor=3))), recognize):
        for box in line:
            scores = recognize(box.image[None])[0]
            assert box.probabilities == pytest.approx(scores[:10] / scores[:10].sum(), abs=1e-5)
            assert box.digit_score == pytest.approx(1 - scores[10], abs=1e-5)
            assert box.confidence == box.probabilities[box.digit]


def test_a_recognizer_of_ten_classes_will_do(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    def ten(images: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = recognize(images)[:, :10]
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)

    found = segment(read_picture(on_paper(page(digits, ["271", "828"]))), ten)
    assert [len(line) for line in found] == [3, 3]
    assert all(box.digit_score == 1 for line in found for box in line)


@pytest.mark.parametrize("level", [0, 255])
def test_an_empty_page_has_no_lines(level: int, recognize: Recognize) -> None:
    assert segment(read_picture(np.full((300, 200), level, np.uint8)), recognize) == []


def test_a_sheet_on_a_table_is_read(digits: dict[int, list[Pixels]], recognize: Recognize) -> None:
    paper = on_paper(page(digits, ["3058", "714"], factor=3, gap=30))
    table = np.full((paper.shape[0] + 240, paper.shape[1] + 240), 70, np.uint8)
    table[120:-120, 120:-120] = paper
    found = segment(read_picture(table), recognize)
    assert [len(line) for line in found] == [4, 3]
    assert all(box.box[0] > 120 and box.box[1] > 120 for line in found for box in line)


@pytest.mark.parametrize("height", [3, 4, 5])
def test_a_band_too_low_to_be_read_is_left_alone(height: int, recognize: Recognize) -> None:
    pixels = np.full((8, 65), 200, np.uint8)
    pixels[2 : 2 + height, 4:60] = 30
    assert segment(read_picture(pixels), recognize) == []


def test_where_there_is_too_much_to_look_at_the_widest_ink_is_left_whole(
    digits: dict[int, list[Pixels]], recognize: Recognize, monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = page(digits, ["4082"], factor=3, gap=-3)
    x = np.arange(1500)
    wave = np.zeros((140, 1600), np.float32)
    points = np.stack([x + 50, 70 + 40 * np.sin(x / 30)], axis=1).astype(np.int32)
    cv2.polylines(wave, [points], False, (1.0,), 8)
    pixels = on_paper(np.concatenate([wave, np.pad(ink, ((0, 0), (0, 1600 - ink.shape[1])))]))
    seen: list[int] = []

    def count(images: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(len(images))
        return recognize(images)

    everything = segment(read_picture(pixels), count)
    looked_at = sum(seen)
    monkeypatch.setattr("pipeline.reading.segmentation._MOST_CANDIDATES", 10)
    seen.clear()
    found = segment(read_picture(pixels), count)
    assert len(found[-1]) == len(everything[-1]) == 4
    assert sum(seen) < looked_at / 2


@given(st.integers(0, 2**32 - 1), st.integers(8, 90), st.integers(8, 90))
@settings(max_examples=15, deadline=None)
def test_any_pixels_give_boxes_inside_the_picture(
    recognize: Recognize, seed: int, height: int, width: int
) -> None:
    random = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(random.random((height, width)), (0, 0), random.uniform(0.5, 4))
    pixels = ((noise > np.quantile(noise, random.uniform(0.5, 0.99))) * 255).astype(np.uint8)
    for line in segment(read_picture(pixels), recognize):
        for box in line:
            x, y, wide, high = box.box
            assert 0 <= x < x + wide <= width
            assert 0 <= y < y + high <= height
            assert box.image.shape == (28, 28)
            assert box.probabilities.shape == (10,)
            assert box.probabilities.sum() == pytest.approx(1, abs=1e-4)
