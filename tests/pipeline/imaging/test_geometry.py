"""Boxes: what they hold, and where they are on a larger grid."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.imaging.geometry import Box, bounding_box

boxes = st.builds(Box, *[st.integers(0, 50)] * 2, *[st.integers(1, 50)] * 2)


def test_a_box_is_a_tuple_and_in_json_a_list() -> None:
    assert Box(1, 2, 3, 4) == (1, 2, 3, 4)
    assert json.dumps(Box(1, 2, 3, 4)) == "[1, 2, 3, 4]"


@given(st.lists(boxes, min_size=1))
def test_a_union_has_the_outermost_edges(parts: list[Box]) -> None:
    union = Box.around(parts)
    assert union.edges == (
        min(box.x for box in parts),
        min(box.y for box in parts),
        max(box.right for box in parts),
        max(box.bottom for box in parts),
    )
    assert Box.from_edges(*union.edges) == union


@given(boxes)
def test_a_box_around_ink_indexes_just_this_ink(box: Box) -> None:
    mask = np.zeros((120, 110), bool)
    mask[box.window] = True
    assert bounding_box(mask) == box
    assert bounding_box(~np.ones_like(mask)) == (0, 0, 0, 0)
    assert bounding_box(np.rot90(mask, 2)).edges[2:] == (110 - box.x, 120 - box.y)


@given(boxes, st.floats(0.05, 1))
def test_a_larger_grid_has_every_pixel_that_the_box_touches(box: Box, scale: float) -> None:
    shape = (int(120 / scale), int(110 / scale), 3)
    large = box.scaled_up(scale, shape)
    assert 0 <= large.x * scale <= box.x
    assert 0 <= large.y * scale <= box.y
    assert large.right == shape[1] or large.right * scale >= box.right - 1e-6
    assert large.bottom == shape[0] or large.bottom * scale >= box.bottom - 1e-6


@given(boxes, st.integers(0, 100))
def test_a_grown_box_stays_inside(box: Box, margin: int) -> None:
    grown = box.grown(margin, (120, 110))
    assert Box.around([grown, box]) == grown
    assert Box.around([grown, Box(0, 0, 110, 120)]) == (0, 0, 110, 120)
