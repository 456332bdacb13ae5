"""Strokes in the color of what they say: for a digit, against it, or nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.figures.style import Palette

_FULL = 0.5  # ink from which a pixel has its color in full


def evidence_image(
    values: NDArray[Any], strokes: NDArray[np.float32], bound: float, palette: Palette
) -> NDArray[np.uint8]:
    """The strokes, colored on a scale from `-bound` (against) over 0 (quiet) to `bound` (for).

    Args:
        values: (28, 28), of one digit (`Evidence.pixels`).
        strokes: float32 (28, 28) in [0, 1].
        bound: above 0; the same for all pictures that stand beside each other. What is beyond it has the last color.
        palette: of the page's theme.

    Returns:
        uint8 (28, 28, 3), red, green and blue.
    """
    share = np.clip(values / bound, -1, 1)[..., None]
    against, quiet, speaking = (_rgb(color) for color in evidence_colors(palette))
    color = quiet + np.abs(share) * (np.where(share > 0, speaking, against) - quiet)
    return _on_paper(color, strokes, palette)


def erased_image(
    image: NDArray[np.float32], left: NDArray[np.float32], palette: Palette
) -> NDArray[np.uint8]:
    """A digit in quiet gray with its erased strokes colored: uint8 (28, 28, 3).

    Args:
        image: float32 (28, 28) in [0, 1], before.
        left: the same, without what was erased.
        palette: of the page's theme.
    """
    color = np.where((image > left)[..., None], _rgb(palette.answer), _rgb(palette.quiet))
    return _on_paper(color, image, palette)


def evidence_colors(palette: Palette) -> tuple[str, str, str]:
    """Against, neither, and for: both ends differ in brightness from the middle, and for the color-blind."""
    return palette.series[1], palette.quiet, palette.answer


def _on_paper(color: NDArray[Any], strokes: NDArray[np.float32], palette: Palette) -> NDArray[np.uint8]:
    share = np.clip(strokes / _FULL, 0, 1)[..., None]
    paper = _rgb(palette.paper)
    return np.asarray((paper + share * (color - paper)).round(), np.uint8)


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)], np.float64)
