"""A file, its bytes or an array of pixels -> an upright picture and its ink. Knows nothing of digits."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.decode import decode
from pipeline.imaging.geometry import Box
from pipeline.imaging.ink import Ink, Step, find_ink, shown
from pipeline.imaging.ruled_lines import without_rulings

__all__ = ["Ink", "Picture", "Step", "read_picture"]


class Picture:
    """A picture as a person sees it, and the ink on it, which is looked for when it is first asked for.

    Attributes:
        pixels: uint8 (height, width, 3), RGB, upright, transparency laid on white (on black where white would
            hide what is drawn).
    """

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        self.pixels = pixels

    @cached_property
    def _found(self) -> tuple[Ink, float, tuple[Step, ...]]:
        ink, scale, steps = find_ink(self.pixels)
        cleaned = without_rulings(ink)
        if cleaned is not ink:
            ink = cleaned
            explanation = "Printed lines are erased wherever no stroke crosses them."
            steps = (*steps, Step("Ruled lines removed", explanation, shown(ink)))
        return ink, scale, steps

    @property
    def ink(self) -> Ink:
        """Float32 in [0, 1], 1 = full stroke, reduced to a bounded working size."""
        return self._found[0]

    @property
    def scale(self) -> float:
        """Ink pixels a picture pixel, 1 or less."""
        return self._found[1]

    @property
    def steps(self) -> tuple[Step, ...]:
        """What led to the ink, for a page to show."""
        return self._found[2]

    def box_of(self, ink_box: Box) -> Box:
        """A box of the ink, in pixels of the picture."""
        return ink_box.scaled_up(self.scale, self.pixels.shape)


def read_picture(source: str | Path | bytes | NDArray[np.uint8]) -> Picture:
    """Opens a picture.

    Args:
        source: path of a file, a file's bytes, or pixels: uint8 (h, w) gray, (h, w, 3) RGB or (h, w, 4) RGBA
            as a drawing canvas gives them, where the ink may be only in the alpha channel.

    Raises:
        InputError: not there, larger than 20 MB or 50 megapixels, not a picture, damaged, or of another
            format; one sentence that begins with the path, if there is one.
    """
    return Picture(decode(source))
