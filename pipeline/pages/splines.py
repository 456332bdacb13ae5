"""Smooth curves through a few control points, as a pen draws them. Coordinates: x to the right, y down."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float] | tuple[float, float, int]
"""x and y of a control point; a third value of 1 marks a corner, where the pen stops and turns."""
Path = Sequence[Point]
"""The control points of one pen-down stroke."""
Curve = NDArray[np.float64]

_SPACING = 0.035
"""Distance between neighboring points of a curve, in digit heights."""
_MOST = 100


def arc(
    center: tuple[float, float], radii: tuple[float, float], start: float, end: float, count: int = 8
) -> list[Point]:
    """Control points on an ellipse.

    Args:
        center: its middle.
        radii: across and up.
        start: angle in degrees, 0 at the right, 90 at the bottom, -90 at the top.
        end: likewise; a smaller value than `start` goes counterclockwise.
        count: points.
    """
    angles = np.deg2rad(np.linspace(start, end, count))
    xs, ys = center[0] + radii[0] * np.cos(angles), center[1] + radii[1] * np.sin(angles)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def curve_through(path: Path, rounding: float = 0.0) -> Curve:
    """Points along a centripetal Catmull-Rom spline through the control points.

    Args:
        path: two control points or more.
        rounding: reach in digit heights over which corners are worn off, as by a hasty pen; 0 for none.

    Returns:
        float64 (n, 2) at about even distances.
    """
    points = np.array([point[:2] for point in path], np.float64)
    points += np.arange(len(points))[:, None] * 1e-6  # no two in one place
    corners = [i for i, point in enumerate(path[1:-1], 1) if len(point) == 3 and point[2]]
    chords = np.hypot(*np.diff(points, axis=0).T)
    spacing = max(_SPACING, float(chords.sum()) / _MOST)
    ends = [0, *corners, len(points) - 1]
    pieces = [_piece(points[a : b + 1], spacing) for a, b in pairwise(ends)]
    curve = np.concatenate([*(piece[:-1] for piece in pieces), points[-1:]])
    return _rounded(curve, rounding / spacing) if rounding > 0 else curve


def _piece(points: Curve, spacing: float) -> Curve:
    """The spline between two corners."""
    steps = np.diff(points, axis=0)
    chords = np.hypot(steps[:, 0], steps[:, 1])
    knots = np.sqrt(chords)[:, None]
    slopes = steps / knots
    tangents = np.empty_like(points)
    tangents[1:-1] = (slopes[:-1] * knots[1:] + slopes[1:] * knots[:-1]) / (knots[:-1] + knots[1:])
    if len(points) == 2:
        tangents[:] = slopes[0]
    else:
        tangents[0] = 1.5 * slopes[0] - 0.5 * tangents[1]
        tangents[-1] = 1.5 * slopes[-1] - 0.5 * tangents[-2]
    counts = np.maximum(1, np.rint(chords / spacing)).astype(np.int64)
    which = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    t = ((np.arange(len(which)) - first) / counts[which])[:, None]
    cube = t * t * (3 - 2 * t)
    inside = (
        points[which] * (1 - cube)
        + points[which + 1] * cube
        + knots[which] * t * (1 - t) * (tangents[which] * (1 - t) - tangents[which + 1] * t)
    )
    return np.concatenate([inside, points[-1:]])


def _rounded(curve: Curve, reach: float) -> Curve:
    """The curve averaged along itself; its ends stay."""
    place = np.arange(len(curve), dtype=np.float64)
    width = np.maximum(np.minimum(reach, np.minimum(place, place[::-1]) / 2), 1e-3)
    weights = np.exp(-0.5 * ((place[:, None] - place) / width[:, None]) ** 2)
    return np.asarray(weights @ curve / weights.sum(1, keepdims=True), np.float64)
