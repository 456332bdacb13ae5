"""Characters without a picture: how they come into lines, cells and fractions, and what is left out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.pages.characters import CHARACTERS
from pipeline.reading.arrangement import Arrangement, arrange
from pipeline.reading.decoding import Detections

# character, x and y of its middle, width, height
Placed = tuple[str, float, float, float, float]


def row(text: str, x: float, y: float, step: float = 22) -> list[Placed]:
    """A text of characters 30 high; points and commas are small and low, bars flat."""
    sizes = {".": (4, 4, 13), ",": (5, 9, 15), "-": (14, 4, 0), "=": (14, 10, 0)}
    placed = []
    for place, character in enumerate(text):
        width, height, low = sizes.get(character, (16, 30, 0))
        if character != " ":
            placed.append((character, x + place * step, y + low, float(width), float(height)))
    return placed


def detections(
    placed: Sequence[Placed], printed: Sequence[Placed] = (), turns: Sequence[float] | None = None
) -> Detections:
    everything = [*placed, *printed]
    probabilities = np.full((len(everything), len(CHARACTERS)), 0.001, np.float32)
    for number, (character, *_) in enumerate(everything):
        kind = character if character in CHARACTERS else "a"
        probabilities[number, CHARACTERS.index(kind)] = 0.95
    table = np.array([rest for _, *rest in everything], float).reshape(-1, 4)
    return Detections(
        table[:, :2],
        table[:, 2:],
        np.array(turns or [0.0] * len(everything)),
        np.full(len(everything), 0.9),
        probabilities,
        np.array([0.1] * len(placed) + [0.95] * len(printed)),
        np.full(len(everything), np.nan),
    )


def texts(found: Detections, arrangement: Arrangement) -> list[str]:
    names = [CHARACTERS[int(chances.argmax())] for chances in found.probabilities]
    return ["".join(before + names[number] for number, before in line) for line in arrangement.lines]


def read(placed: Sequence[Placed], printed: Sequence[Placed] = ()) -> list[str]:
    found = detections(placed, printed)
    return texts(found, arrange(found))


def test_nothing_gives_no_lines() -> None:
    assert arrange(detections([])) == Arrangement((), (), ())


def test_signs_stand_where_they_were_written() -> None:
    assert read([*row("12,50", 40, 50), *row("-3.7", 40, 110), *row("8=8", 40, 170)]) == [
        "12,50",
        "-3.7",
        "8=8",
    ]


def test_the_order_of_detection_does_not_matter() -> None:
    placed = [*row("314", 40, 50), *row("15", 40, 110)]
    assert read(placed[::-1]) == ["314", "15"]


def test_lines_that_all_slope_are_lines() -> None:
    slope = 0.3
    placed = [
        (str(line), 30 + 40 * place, 200 + 70 * line + slope * 40 * place, 20.0, 30.0)
        for line in range(3)
        for place in range(12)
    ]
    found = detections(placed, turns=[float(np.rad2deg(np.arctan(slope)))] * len(placed))
    assert texts(found, arrange(found)) == ["0" * 12, "1" * 12, "2" * 12]


def test_lines_of_a_page_seen_askew_converge_and_are_lines() -> None:
    """The first line falls by 0.12, the last one rises by 0.12: at the left they are 100 apart, at the right 70."""
    slopes = np.linspace(0.12, -0.12, 9)
    placed, turns = [], []
    for line, slope in enumerate(slopes.tolist()):
        for place in range(14):
            x = 60.0 * place
            placed.append((str(line), 30 + x, 60 + 55 * line + slope * (x - 390), 20.0, 30.0))
            turns.append(float(np.rad2deg(np.arctan(slope))))
    found = detections(placed, turns=turns)
    assert texts(found, arrange(found)) == [str(line) * 14 for line in range(9)]


def test_cells_of_a_table_stand_apart() -> None:
    lines = [[*row("1", 40, y), *row("12", 190, y), *row("4.50", 360, y)] for y in (50.0, 110.0)]
    assert read([*lines[0], *lines[1]]) == ["1\t12\t4.50"] * 2


def test_where_a_line_was_looked_at_that_tells_what_stands_apart() -> None:
    found = detections([*row("12", 40, 50), *row("345", 95, 50), *row("6", 300, 50)])
    looked = replace(found, apart=np.array([np.nan, 0.1, 0.8, 0.2, 0.1, 0.3]))
    assert texts(found, arrange(found)) == ["12345\t6"]
    assert texts(looked, arrange(looked)) == ["12\t3456"]


def test_digits_far_apart_but_evenly_are_one_number() -> None:
    assert read(row("134678", 40, 50, step=90)) == ["134678"]


def test_a_fraction_is_written_with_a_slash() -> None:
    placed = [
        *row("12", 60, 40),
        ("—", 71, 70, 60, 4),
        *row("35", 60, 100),
        *row("+", 130, 70),
        *row("4", 160, 70),
    ]
    assert read(placed) == ["12—35+4"]


def test_a_bar_that_divides_nothing_is_left_out() -> None:
    assert read([*row("12", 60, 40), ("—", 71, 75, 60, 4)]) == ["12"]


def test_words_are_left_out_and_letters_beside_digits_too() -> None:
    found = detections([*row("abcd", 40, 50), *row("35y", 40, 110)])
    arrangement = arrange(found)
    assert texts(found, arrangement) == ["35"]
    assert sorted(map(len, arrangement.left_out)) == [1, 4]


def test_print_is_left_out_unless_all_is_print() -> None:
    number, print_ = row("314", 40, 50), row("2026", 40, 150)
    assert read(number, print_) == ["314"]
    assert read([], print_) == ["2026"]


def test_words_hold_what_stands_in_lines_and_nothing_else() -> None:
    """A fraction's bar that divides nothing is in neither."""
    arrangement = arrange(detections(row("12—34", 40, 50)))
    in_lines = [number for line in arrangement.lines for number, _ in line]
    assert sorted(in_lines) == [0, 1, 3, 4]
    assert sorted(number for word in arrangement.words for number in word) == sorted(in_lines)
