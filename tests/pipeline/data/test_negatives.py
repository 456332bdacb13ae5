"""Pictures of no digit."""

import numpy as np

from pipeline.data.dataset import load_dataset
from pipeline.data.negatives import make_negatives


def test_negatives_are_made_like_digits_and_repeatably() -> None:
    images, labels = (part[:3000] for part in load_dataset().train)
    made = make_negatives(images, labels, 400, np.random.default_rng(0))
    assert made.shape == (400, 28, 28)
    assert np.array_equal(made, make_negatives(images, labels, 400, np.random.default_rng(0)))
    extents = [
        np.ptp(np.flatnonzero((image > 40).any(axis))) + 1 for image in made for axis in (0, 1) if image.any()
    ]
    assert max(extents) <= 20
    assert len(make_negatives(images, labels, 0, np.random.default_rng(0))) == 0
