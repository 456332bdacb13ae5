"""Where characters are looked for, and how long."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.reading.detection import find_characters
from pipeline.reading.page_network import NETWORK_FILE, Maps, PageNetwork
from tests.pipeline.reading.test_reader import page_of


class CountingNetwork(PageNetwork):
    """The network, which counts the pixels that it looks at."""

    def __init__(self) -> None:
        super().__init__(NETWORK_FILE, workers=2)
        self.pixels = 0

    def look(self, gray: NDArray[np.uint8]) -> Maps:
        """As the network does."""
        self.pixels += gray.size
        return super().look(gray)


def test_thousands_of_dots_are_no_more_work_than_a_large_picture() -> None:
    page = np.full((1200, 1600), 245, np.uint8)
    rng = np.random.default_rng(0)
    for x, y in rng.integers(10, (1590, 1190), (3000, 2)).tolist():
        cv2.circle(page, (x, y), 3, (30,), -1, cv2.LINE_AA)
    network = CountingNetwork()
    find_characters(page, network)
    largest = 2560 * 1920
    assert network.pixels < 1.5 * largest


def test_an_ordinary_page_is_looked_at_hardly_more_than_twice() -> None:
    page = page_of(("31415926", "53589793", "23846264"))
    network = CountingNetwork()
    sighting = find_characters(np.asarray(page[..., 0] if page.ndim == 3 else page, np.uint8), network)
    assert len(sighting.found) >= 24
    assert network.pixels < 2.2 * sighting.ink.size
