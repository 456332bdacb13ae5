"""Test digits with a model's answers, of which one can be chosen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.widgets.digit_buttons import pick_digit
from pipeline.evaluation.test_predictions import TestPredictions


def pick_answered(
    shown: TestPredictions, images: NDArray[np.uint8], figures: Sequence[str], palette: Palette, key: str
) -> int | None:
    """Shows digits as buttons, "true digit → answer" below each.

    Args:
        shown: the answers to these digits.
        images: uint8 (n, 28, 28), the whole test set.
        figures: what stands behind each answer, such as how sure it is.
        palette: of the page's theme.
        key: unique on the page.

    Returns:
        Place in the test set of the digit that was just clicked, in that run of the page only.
    """
    pairs = list(zip(shown.index, shown.true, shown.predicted, strict=True))
    picked = pick_digit(
        images[shown.index],
        palette,
        [f"Test digit {index}: a {true} read as {answer}" for index, true, answer in pairs],
        [f"{true} → {answer} · {figure}" for (_, true, answer), figure in zip(pairs, figures, strict=True)],
        key=key,
        side=80,
    )
    return int(shown.index[picked]) if picked is not None and picked < len(shown) else None
