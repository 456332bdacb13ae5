"""Boxes without ink: how lines and columns are told apart."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.line_grouping import Item, group_lines

TYPICAL = 30.0


def item(number: int, x: float, y: float, height: float = 30, width: float = 20) -> Item:
    """A box around (x, y)."""
    return Item(number, x - width / 2, x + width / 2, y, height)


def numbers(items: list[Item]) -> list[list[int]]:
    return [[entry.number for entry in line] for line in group_lines(items, TYPICAL)]


def test_a_table_is_read_across_however_many_columns_it_has() -> None:
    table = [
        item(20 * row + column, 30 + 110 * column, 30 + 50 * row) for row in range(9) for column in range(20)
    ]
    assert numbers(table[::-1]) == [[20 * row + column for column in range(20)] for row in range(9)]


def test_columns_at_levels_of_their_own_are_read_one_after_the_other() -> None:
    columns = [
        item(10 * column + row, 30 + 220 * column, 30 + 60 * row + 30 * (column % 2))
        for column in range(4)
        for row in range(5)
    ]
    assert numbers(columns) == [[10 * column + row] for column in range(4) for row in range(5)]


def test_two_tables_at_levels_of_their_own_are_each_read_across() -> None:
    """What decides about the fourth column are the lines of the second table, grown by the third column."""
    tables = [
        item(10 * column + row, 30 + 150 * column, 30 + 60 * row + (30 if column >= 2 else 0))
        for column in range(4)
        for row in range(3)
    ]
    assert numbers(tables) == [[0, 10], [1, 11], [2, 12], [20, 30], [21, 31], [22, 32]]


def test_a_line_may_bend_slowly() -> None:
    bent = [item(i, 30 + 35 * i, 200 + 5.6 * i - 0.5 * i**2) for i in range(12)]
    assert numbers(bent) == [list(range(12))]


def test_a_page_without_items_has_no_lines() -> None:
    assert group_lines([], TYPICAL) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(0, 400), st.integers(5, 60), st.integers(5, 60)),
        max_size=40,
    )
)
def test_every_item_stands_in_one_line_and_lines_go_from_left_to_right(
    boxes: list[tuple[int, int, int, int]],
) -> None:
    items = [item(i, *box) for i, box in enumerate(boxes)]
    lines = group_lines(items, TYPICAL)
    assert sorted(entry.number for line in lines for entry in line) == list(range(len(boxes)))
    for line in lines:
        assert [entry.left for entry in line] == sorted(entry.left for entry in line)
