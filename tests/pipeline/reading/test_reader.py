"""Pages of digits, put together from MNIST's test images."""

import csv
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.locations import PRETRAINED
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.pages.generator import Photograph, Scene, photograph
from pipeline.pages.layouts import Desk
from pipeline.pages.writing import Sheet
from pipeline.reading.constraints import parse_constraint
from pipeline.reading.line_readings import likeliest_readings
from pipeline.reading.page_reading import PageReading
from pipeline.reading.reader import read_page
from tests.conftest import Digitlab


@cache
def clear_digits() -> NDArray[np.bool_]:
    """Which of the first 2,000 test digits the shipped model reads rightly and with confidence."""
    images, labels = load_dataset().test
    answers = Recognizer(PRETRAINED / "cnn-deep" / "model.tflite").probabilities(images[:2000])
    return np.asarray((answers.argmax(1) == labels[:2000]) & (answers.max(1) > 0.95))


def page_of(rows: Sequence[str], seed: int = 3) -> NDArray[np.uint8]:
    """A page, dark on light, with test digits that the shipped model reads rightly one by one.

    The seed is one of those with which the reader is sure of them as well.
    """
    images, labels = load_dataset().test
    random = np.random.default_rng(seed)
    clear = clear_digits()
    page = np.full((60 + 90 * len(rows), 60 + 70 * max(map(len, rows))), 245, np.uint8)
    for line, row in enumerate(rows):
        for column, digit in enumerate(row):
            # a place among all of them, so that another model changes no more than the digits that it misreads
            every = np.roll(np.flatnonzero(labels[:2000] == int(digit)), -int(random.integers(150)))
            index = every[clear[every]][0]
            large = np.asarray(Image.fromarray(images[index]).resize((56, 56)))
            place = page[30 + 90 * line :, 30 + 70 * column :][:56, :56]
            place -= (large * 0.85).astype(np.uint8)
    return page


def page_with_a_doubt(
    recognizer: Recognizer, rows: Sequence[str], line: int, column: int
) -> tuple[NDArray[np.uint8], PageReading]:
    """A page with one digit about which the reader has its doubts, and how it reads it."""
    images, _ = load_dataset().test
    plain = page_of(rows)
    place = sum(map(len, rows[:line])) + column
    for index in recognizer.probabilities(images).max(axis=1).argsort()[:40]:
        page = plain.copy()
        large = np.asarray(Image.fromarray(images[index]).resize((56, 56)))
        page[30 + 90 * line :, 30 + 70 * column :][:56, :56] = 245 - (large * 0.85).astype(np.uint8)
        reading = read_page(page, recognizer)
        doubts = [number for number, digit in enumerate(reading.characters) if digit.doubtful]
        if doubts == [place] and list(map(len, reading.lines)) == list(map(len, rows)):
            return page, reading
    raise AssertionError("the reader is sure of every digit")


@pytest.fixture
def recognizer(home: Path) -> Recognizer:
    return Recognizer(find_model("cnn-deep").directory.litert_file)


def test_ones_in_a_column_are_no_ruling(recognizer: Recognizer) -> None:
    rows = ("314",) * 12
    assert read_page(page_of(rows), recognizer).text == "\n".join(rows)


def test_lines_are_read_in_order_with_boxes_around_their_digits(recognizer: Recognizer) -> None:
    rows = ("314159", "2653", "58979323")
    reading = read_page(page_of(rows), recognizer)
    assert reading.text == "\n".join(rows)
    for digit in reading.digits:
        _, y, width, height = digit.box
        assert abs(y + height / 2 - (58 + 90 * digit.line)) < 20
        assert width <= 60
        assert height <= 60
    lefts = [digit.box[0] for digit in reading.digits if digit.line == 2]
    assert lefts == sorted(lefts)


def test_a_scribbled_out_number_is_not_read(recognizer: Recognizer) -> None:
    page = page_of(["314", "159"])
    page = np.pad(page, ((0, 0), (0, 160)), constant_values=245)
    random = np.random.default_rng(0)
    right = page.shape[1]
    points = np.stack([random.integers(right - 130, right - 40, 60), random.integers(35, 85, 60)], axis=1)
    cv2.polylines(page, [points.astype(np.int32)], False, (40,), 4, cv2.LINE_AA)
    reading = read_page(page, recognizer)
    assert (reading.lines[0][:3], reading.lines[1]) == ("314", "159")
    assert sum(character.box.x > right - 150 for character in reading.characters) <= 1


def made(seed: int, scene: Scene) -> Photograph:
    return photograph(np.random.default_rng(seed), scene)


def one_text(text: str, height: float = 40) -> Scene:
    """A clean picture of one line by a person whom training never saw."""

    def write(sheet: Sheet, desk: Desk) -> None:
        desk.write(sheet, text, height, 2.2 * height)

    width = int(height * (3 + 1.6 * len(text)))
    return Scene(int(3.2 * height), width, height, write, turn=0, clean=True, held_out=True)


def text_of(page: NDArray[np.uint8], recognizer: Recognizer) -> str:
    """What is read, "" where no digit is found."""
    try:
        return read_page(page, recognizer).text
    except InputError:
        return ""


def test_signs_are_read_as_signs(recognizer: Recognizer) -> None:
    texts = ("12,50", "-3.75", "12/05/2024", "8+3=11", "10:45")
    right = [
        text == text_of(made(seed, one_text(text)).pixels, recognizer) for text in texts for seed in range(5)
    ]
    assert sum(right) >= 0.6 * len(right)


def test_numbers_that_stand_apart_in_a_line_are_cells_and_a_sum_is_none(recognizer: Recognizer) -> None:
    def apart(sheet: Sheet, desk: Desk) -> None:
        for row in range(3):
            for column in range(3):
                number = f"{row + 3}{column + 2}"
                desk.write(sheet, number, (1.5 + 5 * column) * desk.height, (2 + 1.8 * row) * desk.height)

    def lines(scene: Scene) -> list[str]:
        return [
            line for seed in range(5) for line in text_of(made(seed, scene).pixels, recognizer).split("\n")
        ]

    numbers = lines(Scene(280, 640, 40, apart, turn=0, scribbles=False, clean=True, held_out=True))
    assert len(numbers) == 15
    assert sum(line.count("\t") == 2 for line in numbers) >= 12
    assert not any("\t" in line for line in lines(one_text("8 + 3 = 11")))


def test_printed_words_beside_a_number_are_left_out(recognizer: Recognizer) -> None:
    page = np.full((400, 700), 245, np.uint8)
    page[:150, :340] = page_of(("3141",))
    for line, words in enumerate(("Invoice number", "to be paid within", "thirty days of")):
        cv2.putText(page, words, (60, 230 + 60 * line), cv2.FONT_HERSHEY_DUPLEX, 1.1, (40,), 2, cv2.LINE_AA)
    reading = read_page(page, recognizer)
    assert reading.text == "3141"
    assert reading.left_out


@pytest.mark.parametrize("turn", [90, 180, 270, 25])
def test_a_page_that_lies_askew_or_on_its_side_is_read(recognizer: Recognizer, turn: int) -> None:
    page = Image.fromarray(page_of(("314257", "927354"))).convert("RGB")
    turned = np.asarray(page.rotate(turn, expand=True, fillcolor=(245, 245, 245)))
    reading = read_page(turned, recognizer)
    assert reading.text == "314257\n927354"
    height, width = turned.shape[:2]
    for character in reading.characters:
        assert 0 <= character.box.x < character.box.right <= width
        assert 0 <= character.box.y < character.box.bottom <= height


def test_light_that_falls_off_takes_nothing_away(recognizer: Recognizer) -> None:
    rows = ("314257", "265358", "927354")
    page = page_of(rows).astype(np.float32)
    y, x = np.mgrid[-1 : 1 : page.shape[0] * 1j, -1 : 1 : page.shape[1] * 1j]
    dark = page * np.clip(1 - 0.55 * (x**2 + y**2), 0.2, 1)
    assert read_page(dark.astype(np.uint8), recognizer).text == "\n".join(rows)


def test_white_on_black_is_read_as_well(recognizer: Recognizer) -> None:
    assert read_page(255 - page_of(("314257", "2653")), recognizer).text == "314257\n2653"


def test_a_page_without_digits_is_an_error(recognizer: Recognizer) -> None:
    with pytest.raises(InputError, match=r"empty|none was found|no ink"):
        read_page(np.full((300, 300), 250, np.uint8), recognizer)


def test_readings_come_likeliest_first_and_no_digits_twice() -> None:
    line = [{"4": 0.7, "9": 0.3}, {",": 0.6, "1": 0.3, "": 0.1}, {"6": 0.8, "0": 0.2}]
    readings = list(likeliest_readings(line))
    assert [digits for _, digits, _ in readings[:3]] == ["46", "416", "96"]
    assert readings[0][2] == ("4", ",", "6")
    scores = [score for score, _, _ in readings]
    assert scores == sorted(scores, reverse=True)
    assert len({digits for _, digits, _ in readings}) == len(readings)


def test_what_is_known_of_a_line_decides_between_its_readings(recognizer: Recognizer) -> None:
    page, plain = page_with_a_doubt(recognizer, ("4218", "7390"), 0, 2)
    assert (plain.lines[0][:2], plain.lines[0][3:], plain.lines[1]) == ("42", "8", "7390")
    others = [f"42{digit}8" for digit in range(10) if str(digit) != plain.lines[0][2]]
    pinned = read_page(page, recognizer, [parse_constraint(f"one-of={','.join(others)},7390")])
    other = pinned.lines[0][2]
    assert pinned.lines == [f"42{other}8", "7390"]
    assert pinned.digits[2].confidence < plain.digits[2].confidence
    assert read_page(page, recognizer, [parse_constraint("length=7")]).disagreeing == (1, 2)


@pytest.mark.parametrize("rule", ["length=7", "luhn", "one-of=2658", "range=5000..9999"])
def test_a_wrong_rule_leaves_a_sure_line_sure(recognizer: Recognizer, rule: str) -> None:
    reading = read_page(page_of(("2653",)), recognizer, [parse_constraint(rule)])
    assert reading.text == "2653"
    assert not any(character.doubtful for character in reading.characters)
    assert reading.disagreeing == (1,)


@pytest.mark.slow
def test_a_folder_is_read_to_a_table_that_goes_on_where_it_stopped(
    home: Path, digitlab: Digitlab, tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    (folder / "more").mkdir(parents=True)
    Image.fromarray(page_of(("2718",))).save(folder / "a.png")
    Image.fromarray(page_of(("2818", "459"))).save(folder / "more" / "b.jpg", quality=90)
    (folder / "c.png").write_text("no picture")
    (folder / "notes.txt").write_text("not looked at")
    table = tmp_path / "out.csv"
    first = digitlab("read", folder, "--csv", table)
    assert first.code == 1
    assert str(folder / "c.png") in first.err
    other = digitlab("read", tmp_path / "gone.png", "--csv", table)
    assert other.code == 1
    assert "c.png" in table.read_text(), "what failed elsewhere is not tried now, and its row stays"
    table.write_bytes(
        b"".join(line for line in table.read_bytes().splitlines(True) if b"gone.png" not in line)
    )
    with table.open(newline="") as file:
        rows = {Path(row["path"]).name: row for row in csv.DictReader(file)}
    assert {name: row["text"] for name, row in rows.items()} == {
        "a.png": "2718",
        "b.jpg": "2818\n459",
        "c.png": "",
    }
    assert rows["c.png"]["error"]
    Image.fromarray(page_of(("60",))).save(folder / "c.png")
    # a person has looked at the table, and written something behind the second row
    with table.open(newline="") as file:
        lines = list(csv.reader(file))
    with table.open("w", newline="") as file:
        csv.writer(file).writerows(
            [lines[0], *([*line, "checked"] if line[-1] == "" else line for line in lines[1:])]
        )
    again = digitlab("read", folder, "--csv", table)
    assert again.code == 0
    assert "Read 1 of 1 pictures" in again.err
    assert "2 of 3 pictures are in" in again.err
    with table.open(newline="") as file:
        assert sorted(row["text"] for row in csv.DictReader(file)) == ["2718", "2818\n459", "60"]
    assert "checked" in table.read_text(), "what a person added is still there"


def test_a_folder_without_pictures_is_told_of(home: Path, digitlab: Digitlab, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    outcome = digitlab("read", tmp_path)
    assert (outcome.code, outcome.out) == (0, "")
    assert f"No pictures found in {tmp_path}" in outcome.err


@pytest.mark.slow
def test_the_json_of_a_page_is_the_promised_one(home: Path, digitlab: Digitlab, tmp_path: Path) -> None:
    Image.fromarray(page_of(("12", "305"))).save(tmp_path / "page.png")
    outcome = digitlab("read", tmp_path / "page.png", tmp_path / "none.png", "--json")
    assert outcome.code == 1
    page, missing = outcome.json_lines()
    assert set(page) == {"path", "text", "lines", "numbers", "digits", "signs", "left_out", "disagreeing"}
    assert page["text"] == "12\n305"
    assert page["lines"] == ["12", "305"]
    assert page["numbers"] == [[12], [305]]
    assert [set(digit) for digit in page["digits"]] == [{"digit", "confidence", "box"}] * 5
    assert set(missing) == {"path", "error"}
    assert json.dumps(page) in outcome.out
    assert page["disagreeing"] == []
    (expected,) = digitlab("read", tmp_path / "page.png", "--expect", "length=2", "--json").json_lines()
    assert expected["disagreeing"] == [2]
    assert expected["lines"] == ["12", "305"]
    assert digitlab("read", tmp_path / "page.png", "--expect", "prime").code == 2


def on_a_table(page: NDArray[np.uint8], table: int) -> NDArray[np.uint8]:
    """A photo of the page on a grained table, in light that falls off to the right."""
    random = np.random.default_rng(table)
    size = page.shape[0] + 200, page.shape[1] + 160
    photo = table + 60 * np.asarray(cv2.GaussianBlur(random.normal(0, 1, size), (0, 0), 3))
    photo[90:-110, 70:-90] = page
    photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), 1.0)) * np.linspace(1, 0.85, size[1])
    return np.clip(photo + random.normal(0, 2, size), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("table", [150, 205, 225])
def test_a_sheet_on_a_table_that_is_hardly_darker_is_read(recognizer: Recognizer, table: int) -> None:
    rows = ("314159", "2653", "58979323")
    assert read_page(on_a_table(page_of(rows), table), recognizer).text == "\n".join(rows)
