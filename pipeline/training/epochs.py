"""What a network is trained and validated on: each epoch's images in their order, varied where it is asked for."""

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.train_config import TrainConfig
from pipeline.data.augmentation import Variation, add_serifs, vary
from pipeline.data.dataset import Dataset
from pipeline.data.disturbance import disturb
from pipeline.data.negatives import make_negatives
from pipeline.pages.digits import made_digits
from pipeline.pages.non_digits import made_non_digits
from pipeline.training.made_pool import Images, MadePool

_DISTINCT_NEGATIVES = 12_000  # pictures of no digit that are made; each epoch varies a choice of them anew
_NOT_OF_DIGITS = (
    0.5  # share of the pictures of no digit that are not pieces of digits: letters, signs, drawings
)
_MADE_AN_EPOCH = 4000  # digits of the hands of the world; what earlier epochs made is varied anew
_NON_DIGITS_AN_EPOCH = 1500
_SERIF_SHARE = 0.2  # of the ones, in an augmented training
_LAST_QUARTER_STRENGTH = 0.5  # of the augmentation, so that a training ends on digits almost as they come


class EpochData:
    """The epochs of one training.

    Attributes:
        size: images in an epoch: the set's digits, made ones and negatives.
        steps: batches in an epoch; the last may be smaller.
        validation: the images held out.
    """

    def __init__(self, config: TrainConfig, dataset: Dataset, split_seed: int) -> None:
        self._config = config
        self._images, self._labels = dataset.train
        split = dataset.split(config.validation_split, split_seed)
        self._train = split.train
        self._made_count = round(config.hands * len(split.train))
        negative_count = round(config.not_a_digit * len(split.train))
        self._other_count = round(negative_count * _NOT_OF_DIGITS)
        self._negative_count = negative_count - self._other_count
        self.size = len(split.train) + self._made_count + negative_count
        seed = config.seed
        self._made = MadePool(made_digits, (seed, 0x4A9D), min(self._made_count, _MADE_AN_EPOCH))
        self._others = MadePool(_no_digits, (seed, 0x1E77), min(self._other_count, _NON_DIGITS_AN_EPOCH))
        self.steps = math.ceil(self.size / config.batch_size)
        self.validation: Images = (self._images[split.validation], self._labels[split.validation])

    def from_epoch(self, first: int) -> Iterator[tuple[int, Images]]:
        """Each epoch's number (from 0) and images from epoch `first` on, the next prepared while one is trained on.

        Order and variations depend on the seed and the epoch alone, so a resumed training sees what the
        uninterrupted one would have seen.
        """
        negatives = self._make_negatives()
        with ThreadPoolExecutor(1) as pool:
            upcoming: Future[Images] = pool.submit(self._prepare, first, negatives)
            for epoch in range(first, self._config.epochs):
                ready = [upcoming.result()]
                if epoch + 1 < self._config.epochs:
                    upcoming = pool.submit(self._prepare, epoch + 1, negatives)
                else:
                    del upcoming
                # no reference stays here, so that the images can go once TensorFlow has its copy
                yield epoch, ready.pop()

    def _make_negatives(self) -> NDArray[np.uint8]:
        """Pictures of no digit, uint8 (n, 28, 28), made of the training images."""
        if not self._negative_count:
            return self._images[:0]
        return make_negatives(
            self._images[self._train],
            self._labels[self._train],
            min(self._negative_count, _DISTINCT_NEGATIVES),
            np.random.default_rng([self._config.seed, 0x0DD]),
        )

    def _prepare(self, epoch: int, negatives: NDArray[np.uint8]) -> Images:
        """The epoch's images, shuffled and varied. Filled and varied in place: an epoch of MNIST is 50 MB."""
        config, train = self._config, self._train
        random = np.random.default_rng([config.seed, epoch])
        order = random.permutation(self.size)
        images = np.empty((self.size, *self._images.shape[1:]), np.uint8)
        labels = np.full(self.size, DIGITS, np.uint8)
        of_set = order < len(train)
        images[of_set], labels[of_set] = (
            self._images[train[order[of_set]]],
            self._labels[train[order[of_set]]],
        )
        serifed = np.where(of_set, labels, DIGITS)  # made ones have what hook and foot they need
        ends = np.cumsum([len(train), self._negative_count, self._other_count, self._made_count])
        negative, other, made = ((order >= low) & (order < high) for low, high in pairwise(ends.tolist()))
        if self._negative_count:
            images[negative] = negatives[random.integers(len(negatives), size=self._negative_count)]
        for chosen, pool in ((other, self._others), (made, self._made)):
            if chosen.any():
                images[chosen], labels[chosen] = pool.choose(int(chosen.sum()), epoch, random)
        if config.augment:
            add_serifs(images, serifed, random, _SERIF_SHARE)
            variation = Variation().times(config.augment_strength)
            if epoch >= config.epochs - config.epochs // 4:
                variation = variation.times(_LAST_QUARTER_STRENGTH)
            vary(images, random, variation, out=images)
        if config.disturbed:
            disturb(images, random, config.disturbed, out=images)
        return images, labels


def _no_digits(random: np.random.Generator, count: int) -> Images:
    return made_non_digits(random, count), np.full(count, DIGITS, np.uint8)
