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
    slopes, weights = [], []
    for x, y in middles:
        across, down = middles[:, 0] - x, middles[:, 1] - y
        ahead = np.flatnonzero((across > 0.4 * typical) & (np.abs(down) < STEEPEST * across + 0.2 * typical))
        if not len(ahead):
            continue
        far = np.hypot(across[ahead], 2 * down[ahead])
        nearest = ahead[far.argmin()]
        if far.min() < 6 * typical:
            slopes.append(down[nearest] / across[nearest])
            weights.append(across[nearest])
    if len(slopes) < 2:
        return 0.0
    median = np.quantile(slopes, 0.5, weights=weights, method="inverted_cdf")
    return float(np.clip(median, -STEEPEST, STEEPEST))
