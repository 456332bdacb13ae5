"""MNIST digits drawn on synthetic paper have to come back looking like MNIST."""

import contextlib
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.errors import InputError
from models.recognizer import Recognizer
from models.store import find_model
from pipeline.data.dataset import load_dataset
from pipeline.imaging.normalize import normalize, normalize_ink, shrink_ink
from pipeline.imaging.picture import read_picture

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def digits() -> Pixels:
    return load_dataset().test[0][:200]


def enlarged(digit: Pixels, factor: int) -> NDArray[np.float32]:
    """The digit with smooth edges at a larger size, in [0, 1]."""
    large = cv2.resize(digit, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    return np.clip(
        (cv2.GaussianBlur(large, (0, 0), factor * 0.4).astype(np.float32) / 255 - 0.5) * 4 + 0.5, 0, 1
    )


def likeness(image: NDArray[np.float32], digit: Pixels) -> float:
    """Cosine of two pictures after a blur that forgives a pixel's shift."""
    a, b = (cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0).ravel() for picture in (image, digit))
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def typical_likeness(digits: Pixels, draw: Callable[[Pixels], NDArray[np.generic]]) -> tuple[float, float]:
    """Median and 5th percentile over some digits."""
    found = []
    for digit in digits[:24]:
        pixels = np.clip(draw(digit), 0, 255).astype(np.uint8)
        found.append(likeness(normalize(read_picture(pixels)).image, digit))
    return float(np.median(found)), float(np.percentile(found, 5))


def test_an_mnist_image_comes_back_nearly_unchanged(digits: Pixels) -> None:
    differences = [np.abs(normalize(read_picture(digit)).image - digit / 255).mean() for digit in digits]
    assert np.median(differences) < 0.003
    assert np.percentile(differences, 98) < 0.03


def test_mnist_is_read_as_well_through_a_picture() -> None:
    images, labels = (array[:800] for array in load_dataset().test)
    recognizer = Recognizer(find_model("cnn-fast").directory.litert_file)
    pictures = np.stack([normalize(read_picture(image)).image for image in images])
    direct, through = (recognizer.probabilities(x).argmax(axis=1) for x in (images, pictures))
    assert abs(int((through == labels).sum()) - int((direct == labels).sum())) <= 2


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("factor", [3, 12])
def test_size_and_polarity_do_not_matter(digits: Pixels, factor: int, invert: bool) -> None:
    def draw(digit: Pixels) -> NDArray[np.generic]:
        large = enlarged(digit, factor) * 255
        return 255 - large if invert else large

    middle, low = typical_likeness(digits, draw)
    assert middle > 0.97
    assert low > 0.93


def photo(digit: Pixels, random: np.random.Generator, contrast: float = 0.5) -> NDArray[np.float32]:
    """A digit off the middle of a large sheet in slanting light, with a shadow edge, blur and grain."""
    ink = np.zeros((420, 560), np.float32)
    large = enlarged(digit, 6)
    y, x = random.integers(20, 420 - 168 - 20), random.integers(20, 560 - 168 - 20)
    ink[y : y + 168, x : x + 168] = large
    light = 190 * np.linspace(0.7, 1, 560)[None, :] * np.linspace(1, 0.85, 420)[:, None]
    light[:, :150] *= 0.75
    pixels = light * (1 - contrast * ink)
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.2) + random.normal(0, 3, ink.shape), np.float32)


def test_a_photo_in_uneven_light(digits: Pixels) -> None:
    random = np.random.default_rng(1)
    middle, low = typical_likeness(digits, lambda digit: photo(digit, random))
    assert middle > 0.95
    assert low > 0.88


@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize("pen", [9, 15, 21])
def test_a_broad_pen_with_narrow_holes_is_not_taken_for_paper(pen: int, light_on_dark: bool) -> None:
    """The hole of a bold 6 stands out as a thin light stroke would; it is the 6 that was written."""
    images, labels = load_dataset().test
    random = np.random.default_rng(4)
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen))
    light = np.linspace(1, 0.75, 28 * 8)[:, None]
    for digit in images[np.isin(labels, (3, 6, 8, 9))][:40]:
        written = cv2.dilate(enlarged(digit, 8), shape)
        level = 70 + 140 * written if light_on_dark else 210 - 140 * written
        pixels = np.clip(level * light + random.normal(0, 3, written.shape), 0, 255).astype(np.uint8)
        found = read_picture(pixels).ink
        assert np.corrcoef(found.ravel(), written.ravel())[0, 1] > 0.95


def test_faint_pencil_in_uneven_light(digits: Pixels) -> None:
    random = np.random.default_rng(2)
    middle, low = typical_likeness(digits, lambda digit: photo(digit, random, contrast=0.25))
    assert middle > 0.93
    assert low > 0.8


def test_specks_are_dropped(digits: Pixels) -> None:
    random = np.random.default_rng(3)

    def draw(digit: Pixels) -> NDArray[np.generic]:
        pixels = 255 - enlarged(digit, 8) * 255
        for _ in range(12):
            y, x = random.integers(0, 220, 2)
            pixels[y : y + 3, x : x + 3] = 0
        return pixels

    middle, low = typical_likeness(digits, draw)
    assert middle > 0.95
    assert low > 0.88


def test_a_frame_around_the_digit_is_dropped(digits: Pixels) -> None:
    def draw(digit: Pixels) -> NDArray[np.generic]:
        return np.pad(255 - enlarged(digit, 8) * 255, 5, constant_values=20)

    middle, low = typical_likeness(digits, draw)
    assert middle > 0.95
    assert low > 0.9


@pytest.mark.parametrize("width", [1, 3, 40])
def test_hairlines_and_broad_brushes_get_the_usual_stroke_width(width: int) -> None:
    pixels = np.full((300, 240), 255, np.uint8)
    corners = np.array([[60, 50], [180, 50], [110, 250]], np.int32)
    cv2.polylines(pixels, [corners], False, 0, width)
    image = normalize(read_picture(pixels)).image
    # a 7 of typical width covers between 30 and 110 of the 784 pixels
    assert 30 < image.sum() < 130
    assert image.max() > 0.9
    thick = cv2.distanceTransform((image > 0.5).astype(np.uint8), cv2.DIST_L2, 3).max()
    assert 0.9 <= thick <= 3.5


def test_a_broken_stroke_is_joined() -> None:
    pixels = np.full((200, 200), 255, np.uint8)
    cv2.line(pixels, (100, 30), (100, 170), 0, 8)
    pixels[90:93] = 255
    image = normalize(read_picture(pixels)).image
    assert cv2.connectedComponents((image > 0.3).astype(np.uint8))[0] == 2


def test_the_bar_of_a_five_stays_with_it() -> None:
    pixels = np.full((200, 200), 255, np.uint8)
    cv2.ellipse(pixels, (95, 130), (35, 35), 0, -120, 140, 0, 6)
    cv2.line(pixels, (75, 95), (75, 50), 0, 6)
    cv2.line(pixels, (86, 48), (135, 44), 0, 6)
    x, y, width, height = normalize(read_picture(pixels)).box
    assert x < 75
    assert x + width > 132
    assert y < 48
    assert y + height > 160


def test_the_box_is_in_pixels_of_the_original() -> None:
    pixels = np.full((2600, 3400), 255, np.uint8)
    cv2.rectangle(pixels, (1500, 700), (1600, 1500), 0, 30)
    x, y, width, height = normalize(read_picture(pixels)).box
    for found, true in ((x, 1485), (y, 685), (width, 131), (height, 831)):
        assert found == pytest.approx(true, abs=6)


def test_every_step_can_be_shown(digits: Pixels) -> None:
    normalized = normalize(read_picture(255 - (enlarged(digits[0], 9) * 255).astype(np.uint8)))
    titles = [step.title for step in normalized.steps]
    assert len(titles) == len(set(titles)) >= 6
    assert np.array_equal(normalized.steps[-1].picture, normalized.image)
    for step in normalized.steps:
        assert step.explanation.endswith(".")
        assert step.picture.dtype == np.float32
        assert 0 <= step.picture.min() <= step.picture.max() <= 1


@pytest.mark.parametrize("level", [0, 127, 255])
def test_an_empty_picture_is_an_error(level: int) -> None:
    with pytest.raises(InputError, match="empty"):
        normalize(read_picture(np.full((90, 70), level, np.uint8)))
    with pytest.raises(InputError, match="empty"):
        normalize_ink(np.zeros((20, 20), np.float32))


def test_isolated_ink_gives_the_same_as_a_picture(digits: Pixels) -> None:
    for digit in digits[:10]:
        large = enlarged(digit, 5)
        alone = normalize_ink(large)
        assert likeness(alone, digit) > 0.93


def test_sharp_ink_looks_the_same_when_it_is_only_shrunk(digits: Pixels) -> None:
    found = [likeness(shrink_ink(enlarged(digit, 2)), digit) for digit in digits[:40]]
    assert np.median(found) > 0.98
    assert min(found) > 0.9


def test_strokes_of_unusual_width_are_not_only_shrunk(digits: Pixels) -> None:
    thin = np.asarray(cv2.erode(enlarged(digits[0], 3), np.ones((5, 5), np.uint8)), np.float32)
    assert np.array_equal(shrink_ink(thin), normalize_ink(thin))


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.0, 1.0), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_ink_gives_an_image_or_the_empty_error(
    height: int, width: int, density: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    ink = (random.random((height, width)) * (random.random((height, width)) < density)).astype(np.float32)
    for make in (normalize_ink, shrink_ink):
        with contextlib.suppress(InputError):
            image = make(ink)
            assert image.shape == (28, 28)
            assert image.dtype == np.float32
            assert 0 <= image.min() <= image.max() <= 1
            assert image.max() > 0
