"""Synthetic handwriting has to stay what a reader takes it for, and the same for the same seed."""

import numpy as np
import pytest

from pipeline.pages.hand import variants_of
from pipeline.pages.strokes import CHARACTERS, Stroke, Writer

DIGITS = "0123456789"


def instances(character: str, writers: int = 60) -> list[tuple[str, list[Stroke]]]:
    """What a number of writers write for a character, each with the name of the writer's usual form."""
    people = [Writer(np.random.default_rng(seed)) for seed in range(writers)]
    return [(writer.variant(character), writer.strokes(character)) for writer in people]


def test_a_seed_gives_the_same_writing() -> None:
    first, again, other = (Writer(np.random.default_rng(seed)) for seed in (3, 3, 4))
    for character in CHARACTERS:
        strokes = first.strokes(character)
        for a, b in zip(strokes, again.strokes(character), strict=True):
            np.testing.assert_array_equal(a, b)
        assert not np.array_equal(strokes[0], other.strokes(character)[0])


@pytest.mark.parametrize("character", CHARACTERS)
def test_every_character_is_a_few_strokes_of_finite_points(character: str) -> None:
    for _, strokes in instances(character):
        assert 1 <= len(strokes) <= 4
        for stroke in strokes:
            assert stroke.dtype == np.float32
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert len(stroke) >= 2
            assert np.isfinite(stroke).all()
        assert min(stroke[:, 0].min() for stroke in strokes) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("character", DIGITS)
def test_digits_stand_on_the_baseline_one_high(character: str) -> None:
    for _, strokes in instances(character):
        points = np.concatenate(strokes)
        assert points[:, 1].min() == pytest.approx(0, abs=0.35)
        assert points[:, 1].max() == pytest.approx(1, abs=0.25)
        assert 20 <= len(points) <= 220
        assert np.hypot(*np.diff(strokes[0], axis=0).T).max() < 0.2


def test_all_variants_occur() -> None:
    writers = [Writer(np.random.default_rng(seed)) for seed in range(800)]
    for character in CHARACTERS:
        assert {writer.variant(character) for writer in writers} == set(variants_of(character))


def test_an_instance_differs_a_little_from_the_next() -> None:
    writer = Writer(np.random.default_rng(1))
    one, two = (writer.strokes("3")[0] for _ in range(2))
    assert 0 < np.abs(one - two).max() < 0.4


def test_the_bar_of_a_seven_is_at_its_top_and_level() -> None:
    for variant, strokes in instances("7"):
        stroke = strokes[0]
        high = stroke[stroke[:, 1] < 0.3]
        assert np.ptp(high[:, 0]) > 0.15, variant
        assert (stroke[-1, 1] - stroke[:, 1].min()) > 0.7
        if variant in ("plain", "crossed"):
            assert abs(stroke[0, 1] - stroke[:, 1].min()) < 0.3


def test_the_flag_of_a_one_climbs_to_its_top_from_the_left() -> None:
    for variant, strokes in instances("1", 100):
        if variant == "long flag":
            stroke = strokes[0]
            top = stroke[stroke[:, 1].argmin()]
            assert stroke[0, 1] - top[1] > 0.2
            assert stroke[0, 0] < top[0]


def test_symbols_stand_where_they_are_written() -> None:
    def vertical(character: str) -> tuple[float, float]:
        ys = np.concatenate([points[:, 1] for _, strokes in instances(character) for points in strokes])
        return float(ys.min()), float(ys.max())

    for _, strokes in instances(","):
        assert strokes[0][:, 1].max() > 1.0
        assert strokes[0][:, 1].min() > 0.75
    top, bottom = vertical(".")
    assert 0.8 < top < bottom < 1.1
    top, bottom = vertical("-")
    assert 0.3 < top < bottom < 0.8
    for _, strokes in instances("("):
        assert np.ptp(strokes[0][:, 1]) > 0.9
    for _, strokes in instances("—"):
        assert np.ptp(strokes[0][:, 0]) > 0.8
