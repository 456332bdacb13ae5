"""Corrections: one digit at a time and by editing the text, and that both are the same thing."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import Box
from pipeline.reading.corrections import (
    correct_digit,
    correct_text,
    corrected_lines,
    corrected_text,
    edited,
    written,
)
from pipeline.reading.page_reading import PageCharacter, PageReading


def reading_of(lines: Sequence[str], confidence: float = 0.99) -> PageReading:
    """A reading with these lines, the characters 20 pixels apart."""
    blank = np.zeros((28, 28), np.float32)
    return PageReading(
        tuple(
            PageCharacter(text, confidence, Box(20 * column + 4, 40 * line + 4, 12, 24), line, blank)
            for line, row in enumerate(lines)
            for column, text in enumerate(row)
        )
    )


READING = reading_of(("120", "34"))


def test_without_corrections_the_text_is_the_reading() -> None:
    assert corrected_text(READING, {}) == READING.text == "120\n34"
    assert edited(READING, {}) == []


def test_a_digit_is_replaced_or_removed_and_lines_stay_apart() -> None:
    once = correct_digit(READING, {}, 2, "6")
    assert corrected_text(READING, once) == "126\n34"
    assert corrected_text(READING, correct_digit(READING, once, 2, "")) == "12\n34"
    assert edited(READING, once) == [2]


def test_a_line_whose_digits_are_all_gone_is_no_line() -> None:
    corrections: Mapping[int, str] = {}
    for place in (3, 4):
        corrections = correct_digit(READING, corrections, place, "")
    assert corrected_lines(READING, corrections) == ["120"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("127\n34", ["1", "2", "7", "3", "4"]),
        ("1270\n34", ["1", "27", "0", "3", "4"]),
        ("20\n34", ["", "2", "0", "3", "4"]),
        ("120", ["1", "2", "0", "", ""]),
        ("12034", ["1", "2", "0", "3", "4"]),
        ("120\n934", ["1", "2", "0", "93", "4"]),
        ("120\n349", ["1", "2", "0", "3", "49"]),
        ("l2O12 0,\n\n3-4", []),
    ],
)
def test_what_an_edited_text_changed_is_found(text: str, digits: list[str]) -> None:
    corrections = correct_text(READING, {}, text)
    wanted = [line for line in "".join(c for c in text if c not in "lO").split("\n") if line]
    assert corrected_lines(READING, corrections) == wanted
    if text.isascii() and text.replace("\n", "").isdigit():
        assert written(READING, corrections) == digits


@given(
    st.lists(st.text("0123456789.+", min_size=1, max_size=8), min_size=1, max_size=4),
    st.lists(st.text("0123456789,-\n", max_size=12), min_size=1, max_size=3),
)
def test_after_any_edits_the_text_is_what_was_typed(lines: list[str], texts: list[str]) -> None:
    reading = reading_of(lines)
    corrections: Mapping[int, str] = {}
    for text in texts:
        corrections = correct_text(reading, corrections, text)
        assert corrected_lines(reading, corrections) == [line for line in text.split("\n") if line]
    assert correct_text(reading, corrections, reading.text).keys() <= set(range(len(reading.characters)))


def test_a_sign_survives_corrections_of_its_neighbors() -> None:
    reading = reading_of(("12.50",))
    assert corrected_text(reading, correct_digit(reading, {}, 1, "7")) == "17.50"
    assert corrected_text(reading, correct_text(reading, {}, "12,50")) == "12,50"
    assert edited(reading, correct_text(reading, {}, "12,50")) == [2]
