"""What goes into a training, without loading TensorFlow; the trainings themselves are in test_runs and test_cli."""

import numpy as np
import pytest

from models.train_config import make_config
from pipeline.data.augmentation import add_serifs
from pipeline.data.dataset import load_dataset
from pipeline.data.negatives import make_negatives
from pipeline.training.trainer import learning_rates


def test_schedules_have_their_shape() -> None:
    constant = learning_rates(make_config("cnn", learning_rate=0.01), 100)
    assert np.allclose(constant, 0.01)
    cosine = learning_rates(make_config("cnn", learning_rate=0.01, schedule="cosine"), 101)
    assert cosine[0] == pytest.approx(0.01)
    assert cosine[50] == pytest.approx(0.005)
    assert cosine[-1] == pytest.approx(0, abs=1e-9)
    cycle = learning_rates(make_config("cnn", learning_rate=0.01, schedule="one-cycle"), 101)
    assert cycle.argmax() == 20
    assert cycle.max() == pytest.approx(0.01)
    assert cycle[-1] == pytest.approx(0.0001)


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


def test_hooks_are_given_to_ones_only() -> None:
    images, labels = (part[:2000].copy() for part in load_dataset().train)
    before = images.copy()
    add_serifs(images, labels, np.random.default_rng(0), 1.0)
    changed = (images != before).any(axis=(1, 2))
    assert not changed[labels != 1].any()
    assert changed[labels == 1].mean() > 0.6
    assert (images >= before).all()
