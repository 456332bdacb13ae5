import zipfile

import numpy as np
import pytest

from pipeline.pages.glyphs import GLYPHS_FILE, Font, Kind, Outline, load_glyphs

ALL = load_glyphs(None)


def box_of(outline: Outline) -> tuple[float, float, float, float]:
    points = np.concatenate(outline.contours)
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def digits_of(font: Font) -> list[Outline]:
    return [font.glyphs[digit] for digit in "0123456789"]


@pytest.mark.parametrize("font", ALL, ids=lambda font: font.name)
def test_every_font_has_ten_digits_about_one_unit_high_on_the_baseline(font: Font) -> None:
    boxes = np.array([box_of(digit) for digit in digits_of(font)])
    heights = boxes[:, 3] - boxes[:, 1]
    assert np.median(heights) == pytest.approx(1, abs=0.002)
    assert heights.min() > 0.5
    assert heights.max() < 1.6
    assert np.median(boxes[:, 3]) == pytest.approx(0, abs=0.25)


def test_outlines_are_polygons_of_finite_points() -> None:
    for font in ALL:
        for character, outline in font.glyphs.items():
            assert outline.contours, (font.name, character)
            assert outline.advance > 0, (font.name, character)
            for contour in outline.contours:
                assert contour.dtype == np.float32
                assert contour.ndim == 2
                assert contour.shape[0] >= 3
                assert contour.shape[1] == 2
                assert np.isfinite(contour).all()


def test_fonts_held_out_are_not_among_those_to_train_with() -> None:
    training, held_out = load_glyphs(), load_glyphs(held_out=True)
    assert not {font.name for font in training} & {font.name for font in held_out}
    assert len(training) + len(held_out) == len(ALL)
    for kind in Kind:
        share = np.mean([font.held_out for font in ALL if font.kind == kind])
        assert 0.1 < share < 0.25, kind


def test_no_held_out_font_has_the_digits_of_one_to_train_with() -> None:
    def shape(font: Font) -> bytes:
        return b"".join(contour.tobytes() for digit in digits_of(font) for contour in digit.contours)

    assert not {shape(font) for font in load_glyphs()} & {shape(font) for font in load_glyphs(held_out=True)}


def test_a_sign_is_where_it_belongs() -> None:
    for font in ALL:
        for character in ".,":
            if outline := font.glyphs.get(character):
                assert box_of(outline)[1] > -0.6, (font.name, character)


def test_the_file_is_small_and_needs_no_pickle() -> None:
    assert GLYPHS_FILE.stat().st_size < 4 * 2**20
    with np.load(GLYPHS_FILE, allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)
    assert zipfile.is_zipfile(GLYPHS_FILE)


def test_each_font_is_named_with_its_notice() -> None:
    notices = GLYPHS_FILE.with_name("GLYPHS-LICENSE.md").read_text(encoding="utf-8")
    for font in ALL:
        assert f"| {font.name} | " in notices
    assert "SIL OPEN FONT LICENSE Version 1.1" in notices
