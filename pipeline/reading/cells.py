"""Where the cells of a table end in its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.reading.decoding import Detections


@dataclass(frozen=True)
class CellParameters:
    """Where a cell ends.

    Attributes:
        apart: probability of standing apart from which a character begins a cell.
        wide: where no line was looked at, the least blank between cells, in heights of a digit; and so many times the
            line's usual blank. Set by hand from the looks of made pages.
        usual: see `wide`.
    """

    apart: float = 0.5
    wide: float = 2.0
    usual: float = 3.0


_P = CellParameters()


def cell_ends(found: Detections, line: Sequence[int], heights: NDArray[np.float64]) -> list[bool]:
    """Of each character of a line but the last, whether a cell ends behind it.

    Args:
        found: the characters.
        line: their numbers, from left to right.
        heights: of each character, that of the digits about it.
    """
    edges = found.edges
    blanks = [float(edges[b, 0] - edges[a, 2]) / float(heights[b]) for a, b in pairwise(line)]
    usual = float(np.median(blanks)) if blanks else 0.0
    least = max(_P.wide, _P.usual * usual)
    return [
        bool(blank > least if np.isnan(apart) else apart > _P.apart)
        for blank, apart in zip(blanks, found.apart[list(line[1:])], strict=True)
    ]
