"""A line of writing cut out level."""

import cv2
import numpy as np
import pytest

from pipeline.imaging.strips import STRIP_DIGIT, STRIP_HEIGHT, Course


def picture_with_dots(places: np.ndarray, size: tuple[int, int] = (300, 400)) -> np.ndarray:
    picture = np.zeros(size, np.float32)
    for x, y in places:
        cv2.circle(picture, (round(x), round(y)), 5, 1.0, -1)
    return picture


@pytest.mark.parametrize("turn", [-20.0, 0.0, 9.0])
def test_the_digits_of_a_line_that_falls_stand_in_the_middle_row_of_its_strip(turn: float) -> None:
    angle = np.deg2rad(turn)
    middles = np.array([(200 + 40 * n * np.cos(angle), 150 + 40 * n * np.sin(angle)) for n in range(-3, 4)])
    along = middles @ (np.cos(angle), np.sin(angle))
    course = Course.through(middles, 50.0, turn, (along.min() - 25, along.max() + 25))
    strip = course.cut(picture_with_dots(middles))
    assert strip.shape == (STRIP_HEIGHT, course.columns) == (STRIP_HEIGHT, round(290 * STRIP_DIGIT / 50))
    rows, columns = np.nonzero(strip > 0.5)
    assert abs(rows.mean() + 0.5 - STRIP_HEIGHT / 2) < 0.7
    assert np.ptp(rows) <= 2 * 5 * STRIP_DIGIT / 50 + 1
    places = course.in_strip(middles)
    assert np.abs(places[:, 1] - STRIP_HEIGHT / 2).max() < 0.1
    assert {int(place) for place in places[:, 0]} <= set(columns.tolist())


def test_a_place_goes_to_the_strip_and_back() -> None:
    random = np.random.default_rng(0)
    middles = random.uniform(80, 220, (5, 2))
    course = Course.through(middles, 31.0, 7.0, (20.0, 240.0))
    places = random.uniform(0, 300, (20, 2))
    assert np.allclose(course.in_picture(course.in_strip(places)), places)


def test_a_line_of_one_digit_that_touches_the_frame_is_cut_with_nothing_beyond_it() -> None:
    picture = np.ones((20, 14), np.float32)
    course = Course.through(np.array([[7.0, 10.0]]), 20.0, 0.0, (-20.0, 34.0))
    strip = course.cut(picture)
    assert strip[STRIP_HEIGHT // 2, strip.shape[1] // 2] == 1
    assert not strip[:, :20].any()
    assert not strip[0].any()
