"""Made photographs: the same from the same seed, with what is written where they say."""

import numpy as np
import pytest

from pipeline.imaging.geometry import Box
from pipeline.pages import layouts
from pipeline.pages.characters import CHARACTERS
from pipeline.pages.generator import Photograph, Scene, cropped, photograph


def made(seed: int, scene: Scene | None = None) -> Photograph:
    return photograph(np.random.default_rng(seed), scene or Scene())


@pytest.mark.parametrize(
    "layout", [layout for layout, _ in layouts.LAYOUTS], ids=lambda layout: layout.__name__
)
def test_every_layout_gives_a_picture_of_the_size_that_was_asked_for(layout: layouts.Layout) -> None:
    for seed in range(3):
        picture = made(seed, Scene(height=200, width=300, layout=layout))
        assert picture.pixels.shape == (200, 300, 3)
        assert picture.ink.shape == (200, 300)
        assert {character.placed.character for character in picture.characters} <= set(CHARACTERS)
        assert all(0 < character.visible <= 1.0001 for character in picture.characters)


def test_the_same_seed_gives_the_same_picture() -> None:
    one, same, other = made(7), made(7), made(8)
    assert (one.pixels == same.pixels).all()
    assert one.characters == same.characters
    assert one.pixels.shape == other.pixels.shape
    assert (one.pixels != other.pixels).any()


def test_ink_is_where_the_characters_are() -> None:
    scene = Scene(layout=layouts.spread_digits, clean=True, turn=0, digit_height=40)
    picture = made(3, scene)
    inside = np.zeros(picture.ink.shape, bool)
    for character in picture.characters:
        left, right = character.x - character.width / 2, character.x + character.width / 2
        top, bottom = character.y - character.height / 2, character.y + character.height / 2
        inside[max(0, int(top) - 3) : int(bottom) + 4, max(0, int(left) - 3) : int(right) + 4] = True
        window = np.s_[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
        assert picture.ink[window].max() > 100
    assert (picture.ink[inside] > 100).sum() > 0.9 * (picture.ink > 100).sum()


def test_a_turned_page_says_how_its_lines_run() -> None:
    picture = made(4, Scene(layout=layouts.numbers, turn=90, clean=True))
    turns = [character.turn for character in picture.characters]
    assert turns
    assert np.abs(np.array(turns) - 90).max() < 15


def test_lines_tell_what_is_written_by_hand() -> None:
    picture = made(
        5, Scene(height=300, width=400, layout=layouts.numbers, turn=0, clean=True, digit_height=30)
    )
    assert picture.lines
    assert all(line.isdecimal() for line in picture.lines)


def test_a_part_of_a_picture_has_its_characters_where_they_are() -> None:
    picture = made(6, Scene(layout=layouts.spread_digits, turn=0, clean=True, digit_height=40))
    first = picture.characters[0]
    part = cropped(picture, Box(20, 10, 150, 180))
    assert part.pixels.shape == (180, 150, 3)
    moved = [character for character in part.characters if character.placed == first.placed]
    assert moved
    assert (moved[0].x, moved[0].y) == pytest.approx((first.x - 20, first.y - 10))


def test_fonts_that_are_kept_from_training_look_otherwise() -> None:
    known = made(11, Scene(layout=layouts.printed_numbers, clean=True, turn=0))
    unknown = made(11, Scene(layout=layouts.printed_numbers, clean=True, turn=0, held_out=True))
    assert (known.pixels != unknown.pixels).any()


def test_what_lies_under_a_finger_is_not_to_be_read() -> None:
    scene = Scene(height=128, width=128, layout=layouts.numbers, turn=0, clean=False)

    def hidden_within(picture: Photograph) -> bool:
        return any(
            character.visible < 0.3
            for character in picture.characters
            if abs(character.x - 64) + character.width / 2 < 63
            and abs(character.y - 64) + character.height / 2 < 63
        )

    assert any(hidden_within(made(seed, scene)) for seed in range(200))
