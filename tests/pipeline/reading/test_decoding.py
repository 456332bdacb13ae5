"""What of the network's maps is a character."""

import numpy as np

from pipeline.pages.characters import CELL, CHARACTERS, GEOMETRY, TYPICAL_SIZE
from pipeline.reading.decoding import decoded
from pipeline.reading.page_network import Maps

ROWS, COLUMNS = 30, 60


def maps_of(*marks: tuple[str, int, int, float, float, float]) -> Maps:
    """Maps with marks: what it may be, row and column of places, width and height in pixels, whether it is there."""
    maps = Maps(
        np.zeros((ROWS, COLUMNS), np.float32),
        np.full((ROWS, COLUMNS, len(CHARACTERS)), 1 / len(CHARACTERS), np.float32),
        np.zeros((ROWS, COLUMNS, GEOMETRY), np.float32),
        *(np.zeros((ROWS * CELL, COLUMNS * CELL), np.float32) for _ in range(2)),
    )
    for kinds, row, column, width, height, there in marks:
        maps.middle[row, column] = there
        maps.character[row, column] = [
            0.96 / len(kinds) if character in kinds else 0.0 for character in CHARACTERS
        ]
        maps.geometry[row, column, 2:4] = np.log(np.array([width, height]) / TYPICAL_SIZE)
        maps.geometry[row, column, 4] = 1
    return maps


def text_of(*marks: tuple[str, int, int, float, float, float]) -> str:
    found = decoded(maps_of(*marks))[0]
    return "".join(CHARACTERS[kind] for kind in found.kinds[np.argsort(found.middles[:, 0])])


def test_a_part_of_a_surer_digit_is_no_digit_beside_it() -> None:
    assert text_of(("4", 10, 20, 26, 28, 0.8), ("1", 10, 22, 8, 24, 0.6)) == "4"


def test_a_digit_that_stands_in_the_box_of_a_slash_stays_and_the_slash_seen_twice_does_not() -> None:
    slash, again = ("/", 10, 20, 40, 40, 0.9), ("/", 10, 22, 40, 40, 0.6)
    assert text_of(slash, ("1", 10, 24, 8, 30, 0.7)) == "/1"
    assert text_of(slash, again) == "/"


def test_a_small_sign_takes_no_larger_digit_away() -> None:
    assert text_of(("-", 10, 20, 18, 5, 0.8), ("4", 10, 18, 30, 28, 0.7)) == "4-"


def test_what_is_surely_a_one_or_a_slash_counts_although_neither_is_sure() -> None:
    doubtful = 0.3
    assert text_of(("1/(", 10, 20, 8, 28, doubtful)) in ("1", "/", "(")
    assert not text_of(("58a", 10, 20, 20, 28, doubtful))


def test_faint_middles_are_nothing() -> None:
    assert not text_of(("5", 10, 20, 20, 28, 0.15))
