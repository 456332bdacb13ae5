import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from pipeline.imaging.decode import FORMATS, MAX_BYTES
from pipeline.imaging.picture import read_picture

SIDE = 60


def stroke_picture(paper: int = 255, ink: int = 0) -> NDArray[np.uint8]:
    """A gray picture with an L: one long vertical stroke on the left, one short below."""
    pixels = np.full((SIDE, SIDE), paper, np.uint8)
    pixels[10:50, 15:20] = ink
    pixels[45:50, 15:40] = ink
    return pixels


def where_ink(found: NDArray[np.float32]) -> NDArray[np.bool_]:
    return found > 0.5


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    memory = io.BytesIO()
    image.save(memory, kind, **options)
    return memory.getvalue()


def giant_png(width: int, height: int) -> bytes:
    """A PNG that claims to be huge and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))


@pytest.mark.parametrize("kind", [form.decoder for form in FORMATS])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_gives_the_same_ink(kind: str, mode: str) -> None:
    picture = read_picture(encoded(Image.fromarray(stroke_picture()).convert(mode), kind))
    assert picture.pixels.shape == (SIDE, SIDE, 3)
    assert np.mean(where_ink(picture.ink) == (stroke_picture() == 0)) > 0.99


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "LA", "RGBA", "YCbCr", "I;16"])
def test_every_pixel_mode_gives_the_same_ink(mode: str) -> None:
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    if mode == "I;16":
        image = Image.fromarray(stroke_picture().astype(np.uint16) * 257)
    else:
        image = Image.fromarray(stroke_picture()).convert(mode)
    picture = read_picture(encoded(image, kind))
    assert np.mean(where_ink(picture.ink) == (stroke_picture() == 0)) > 0.99


def test_12_bits_in_a_16_bit_file_keep_their_contrast() -> None:
    values = np.where(stroke_picture() == 0, 0, 4000).astype(np.uint16)
    picture = read_picture(encoded(Image.fromarray(values), "PNG"))
    assert picture.pixels.max() > 200
    assert (where_ink(picture.ink) == (stroke_picture() == 0)).all()


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (40, 220), (230, 180), (30, 45), (255, 249)])
def test_polarity_and_contrast_do_not_matter(paper: int, ink: int) -> None:
    pixels = stroke_picture(paper, ink)
    assert (where_ink(read_picture(pixels).ink) == (pixels == ink)).all()


@pytest.mark.parametrize("shape", [(1, 500), (500, 1), (1, 40), (2, 400), (1, 1)])
def test_a_picture_of_one_row_or_column_is_taken_like_any(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, shape).astype(np.uint8)
    assert read_picture(pixels).ink.shape == shape


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation: int) -> None:
    upright = Image.fromarray(stroke_picture()[:, :50]).convert("RGB")
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = read_picture(encoded(stored, "PNG", exif=exif))
    assert picture.pixels.shape == (SIDE, 50, 3)
    assert (where_ink(picture.ink) == (stroke_picture()[:, :50] == 0)).all()


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_photos_of_phones_are_turned_upright_once(kind: str) -> None:
    """HEIC has a rotation of its own, and phones write the one of EXIF beside it, which must not count as well."""
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.rot90(stroke_picture()[:, :50])).convert("RGB")
    picture = read_picture(encoded(stored, kind, exif=exif.tobytes()))
    assert picture.pixels.shape == (SIDE, 50, 3)
    assert np.mean(where_ink(picture.ink) == (stroke_picture()[:, :50] == 0)) > 0.99


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (250, 240, 60), (30, 60, 200)])
def test_ink_that_is_only_in_the_alpha_channel(color: tuple[int, int, int]) -> None:
    drawn = stroke_picture() == 0
    rgba = np.zeros((SIDE, SIDE, 4), np.uint8)
    rgba[..., :3] = color
    rgba[..., 3] = np.where(drawn, 255, 0)
    assert (where_ink(read_picture(rgba).ink) == drawn).all()
    assert (where_ink(read_picture(encoded(Image.fromarray(rgba), "PNG")).ink) == drawn).all()


def test_transparent_corners_do_not_hide_dark_ink_on_white() -> None:
    rgba = np.full((SIDE, SIDE, 4), 255, np.uint8)
    rgba[..., :3] = stroke_picture()[..., None]
    rgba[:4, :4, 3] = 0
    assert (where_ink(read_picture(rgba).ink) == (stroke_picture() == 0)).all()


def test_gif_gives_its_first_frame() -> None:
    frames = [Image.fromarray(stroke_picture()), Image.fromarray(np.rot90(stroke_picture()).copy())]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (where_ink(read_picture(data).ink) == (stroke_picture() == 0)).all()


def test_letterbox_is_no_ink() -> None:
    pixels = np.pad(stroke_picture(235, 40), ((20, 20), (0, 0)))
    ink = read_picture(pixels).ink
    assert ink[:20].max() < 0.5
    assert ink[-20:].max() < 0.5
    assert (where_ink(ink[20:-20]) == (stroke_picture() == 0)).all()


def test_a_shadow_is_no_ink() -> None:
    random = np.random.default_rng(0)
    light = np.full((300, 400), 200.0)
    light[:, 220:] *= 0.65
    light *= np.linspace(0.8, 1.0, 300)[:, None]
    drawn = np.zeros(light.shape, bool)
    drawn[80:220, 100:106] = drawn[80:220, 300:306] = True
    pixels = np.clip(np.where(drawn, light * 0.4, light) + random.normal(0, 3, light.shape), 0, 255)
    found = where_ink(read_picture(pixels.astype(np.uint8)).ink)
    assert found[drawn].mean() > 0.95
    assert found[~drawn].mean() < 0.01


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_sheet_has_no_ink(level: int) -> None:
    random = np.random.default_rng(0)
    sheet = np.full((200, 200), level, np.uint8)
    assert read_picture(sheet).ink.max() == 0
    grain = np.clip(sheet + random.normal(0, 4, sheet.shape), 0, 255).astype(np.uint8)
    assert read_picture(grain).ink.max() == 0


def test_large_pictures_are_worked_on_reduced() -> None:
    pixels = np.full((3000, 4000, 3), 255, np.uint8)
    pixels[1000:2000, 1500:1540] = 0
    picture = read_picture(pixels)
    assert picture.pixels.shape == (3000, 4000, 3)
    assert max(picture.ink.shape) == pytest.approx(4000 * picture.scale, abs=1)
    assert max(picture.ink.shape) < 2500
    assert all(max(step.picture.shape) < 1000 for step in picture.steps)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40)))
@settings(max_examples=60, deadline=None)
def test_any_pixels_give_ink_in_range(pixels: NDArray[np.uint8]) -> None:
    picture = read_picture(pixels)
    assert picture.ink.dtype == np.float32
    assert picture.ink.shape == pixels.shape
    assert picture.ink.min() >= 0
    assert picture.ink.max() <= 1


def refused(source: str | Path | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_picture(source)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.png"
    assert refused(path).startswith(f"{path}: there is no such file")


def test_a_folder(tmp_path: Path) -> None:
    assert "folder" in refused(tmp_path)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"seven\n", "text file"),
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF document (`digitlab read`"),
        (b"PK\3\4 ...", "zip archive (`digitlab read`"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\x00\x01\x02" * 50, "PNG, JPEG, WebP"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "digit.png"
    path.write_bytes(data)
    message = refused(path)
    assert message.startswith(f"{path}: expected ")
    assert what in message


@pytest.mark.parametrize("kind", [form.decoder for form in FORMATS])
def test_a_truncated_picture(kind: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (200, 200), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) * 2 // 3])
    assert refused(path).startswith(f"{path}: expected ")


@given(st.binary(max_size=60), st.integers(0, 200), st.sampled_from(["PNG", "GIF", "BMP", "TIFF"]))
@settings(max_examples=80, deadline=None)
def test_damaged_bytes_never_give_another_error(junk: bytes, place: int, kind: str) -> None:
    data = encoded(Image.fromarray(stroke_picture()), kind)
    shape = (3,)
    with contextlib.suppress(InputError):
        shape = read_picture(data[:place] + junk + data[place + len(junk) :]).pixels.shape[2:]
    assert shape == (3,)


@pytest.mark.parametrize("size", [(30_000, 30_000), (9_000, 9_000), (12_000, 9_000), (50_001, 1_000)])
def test_too_many_pixels_are_refused_before_decoding(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "giant.png"
    path.write_bytes(giant_png(*size))
    message = refused(path)
    assert "50 megapixels" in message
    assert message.startswith(f"{path}: expected ")


def test_too_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "heavy.png"
    path.write_bytes(encoded(Image.fromarray(stroke_picture()), "PNG") + b"\0" * MAX_BYTES)
    assert "20 MB" in refused(path)
    assert "20 MB" in refused(path.read_bytes())


def test_arrays_of_another_kind_are_refused() -> None:
    arrays: list[NDArray[Any]] = [np.zeros((5, 5)), np.zeros((5, 5, 2), np.uint8), np.zeros((0, 5), np.uint8)]
    for array in arrays:
        with pytest.raises(InputError, match=r"^Expected"):
            read_picture(array)
