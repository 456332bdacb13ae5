"""Boxes without ink: how lines and columns are told apart."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import Box
from pipeline.reading.components import Component
from pipeline.reading.line_grouping import group_lines

TYPICAL = 30.0


def component(label: int, x: float, y: float, height: int = 30, width: int = 20) -> Component:
    """A box around (x, y)."""
    left, top = round(x - width / 2), round(y - height / 2)
    return Component(label, Box(left, top, width, height), float(width * height))


def labels(components: list[Component]) -> list[list[int]]:
    return [[component.label for component in line] for line in group_lines(components, TYPICAL)]


def test_a_table_is_read_across_however_many_columns_it_has() -> None:
    table = [
        component(20 * row + column, 30 + 110 * column, 30 + 50 * row)
        for row in range(9)
        for column in range(20)
    ]
    assert labels(table[::-1]) == [[20 * row + column for column in range(20)] for row in range(9)]


def test_columns_at_levels_of_their_own_are_read_one_after_the_other() -> None:
    columns = [
        component(10 * column + row, 30 + 220 * column, 30 + 60 * row + 30 * (column % 2))
        for column in range(4)
        for row in range(5)
    ]
    assert labels(columns) == [[10 * column + row] for column in range(4) for row in range(5)]


def test_two_tables_at_levels_of_their_own_are_each_read_across() -> None:
    """What decides about the fourth column are the lines of the second table, grown by the third column."""
    tables = [
        component(10 * column + row, 30 + 150 * column, 30 + 60 * row + (30 if column >= 2 else 0))
        for column in range(4)
        for row in range(3)
    ]
    assert labels(tables) == [[0, 10], [1, 11], [2, 12], [20, 30], [21, 31], [22, 32]]


def test_a_sloping_line_is_one_line() -> None:
    slope = 0.3
    row = [component(i, 30 + 40 * i, 200 + slope * 40 * i) for i in range(12)]
    below = [component(20 + i, 30 + 40 * i, 270 + slope * 40 * i) for i in range(12)]
    assert labels(row + below) == [list(range(12)), list(range(20, 32))]


def test_a_line_may_bend_slowly() -> None:
    bent = [component(i, 30 + 35 * i, 200 - 0.5 * i**2) for i in range(12)]
    assert labels(bent) == [list(range(12))]


def test_a_page_without_components_has_no_lines() -> None:
    assert group_lines([], TYPICAL) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(0, 400), st.integers(5, 60), st.integers(5, 60)),
        max_size=40,
    )
)
def test_every_component_stands_in_one_line_and_lines_go_from_left_to_right(
    boxes: list[tuple[int, int, int, int]],
) -> None:
    components = [component(i, *box) for i, box in enumerate(boxes)]
    lines = group_lines(components, TYPICAL)
    assert sorted(component.label for line in lines for component in line) == list(range(len(boxes)))
    for line in lines:
        assert [component.left for component in line] == sorted(component.left for component in line)
