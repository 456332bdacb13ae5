from pathlib import Path

import pytest

from models.errors import ConfigError, InputError
from pipeline.reading.constraints import choose, isbn, luhn, mod97, parse_constraint


def test_check_digits_agree_with_known_numbers() -> None:
    assert luhn("4539578763621486")  # the worked example of a Visa test number
    assert not luhn("4539578763621487")
    assert isbn("9780306406157")  # ISBN-13 example of the standard
    assert isbn("0306406152")  # the same book's ISBN-10
    assert not isbn("9780306406158")
    assert mod97("3214282912345698765432161182")  # GB82 WEST 1234 5698 7654 32, rearranged as ISO 13616 says
    assert not mod97("3214282912345698765432161183")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("length=4", "0123", "123"),
        ("range=5..120", "120", "121"),
        ("date=DDMMYYYY", "29022024", "29022023"),
        ("date=YYYYMMDD", "20261121", "20261321"),
        ("one-of=12,15, 20", "15", "16"),
        ("luhn", "18", "19"),
    ],
)
def test_constraints_hold_for_what_they_name(name: str, good: str, bad: str) -> None:
    constraint = parse_constraint(name)
    assert constraint.holds(good)
    assert not constraint.holds(bad)
    assert not constraint.holds("")


def test_the_likeliest_reading_that_agrees_is_chosen() -> None:
    readings = ["1234", "1284", "12345", "1734"]
    assert choose(readings, [parse_constraint("range=1250..2000")]) == "1284"
    assert choose(readings, [parse_constraint("length=5")]) == "12345"
    assert choose(readings, [parse_constraint("length=4"), parse_constraint("range=1700..1800")]) == "1734"
    assert choose(readings, [parse_constraint("length=9")]) is None


def test_allowed_values_come_from_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "rooms.txt").write_text("101\n102\n")
    assert parse_constraint(f"one-of={tmp_path / 'rooms.txt'}").holds("102")
    with pytest.raises(InputError, match="can't be read"):
        parse_constraint(f"one-of={tmp_path / 'none.txt'}")


@pytest.mark.parametrize("name", ["", "length", "length=x", "range=9", "date=tomorrow", "luhn=1", "prime"])
def test_an_unknown_constraint_names_those_there_are(name: str) -> None:
    with pytest.raises(ConfigError, match="expected length=N, range=LOW"):
        parse_constraint(name)
