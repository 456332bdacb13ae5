"""What a network is trained and validated on: each epoch's images in their order, varied where it is asked for."""

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from models.digits import DIGITS
from models.train_config import TrainConfig
from pipeline.data.augmentation import Variation, add_serifs, vary
from pipeline.data.dataset import Dataset
from pipeline.data.negatives import make_negatives

_DISTINCT_NEGATIVES = 12_000  # pictures of no digit that are made; each epoch varies a choice of them anew
_SERIF_SHARE = 0.2  # of the ones, in an augmented training
_LAST_QUARTER_STRENGTH = 0.5  # of the augmentation, so that a training ends on digits almost as they come

Images = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images, uint8 (n, 28, 28), the stroke bright; and labels, uint8 (n,), 10 for "not a digit"."""


class EpochData:
    """The epochs of one training.

    Attributes:
        size: images in an epoch, digits and negatives.
        steps: batches in an epoch; the last may be smaller.
        validation: the images held out.
    """

    def __init__(self, config: TrainConfig, dataset: Dataset, split_seed: int) -> None:
        self._config = config
        self._images, self._labels = dataset.train
        split = dataset.split(config.validation_split, split_seed)
        self._train = split.train
        self._negative_count = round(config.not_a_digit * len(split.train))
        self.size = len(split.train) + self._negative_count
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
        is_digit = order < len(train)
        images = np.empty((self.size, *self._images.shape[1:]), np.uint8)
        images[is_digit] = self._images[train[order[is_digit]]]
        labels = np.full(self.size, DIGITS, np.uint8)
        labels[is_digit] = self._labels[train[order[is_digit]]]
        if self._negative_count:
            images[~is_digit] = negatives[random.integers(len(negatives), size=self._negative_count)]
        if config.augment:
            add_serifs(images, labels, random, _SERIF_SHARE)
            variation = Variation().times(config.augment_strength)
            if epoch >= config.epochs - config.epochs // 4:
                variation = variation.times(_LAST_QUARTER_STRENGTH)
            vary(images, random, variation, out=images)
        return images, labels
