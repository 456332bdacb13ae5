"""The compiled step: its loss, its average, its calibration and its state, against NumPy."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import log_softmax

from models.networks import build
from models.train_config import TrainConfig, make_config
from pipeline.data.dataset import load_dataset
from pipeline.training.train_step import TrainStep

SMOOTHING = 0.2
RATES = np.full(4, 0.01, np.float32)


def a_step(**settings: float) -> tuple[TrainStep, TrainConfig]:
    config = make_config(
        "dense",
        parameters={"hidden_1": 16, "hidden_2": 0},
        batch_size=32,
        optimizer="adam",
        label_smoothing=SMOOTHING,
        seed=1,
        **settings,
    )
    return TrainStep(build(config), config), config


@pytest.fixture(scope="module")
def digits() -> tuple[NDArray[Any], NDArray[Any]]:
    images, labels = load_dataset().train
    return images[:1000], labels[:1000]


def test_steps_report_their_loss_and_their_average_follows(
    digits: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    images, labels = (part[:112] for part in digits)  # three whole batches and half of one
    step, _ = a_step(ema=0.9)
    step.begin_epoch(images, labels)
    average = [value.astype(np.float64) for value in step.model.get_weights()]
    for number in range(4):
        batch = slice(32 * number, 32 * (number + 1))
        inputs = images[batch, ..., None].astype(np.float32) / 255
        log_shares = log_softmax(np.log(np.asarray(step.model(inputs), np.float64)), axis=1)
        targets = np.eye(10)[labels[batch]] * (1 - SMOOTHING) + SMOOTHING / 10
        losses, correct = step.run(number, RATES[number : number + 1])
        assert losses == [pytest.approx(-(targets * log_shares).sum(), rel=1e-4)]
        assert correct == (log_shares.argmax(1) == labels[batch]).sum()
        keep = min(0.9, (2 + number) / (11 + number))
        average = [
            keep * mean + (1 - keep) * now
            for mean, now in zip(average, step.model.get_weights(), strict=True)
        ]
    step.use_average()
    for found, expected in zip(step.model.get_weights(), average, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_steps_taken_together_or_after_a_restart_are_the_same(
    digits: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    together, _ = a_step(ema=0.9)
    apart, _ = a_step(ema=0.9)
    resumed, _ = a_step(ema=0.9)
    for step in (together, apart):
        step.begin_epoch(*digits)
    losses, _ = together.run(0, RATES)
    first, _ = apart.run(0, RATES[:1])
    assert resumed.restore(apart.state(3)) == 3
    resumed.begin_epoch(*digits)
    assert losses == first + resumed.run(1, RATES[1:])[0]
    for one, other in zip(together.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_calibration_changes_how_sure_the_network_is_and_no_answer(
    digits: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    step, _ = a_step()
    step.begin_epoch(*digits)
    step.run(0, np.full(31, 0.01, np.float32))
    inputs = digits[0][..., None].astype(np.float32) / 255
    before, validation = np.asarray(step.model(inputs)), step.validate(*digits)
    step.calibrate(digits[0][:400], digits[1][:400])
    assert step.validate(*digits) == validation, "too few images to fit a temperature to"
    step.calibrate(*digits)
    after, calibrated = np.asarray(step.model(inputs)), step.validate(*digits)
    assert np.array_equal(before.argmax(1), after.argmax(1))
    assert calibrated.accuracy == validation.accuracy
    assert calibrated.loss is not None
    assert validation.loss is not None
    assert calibrated.loss < validation.loss
    ratio = np.ptp(np.log(after), axis=1) / np.ptp(np.log(before), axis=1)
    assert np.ptp(ratio) < 1e-3, "one factor for all logits"
