"""Where characters are looked for, and how long."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.scaling import resized
from pipeline.pages.characters import CELL
from pipeline.reading.detection import find_characters
from pipeline.reading.page_network import NETWORK_FILE, Maps, PageNetwork
from tests.pipeline.reading.test_reader import page_of


class CountingNetwork(PageNetwork):
    """The network, which counts the pixels that it looks at."""

    def __init__(self) -> None:
        super().__init__(NETWORK_FILE, workers=2)
        self.pixels = 0

    def look(self, gray: NDArray[np.uint8], where: NDArray[np.bool_] | None = None) -> Maps:
        """As the network does."""
        self.pixels += gray.size if where is None else int(where.sum()) * CELL**2
        return super().look(gray, where)


def sheet_with(page: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """An empty sheet with a small page in its corner."""
    sheet = np.full((height, width), 245, np.uint8)
    sheet[: page.shape[0], : page.shape[1]] = page
    return sheet


def test_thousands_of_dots_are_less_work_than_half_a_large_picture() -> None:
    page = np.full((1200, 1600), 245, np.uint8)
    rng = np.random.default_rng(0)
    for x, y in rng.integers(10, (1590, 1190), (3000, 2)).tolist():
        cv2.circle(page, (x, y), 3, (30,), -1, cv2.LINE_AA)
    network = CountingNetwork()
    find_characters(page, network)
    largest = 2560 * 1920
    assert network.pixels < 0.5 * largest


def test_an_ordinary_page_is_looked_at_once_from_afar_and_once_closely() -> None:
    page = page_of(("3141592653589793", "2384626433832795", "0288419716939937", "5105820974944592"))
    network = CountingNetwork()
    sighting = find_characters(page, network)
    assert len(sighting.found) >= 60
    assert network.pixels < 1.3 * sighting.maps.ink.size


def test_only_what_is_written_on_is_looked_at_closely() -> None:
    sheet = sheet_with(page_of(("31415926", "53589793", "23846264", "33832795", "02884197")), 1000, 1200)
    network = CountingNetwork()
    sighting = find_characters(sheet, network)
    assert 38 <= len(sighting.found) <= 42
    assert network.pixels < 0.7 * sighting.maps.ink.size


def test_small_digits_far_apart_are_found_on_a_large_sheet() -> None:
    small = resized(page_of(("3141", "5926")), 0.45)
    sheet = sheet_with(small, 1500, 2000)
    sheet[-small.shape[0] :, -small.shape[1] :] = small
    found = find_characters(sheet, CountingNetwork()).found
    assert found.is_digit.sum() >= 15


def test_the_network_sees_in_a_part_what_it_sees_on_the_whole_page() -> None:
    page = page_of(("31415926", "53589793"))
    network = PageNetwork(NETWORK_FILE, workers=1)
    whole = network.look(page)
    where = np.zeros_like(whole.middle, bool)
    where[:, : where.shape[1] // 2] = True
    part = network.look(page, where)
    assert np.abs(part.middle - whole.middle)[where].max() < 0.1
    assert not part.middle[~where].any()
