"""Each corruption against its definition, worked out another way: by SciPy, or pixel by pixel with the same draws."""

import math
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage, stats

from pipeline.data.corruptions import blurs, light, marks, noise, strokes, warps
from pipeline.data.corruptions.mnist_c import MNIST_C, Corruption
from pipeline.data.dataset import load_dataset

Images = NDArray[np.uint8]


@pytest.fixture(scope="module")
def digits() -> Images:
    return load_dataset().test[0][:6]


def gray(level: int, count: int = 50) -> Images:
    return np.full((count, 28, 28), level, np.uint8)


def as_bytes(values: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.round(np.clip(values, 0, 1) * 255))


def far(images: Images, others: NDArray[Any]) -> int:
    """The largest difference of a pixel."""
    return int(np.abs(images.astype(int) - np.asarray(others).astype(int)).max())


def test_they_are_those_of_mnist_c() -> None:
    assert {corruption.name for corruption in MNIST_C} == {
        "shot_noise", "impulse_noise", "glass_blur", "motion_blur", "shear", "scale", "rotate", "brightness",
        "translate", "stripe", "fog", "spatter", "dotted_line", "zigzag", "canny_edges",
    }  # fmt: skip


@pytest.mark.parametrize("corruption", MNIST_C, ids=lambda corruption: corruption.name)
def test_the_same_seed_gives_the_same_images(corruption: Corruption, digits: Images) -> None:
    before = digits.copy()
    first, again = (corruption.apply(digits, np.random.default_rng(3)) for _ in range(2))
    assert (digits == before).all()
    assert first.shape == digits.shape
    assert first.dtype == np.uint8
    assert (first == again).all()
    assert (first != digits).any()


def test_noise_has_the_distribution_that_it_should() -> None:
    random = np.random.default_rng(0)
    shot = noise.shot_noise(gray(153), random, photons=3)
    shares = stats.poisson(3 * 153 / 255).pmf([0, 1, 2])
    for level, share in zip((0, 85, 170), shares, strict=True):
        assert abs((shot == level).mean() - share) < 0.01
    assert abs((shot == 255).mean() - (1 - shares.sum())) < 0.01
    impulses = noise.impulse_noise(gray(100), random, share=0.17)
    assert [
        abs((impulses == level).mean() - share) < 0.01
        for level, share in ((0, 0.085), (255, 0.085), (100, 0.83))
    ]
    normal = noise.gaussian_noise(gray(128), random, deviation=0.1)
    assert abs(normal.std() - 25.5) < 0.3
    assert abs(normal.mean() - 128) < 0.3


def test_light_is_what_is_worked_out_by_hand() -> None:
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 0, :4] = (0, 100, 200, 255)
    assert light.brightness(images, 0.5)[0, 0, :4].tolist() == [128, 228, 255, 255]
    mean = 555 / 784
    told = light.contrast(images, 0.4)[0, 0, :4]
    assert told.tolist() == [round((value - mean) * 0.4 + mean) for value in (0, 100, 200, 255)]
    striped = marks.stripe(images, 7)[0]
    assert striped[0, :8].tolist() == [255, 155, 55, 0, 255, 255, 255, 0]
    assert (striped[:, 21:] == 255).all()
    assert not striped[:, 7:21].any()


@pytest.mark.parametrize(
    ("change", "amount", "matrices"),
    [
        (
            warps.turn,
            23.0,
            [
                [[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]]
                for a in (math.radians(23), -math.radians(23))
            ],
        ),
        (
            warps.shear,
            23.0,
            [[[math.cos(a), 0.0], [math.sin(a), 1.0]] for a in (math.radians(23), -math.radians(23))],
        ),
        (lambda images, _, size: warps.resize(images, size), 0.7, [[[1 / 0.7, 0.0], [0.0, 1 / 0.7]]]),
    ],
)
def test_warps_are_scipys(
    change: Callable[..., Images], amount: float, matrices: list[list[list[float]]], digits: Images
) -> None:
    middle = np.array([13.5, 13.5])
    candidates = []  # SciPy counts rows first: (row, column)
    for matrix in np.array(matrices):
        offset = middle - matrix @ middle
        warped = [
            ndimage.affine_transform(image / 255, matrix, offset, order=1, mode="grid-constant")
            for image in digits
        ]
        candidates.append(as_bytes(np.array(warped)))
    random = np.random.default_rng(1)
    told = np.stack([change(digits, random, amount) for _ in range(8)])
    for number in range(len(digits)):
        ways = {
            way
            for image in told[:, number]
            for way, candidate in enumerate(candidates)
            if far(image, candidate[number]) <= 1
        }
        assert all(
            min(far(image, candidate[number]) for candidate in candidates) <= 1 for image in told[:, number]
        )
        assert ways == set(range(len(candidates))), "either direction, sooner or later"


def test_a_shift_moves_every_pixel(digits: Images) -> None:
    shifted = warps.shift(digits, np.random.default_rng(0), 3)
    room = np.pad(digits, ((0, 0), (3, 3), (3, 3)))
    for number, image in enumerate(shifted):
        assert any((image == room[number, y : y + 28, x : x + 28]).all() for x, y in product((0, 6), (0, 6)))


def test_glass_blur_exchanges_pixels_between_two_blurs_up_and_down(digits: Images) -> None:
    told = blurs.glass_blur(digits, np.random.default_rng(5), 0.7, reach=1, rounds=2)
    random = np.random.default_rng(5)
    images = [
        (ndimage.gaussian_filter(d / 255, (0.7, 0), mode="nearest") * 255).astype(np.uint8) for d in digits
    ]
    for _, y, x in product(range(2), range(27, 1, -1), range(27, 1, -1)):
        ways, coins = random.integers(-1, 1, (2, len(digits))), random.random(len(digits))
        for image, down, right, coin in zip(images, *ways, coins, strict=True):
            if coin < 0.5:
                image[y, x], image[y + down, x + right] = image[y + down, x + right], image[y, x]
    expected = as_bytes(
        np.array([ndimage.gaussian_filter(i / 255, (0.7, 0), mode="nearest") for i in images])
    )
    assert far(told, expected) <= 1


def test_motion_blur_is_imagemagicks(digits: Images) -> None:
    told = blurs.motion_blur(digits[:2], np.random.default_rng(2), 10, 3, most_angle=45)
    weights = [math.exp(-(i**2) / 18) for i in range(21)]
    for image, angle, blurred in zip(
        digits, np.random.default_rng(2).uniform(-45, 45, 2), told, strict=False
    ):
        for y, x in product(range(28), range(28)):
            total = 0.0
            for i, weight in enumerate(weights):
                right = math.ceil(i * math.cos(math.radians(angle)) - 0.5)
                down = math.ceil(i * math.sin(math.radians(angle)) - 0.5)
                total += weight * image[min(max(y + down, 0), 27), min(max(x + right, 0), 27)]
            assert abs(blurred[y, x] - total / sum(weights)) <= 0.51


EDGES = (
    "0000000000000000000000000000000000000000000080000037fe0002001c003c0040003fc40000024000004800000c80"
    "000090000019000001200000320000064000004c00000c80000098000013000001200000220000026000003c0000000000",
    "000000000000000006000007b80000c0c000080400013e40001e240000064000004c000008800001980000130000022000"
    "0064000004400000c800000980000090000009fffe0080802008000e007c7f000038000000000000000000000000000000",
)
"""Of the first two test digits, as scikit-image 0.26 finds them (`feature.canny(image / 255)`), packed to bits."""


def test_edges_are_those_that_scikit_image_finds(digits: Images) -> None:
    told = blurs.canny_edges(digits[:2])
    assert set(np.unique(told)) == {0, 255}
    assert [np.packbits(image > 0).tobytes().hex() for image in told] == list(EDGES)


def test_fog_is_a_plasma_fractal_in_front(digits: Images) -> None:
    told = light.fog(digits[:1], np.random.default_rng(4), thickness=3, decay=1.4)
    random, surface, step, wobble = np.random.default_rng(4), np.zeros((256, 256)), 256, 100.0
    while step >= 2:
        half = step // 2
        for first, second, near in (
            (half, half, ((-half, -half), (-half, half), (half, -half), (half, half))),
            (0, half, ((-half, 0), (half, 0), (0, -half), (0, half))),
            (half, 0, ((-half, 0), (half, 0), (0, -half), (0, half))),
        ):
            rows, columns = np.ix_(range(first, 256, step), range(second, 256, step))
            mean = sum(surface[(rows + y) % 256, (columns + x) % 256] for y, x in near) / 4
            draws = random.random((256 // step, 256 // step, 1), np.float32)[..., 0]
            surface[rows, columns] = mean + wobble * (2 * draws - 1) * wobble
        step, wobble = half, wobble / 1.4
    clouds = (surface - surface.min()) / (surface.max() - surface.min())
    share = digits[0] / 255
    assert far(told[0], as_bytes((share + 3 * clouds[:28, :28]) * share.max() / (share.max() + 3))) <= 1


def test_spatter_hides_what_is_behind_it(digits: Images) -> None:
    told = light.spatter(digits, np.random.default_rng(6), level=0.65)
    draws = np.random.default_rng(6).standard_normal(digits.shape, dtype=np.float32)
    for image, spattered, drawn in zip(digits, told, draws, strict=True):
        wet = ndimage.gaussian_filter(0.65 + 0.3 * drawn, 1, mode="nearest") > 0.65
        mud = ndimage.gaussian_filter(wet.astype(float), 1.5, mode="nearest")
        mud = np.where(mud >= 0.8, mud, 0)
        assert (np.abs(spattered - as_bytes(image / 255 * (1 - mud) + 63 / 255 * mud)) > 1).mean() < 0.01


def drawn_line(x0: float, y0: float, x1: float, y1: float) -> NDArray[np.float64]:
    line = np.zeros((28, 28))
    for y, x in product(range(28), range(math.floor(x0), min(28, math.ceil(x1)))):
        distance = abs(y - (y0 + (y1 - y0) / (x1 - x0) * (x - x0)))
        if distance < 2.3:
            line[y, x] = max(0.0, math.log(1 - distance / 2.3) + 1)
    return line


def test_lines_run_where_they_should(digits: Images) -> None:
    dotted = marks.dotted_line(digits, np.random.default_rng(7))
    ends = np.random.default_rng(7).integers(0, 27, (2, len(digits)))
    zigzags = marks.zigzag(digits, np.random.default_rng(8))
    random = np.random.default_rng(8)
    first = random.integers(0, 27, len(digits))
    last = first + random.integers(-5, 5, len(digits))
    for number, image in enumerate(digits / 255):
        line = drawn_line(0, ends[0, number], 27, ends[1, number])
        line[:, [x for x in range(28) if x % 4 < 2]] = 0
        assert far(dotted[number], as_bytes(image + line)) <= 1
        angle = math.atan2(last[number] - first[number], 23)
        length = 23 / math.cos(angle)
        turns = [(2.0 * (2 * i + 1), 2.0 * (-1) ** i) for i in range(int((length - 2) // 4) + 1)]
        corners = [(0.0, 0.0), *turns, (length, turns[-1][1] / (2 * (length - 4 * (length // 4))))]
        places = [
            (
                along * math.cos(angle) - across * math.sin(angle) + 2,
                along * math.sin(angle) + across * math.cos(angle) + first[number],
            )
            for along, across in corners
        ]
        expected = image.copy()
        for start, end in pairwise(places):
            expected = np.minimum(expected + drawn_line(*start, *end), 1)
        assert far(zigzags[number], as_bytes(expected)) <= 1


def test_pens_squares_and_files(digits: Images) -> None:
    ink = [strokes.thicken(digits, amount).sum() for amount in (0.0, 0.5, 1, 2)]
    assert ink == sorted(ink)
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 8:20, 8:20] = 255
    assert abs((strokes.thicken(square, 2) > 127).sum() - 16 * 16) <= 12, "its corners are round"
    assert abs((strokes.thin(square, 2) > 127).sum() - 8 * 8) <= 2
    erased = marks.occlude(gray(255, 20), np.random.default_rng(0), 8)
    assert (erased == 0).sum((1, 2)).tolist() == [64] * 20
    lost = [far(noise.jpeg(digits, quality), digits) for quality in (95, 25, 2)]
    assert lost == sorted(lost)
    blurred = blurs.blur(digits, 1.5)
    assert (
        far(
            blurred,
            as_bytes(np.array([ndimage.gaussian_filter(d / 255, 1.5, mode="nearest") for d in digits])),
        )
        <= 1
    )
