"""A 28x28 digit as a crisp picture with words for those who can't see it."""

import base64
import io
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from dashboard.figures.style import Palette

_SMALL = 28 * 28
"""Pixels of a picture that is kept for others."""


def digit_png(image: NDArray[Any], palette: Palette, scale: int = 1, natural: bool = False) -> bytes:
    """A PNG in the page's ink and paper.

    Args:
        image: (h, w), uint8 in [0, 255] or float in [0, 1], the stroke bright.
        palette: of the page's theme.
        scale: screen pixels a pixel, for readers that would blur it.
        natural: whether it is a photograph, to be shown in grays as it is.
    """
    values = image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    if scale > 1:
        values = np.kron(values, np.ones((scale, scale), np.uint8))
    colors = ("#000000", "#ffffff") if natural else (palette.paper, palette.ink)
    height, width = values.shape
    draw = _draw if values.size <= _SMALL else _draw.__wrapped__
    return draw(values.tobytes(), width, height, *colors)


@lru_cache(maxsize=2048)
def _draw(values: bytes, width: int, height: int, paper: str, ink: str) -> bytes:
    """The PNG; sessions look at the same digits, and each takes Pillow longer than the rest of its place on a page."""
    picture = Image.frombytes("P", (width, height), values)
    picture.putpalette(_ramp(paper, ink))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def digit_uri(image: NDArray[Any], palette: Palette, natural: bool = False) -> str:
    """The picture as a data: address, for HTML."""
    return _png_uri(digit_png(image, palette, natural=natural))


def digit_html(
    image: NDArray[Any],
    palette: Palette,
    alt: str,
    caption: str = "",
    width: str = "100%",
    natural: bool = False,
) -> str:
    """A `<figure>` of one digit; `width` is CSS, `natural` as in `digit_png`."""
    return _figure(digit_uri(image, palette, natural), alt, caption, width)


def colored_digit_html(image: NDArray[np.uint8], alt: str, caption: str = "", width: str = "100%") -> str:
    """As `digit_html`, of a picture that has its colors: uint8 (h, w, 3)."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return _figure(_png_uri(file.getvalue()), alt, caption, width)


def show_digit(
    image: NDArray[Any], palette: Palette, alt: str, caption: str = "", width: str = "100%"
) -> None:
    """Shows one digit."""
    st.html(digit_html(image, palette, alt, caption, width))


def show_digit_grid(
    images: Sequence[NDArray[Any]] | NDArray[Any],
    palette: Palette,
    alts: Sequence[str],
    captions: Sequence[str] | None = None,
    side: int = 72,
    natural: bool = False,
) -> None:
    """Shows many digits in as many columns as fit; `side` is the least width of one in pixels."""
    captions = captions or [""] * len(images)
    figures = [
        digit_html(image, palette, alt, caption, natural=natural)
        for image, alt, caption in zip(images, alts, captions, strict=True)
    ]
    st.html(f'<div class="digit-grid" style="--side:{side}px">{"".join(figures)}</div>')


def _figure(uri: str, alt: str, caption: str, width: str) -> str:
    label = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    picture = f'<img src="{uri}" alt="{escape(alt)}">'
    return f'<figure class="digit" style="width:{escape(width)}">{picture}{label}</figure>'


def _png_uri(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


@lru_cache(maxsize=8)
def _ramp(paper: str, ink: str) -> list[int]:
    """256 colors from paper to ink, as Pillow's palettes want them."""
    first, last = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (paper, ink))
    return [
        round(a + (b - a) * level / 255) for level in range(256) for a, b in zip(first, last, strict=True)
    ]
