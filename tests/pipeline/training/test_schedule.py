"""The learning rate of each step."""

import numpy as np
import pytest

from models.train_config import make_config
from pipeline.training.schedule import learning_rates


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


def test_one_cycle_goes_straight_from_corner_to_corner() -> None:
    rates = learning_rates(make_config("cnn", learning_rate=0.01, schedule="one-cycle"), 101)
    assert rates.dtype == np.float32
    assert rates[[0, 10, 20, 60, 100]] == pytest.approx([0.001, 0.0055, 0.01, 0.00505, 0.0001])
    assert np.diff(rates[:21]) == pytest.approx(0.009 / 20, rel=1e-3)
    assert np.diff(rates[20:]) == pytest.approx(-0.0099 / 80, rel=1e-3)
    assert learning_rates(make_config("cnn", learning_rate=0.01, schedule="one-cycle"), 1) == pytest.approx(
        0.001
    )
