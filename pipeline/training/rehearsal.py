"""What a network is shown beside new digits so that it forgets nothing, and what it is asked to see that it didn't."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.train_config import TrainConfig
from pipeline.data.augmentation import vary
from pipeline.data.dataset import Dataset
from pipeline.data.negatives import make_negatives
from pipeline.pages.digits import made_digits
from pipeline.pages.non_digits import made_non_digits
from pipeline.training.made_pool import Images

_REHEARSED, _VALIDATED = 10_000, 5000
"""Images of the model's own data set, at most."""

_MOST_HANDS = 0.3
_MOST_NEGATIVES = 0.1
"""Made digits and pictures of no digit, as shares of those, at most: each takes a millisecond to make."""

_WORLD, _WORLD_SEED = 2000, 20261126
"""Made digits in hands that no network is trained on: always the same."""


@dataclass(frozen=True)
class Rehearsal:
    """Images beside somebody's own digits.

    Attributes:
        images: to rehearse, uint8 (n, 28, 28); half of them varied as in a training.
        validation: images and labels that are neither rehearsed nor test images.
        world: made digits in held-out hands, with their labels.
    """

    images: NDArray[np.uint8]
    validation: Images
    world: Images


def make_rehearsal(config: TrainConfig, dataset: Dataset) -> Rehearsal:
    """The rehearsal for a model.

    Args:
        config: how it was trained: on made digits and pictures of no digit as well, or not.
        dataset: what it was trained on; only its training part is used.
    """
    images, labels = dataset.train
    random = np.random.default_rng([config.seed, 0x4EA])
    split = dataset.split(config.validation_split, config.seed)
    # what the model has not learned validates first
    order = np.concatenate([random.permutation(split.validation), random.permutation(split.train)])
    validation, rest = np.split(order, [min(_VALIDATED, len(order) // 4)])
    rehearsed = rest[-_REHEARSED:]
    shown = [images[rehearsed]]
    if config.hands:
        shown.append(made_digits(random, round(min(config.hands, _MOST_HANDS) * len(rehearsed)))[0])
    if config.not_a_digit:
        count = round(min(config.not_a_digit, _MOST_NEGATIVES) * len(rehearsed) / 2)
        shown.append(make_negatives(images[rehearsed], labels[rehearsed], count, random))
        shown.append(made_non_digits(random, count))
    every = np.concatenate(shown)
    every[::2] = vary(every[::2], random)
    return Rehearsal(every, (images[validation], labels[validation]), world_hands(_WORLD))


def world_hands(count: int) -> Images:
    """Made digits in hands that no network is trained on, always the same; and their labels."""
    return made_digits(np.random.default_rng(_WORLD_SEED), count, held_out=True)
