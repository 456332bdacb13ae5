"""What somebody drew on a canvas, as pixels. Nothing that a browser sends is trusted."""

from collections.abc import Sequence
from typing import Annotated, Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from models.errors import InputError

SIDE = 320
"""Width and height of the canvas, in the units of its strokes and in pixels."""

_Coordinate = Annotated[float, Field(ge=-10 * SIDE, le=10 * SIDE, allow_inf_nan=False)]
_MOST_POINTS = 20_000
_FRACTION = 4  # bits of a pixel's fractions


class _Stroke(BaseModel):
    width: int = Field(ge=1, le=SIDE)
    points: list[tuple[_Coordinate, _Coordinate]] = Field(min_length=1, max_length=_MOST_POINTS)


_STROKES = TypeAdapter(list[_Stroke])


def draw_strokes(strokes: Sequence[Any]) -> NDArray[np.uint8]:
    """Draws strokes in black on white.

    Args:
        strokes: each with its `width` and its `points`, pairs of x and y; parts outside the canvas are cut off.

    Returns:
        uint8 (320, 320, 3), RGB.

    Raises:
        InputError: these are no strokes, or too many.
    """
    try:
        read = _STROKES.validate_python(strokes)
    except ValidationError:
        raise InputError("", "Expected strokes with a width and points, got something else.") from None
    count = sum(len(stroke.points) for stroke in read)
    if count > _MOST_POINTS:
        raise InputError("", f"Expected a drawing of at most {_MOST_POINTS:,} points, got {count:,}.")
    sheet = np.full((SIDE, SIDE, 3), 255, np.uint8)
    for stroke in read:
        points = np.rint(np.array([*stroke.points, stroke.points[-1]]) * 2**_FRACTION).astype(np.int32)
        cv2.polylines(sheet, [points], False, (0, 0, 0), stroke.width, cv2.LINE_AA, _FRACTION)
    return sheet
