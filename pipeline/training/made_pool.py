"""A store of made pictures that grows from epoch to epoch, so that no training waits for all of them at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Images = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images, uint8 (n, 28, 28), the stroke bright; and labels, uint8 (n,), 10 for "not a digit"."""


class MadePool:
    """Pictures by the portion, one more portion each epoch; what is in it depends on seed and epoch alone."""

    def __init__(
        self, make: Callable[[np.random.Generator, int], Images], seed: tuple[int, ...], portion: int
    ) -> None:
        """A pool that is empty.

        Args:
            make: makes so many pictures.
            seed: of all that is made.
            portion: pictures a portion.
        """
        self._make, self._seed, self._portion = make, seed, portion
        self._portions: list[Images] = []

    def choose(self, count: int, epoch: int, random: np.random.Generator) -> Images:
        """So many of the pictures that there are in an epoch (from 0), some perhaps more than once."""
        while len(self._portions) <= epoch:
            chance = np.random.default_rng([*self._seed, len(self._portions)])
            self._portions.append(self._make(chance, self._portion))
        portion, place = random.integers(epoch + 1, size=count), random.integers(self._portion, size=count)
        images, labels = (
            np.empty((count, *self._portions[0][0].shape[1:]), np.uint8),
            np.empty(count, np.uint8),
        )
        for number, (some_images, some_labels) in enumerate(self._portions[: epoch + 1]):
            own = portion == number
            images[own], labels[own] = some_images[place[own]], some_labels[place[own]]
        return images, labels
