"""Middles of characters -> the slope of their lines. Knows nothing else of a page."""

import numpy as np
from numpy.typing import NDArray

STEEPEST = 0.7
"""Largest slope of a line of writing, in pixels a pixel."""


def common_slope(middles: NDArray[np.float64], typical: float) -> float:
    """The median slope from a character to its right neighbor; 0 where fewer than two have one.

    Args:
        middles: (n, 2), x and y, of digits.
        typical: their height.
    """
    if len(middles) < 2:
        return 0.0
    across, down = np.moveaxis(middles - middles[:, None], 2, 0)
    ahead = (across > 0.4 * typical) & (np.abs(down) < STEEPEST * across + 0.2 * typical)
    far = np.where(ahead, np.hypot(across, 2 * down), np.inf)
    nearest = far.argmin(axis=1)
    one = np.flatnonzero(far.min(axis=1) < 6 * typical)
    if len(one) < 2:
        return 0.0
    across, down = across[one, nearest[one]], down[one, nearest[one]]
    median = np.quantile(down / across, 0.5, weights=across, method="inverted_cdf")
    return float(np.clip(median, -STEEPEST, STEEPEST))
