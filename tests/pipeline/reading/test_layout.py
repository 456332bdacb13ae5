"""Ink that is drawn here: what of it stands in lines."""

import cv2
import numpy as np
import pytest

from pipeline.imaging.ink import Ink
from pipeline.reading.layout import lay_out


def zero(ink: Ink, x: int, y: int, height: int = 40) -> None:
    """Draws a 0 around (x, y)."""
    cv2.ellipse(ink, (x, y), (height // 3, height // 2), 0, 0, 360, (1.0,), max(1, height // 10))


@pytest.mark.parametrize("height", [2, 3, 5])
def test_marks_too_low_to_be_told_from_specks_are_left_unread(height: int) -> None:
    ink = np.zeros((200, 400), np.float32)
    for x in range(40, 360, 30):
        ink[100 : 100 + height, x : x + 12] = 1
    assert lay_out(ink).lines == ()


def test_a_line_of_low_marks_among_lines_of_digits_is_left_unread() -> None:
    ink = np.zeros((200, 400), np.float32)
    for x in range(40, 360, 30):
        zero(ink, x, 50, 10)
        ink[120:125, x : x + 3] = 1
    lines = lay_out(ink).lines
    assert [len(line.components) for line in lines] == [11]
    assert lines[0].components[0].box.bottom < 70


def test_digits_on_dotted_paper_are_kept_though_there_are_too_many_dots() -> None:
    ink = np.zeros((1600, 1200), np.float32)
    for y in range(10, 1590, 20):
        for x in range(10, 1190, 20):
            ink[y : y + 3, x : x + 3] = 0.6
    places = [(200 + 150 * i, 400 + 300 * j) for j in range(3) for i in range(5)]
    for x, y in places:
        zero(ink, x, y, 90)
    page = lay_out(ink)
    assert sum(len(line.components) for line in page.lines) < 3100
    found = {page.labels[y - 45, x] for x, y in places}
    assert found <= {component.label for line in page.lines for component in line.components}
    assert len(found) == len(places)
    assert sorted(sum(component.label in found for component in line.components) for line in page.lines)[
        -3:
    ] == [5, 5, 5]


def test_a_bar_that_stands_off_joins_the_nearest_of_many_lines() -> None:
    ink = np.zeros((700, 400), np.float32)
    for row in range(6):
        for x in range(50, 350, 60):
            zero(ink, x, 60 + 110 * row)
    middle = 60 + 110 * 3
    ink[middle - 20 : middle - 16, 132:142] = (
        1  # right of the second digit's top, too far off to be part of its stroke
    )
    ink[middle - 57 : middle - 53, 232:242] = 1  # a speck between two lines
    lines = lay_out(ink).lines
    assert [len(line.components) for line in lines] == [5, 5, 5, 6, 5, 5]
    assert [component.left for component in lines[3].components][2] == 132
