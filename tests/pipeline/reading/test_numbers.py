"""Values of what was read, in the form of either side of the Channel."""

import pytest

from pipeline.reading.numbers import decimal_sign, numbers_of


@pytest.mark.parametrize(
    ("lines", "sign"),
    [
        (["12,50"], ","),
        (["0.75"], "."),
        (["1.234,56"], ","),
        (["1,234.56"], "."),
        (["1.234.567"], ","),
        (["1.234"], None),
        (["1.234", "3,5"], ","),
        (["12", "7"], None),
        (["12.05.2024"], None),
    ],
)
def test_the_lines_tell_which_sign_is_the_decimal_one(lines: list[str], sign: str | None) -> None:
    assert decimal_sign(lines) == sign


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("12,50", [12.5]),
        ("-3.75", [-3.75]),
        ("1.234,56", [1234.56]),
        ("1.234.567", [1234567]),
        ("007", [7]),
        ("8+3=11", [8, 3, 11]),
        ("8-3", [8, 3]),
        ("8x-3", [8, -3]),
        ("1\t12\t4.50\t54.00", [1, 12, 4.5, 54.0]),
        ("12/05/2024", []),
        ("10:45", []),
        ("12.05.2024", []),
        ("", []),
    ],
)
def test_values_of_a_line(line: str, values: list[float]) -> None:
    assert numbers_of([line]) == [values]


def test_a_given_sign_wins() -> None:
    assert numbers_of(["1.234"], ",") == [[1234]]
    assert numbers_of(["1.234"], ".") == [[1.234]]
