"""Strokes of the canvas as pixels."""

from typing import Any

import pytest

from models.errors import InputError
from pipeline.imaging.drawing import SIDE, draw_strokes


def test_strokes_are_black_on_white_and_what_lies_outside_is_cut_off() -> None:
    pixels = draw_strokes(
        [{"width": 20, "points": [[160, -100], [160, 160.5]]}, {"width": 8, "points": [[20, 300]]}]
    )
    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels[:160, 155:165].max() == 0
    assert pixels[300, 20].max() == 0, "a dot"
    assert pixels[:, 200:].min() == 255


@pytest.mark.parametrize(
    "strokes",
    [
        [{"width": 20, "points": []}],
        [{"width": 0, "points": [[1, 1]]}],
        [{"width": 20, "points": [[1, float("inf")]]}],
        [{"width": 20, "points": [[1, 1e12]]}],
        [{"width": 20, "points": [[1, 2, 3]]}],
        [[1, 2]],
        [{"width": 20, "points": [[1, 1]] * 10_001}] * 2,
    ],
)
def test_anything_else_is_refused(strokes: list[Any]) -> None:
    with pytest.raises(InputError, match="Expected"):
        draw_strokes(strokes)
