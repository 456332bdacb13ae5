"""What a second look at the lines of a page changes."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.imaging.strips import STRIP_HEIGHT
from pipeline.pages.characters import CHARACTERS
from pipeline.reading.arrangement import arrange
from pipeline.reading.decoding import Detections
from pipeline.reading.detection import Sighting, find_characters
from pipeline.reading.line_network import line_network
from pipeline.reading.page_network import page_network
from pipeline.reading.second_look import looked_again
from tests.pipeline.reading.test_reader import page_of

ROWS = "31415926", "53589793", "23846264"


@pytest.fixture(scope="module")
def sighting() -> Sighting:
    return find_characters(page_of(ROWS), page_network())


def texts(found: Detections) -> list[str]:
    """What the lines say."""
    return ["".join(CHARACTERS[found.kinds[number]] for number, _ in line) for line in arrange(found).lines]


def test_a_clear_page_reads_the_same(sighting: Sighting) -> None:
    again = looked_again(sighting, line_network())
    assert texts(again) == texts(sighting.found) == list(ROWS)
    assert again.scores.min() > 0.9


@pytest.mark.parametrize("place", [1, 3, 6])
def test_a_digit_that_was_missed_is_found_where_it_stands(sighting: Sighting, place: int) -> None:
    found = sighting.found
    gone = arrange(found).lines[1][place][0]
    kept = np.arange(len(found)) != gone
    faint = sighting.maps._replace(middle=np.minimum(sighting.maps.middle, 0.09))
    again = looked_again(replace(sighting, found=found[kept], maps=faint), line_network())
    assert texts(again) == list(ROWS)
    back = np.linalg.norm(again.middles - found.middles[gone], axis=1).argmin()
    height = float(found.sizes[gone, 1])
    assert np.abs(again.middles[back] - found.middles[gone]).max() < 0.2 * height
    assert 0.6 < again.sizes[back, 1] / height < 1.6


def test_what_was_seen_in_a_blank_is_gone(sighting: Sighting) -> None:
    found = sighting.found
    first = found[np.array([arrange(found).lines[1][0][0]])]
    blank = replace(first, middles=first.middles - (1.3 * first.sizes[0, 1], 0), scores=np.array([0.4]))
    again = looked_again(replace(sighting, found=found.joined(blank)), line_network())
    assert texts(again) == list(ROWS)


def test_a_strip_reads_the_same_alone_and_among_others() -> None:
    rng = np.random.default_rng(1)
    strips = [rng.standard_normal((STRIP_HEIGHT, width), np.float32) for width in (60, 333, 1501, 900, 7)]
    together = line_network().look(strips)
    for strip, seen in zip(strips, together, strict=True):
        alone = line_network().look([strip])[0]
        assert len(seen.middle) == -(-strip.shape[1] // 2)
        assert np.allclose(seen.middle, alone.middle, atol=1e-3)
        assert np.allclose(seen.geometry, alone.geometry, atol=1e-2)
        assert np.allclose(seen.character, alone.character, atol=1e-3)
        assert np.allclose(seen.apart, alone.apart, atol=1e-2)


def test_a_page_without_lines_has_nothing_to_look_at() -> None:
    assert line_network().look([]) == []
    empty = find_characters(np.full((120, 160), 240, np.uint8), page_network())
    assert len(looked_again(empty, line_network())) == len(empty.found)
