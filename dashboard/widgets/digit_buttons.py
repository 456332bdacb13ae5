"""Many digits, of which one can be chosen by mouse, thumb or keyboard."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.widgets.digit_image import digit_uri

_CSS = """
.grid { display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(var(--side), 1fr)); }
button { all: unset; cursor: pointer; border-radius: 8px; padding: 5px; text-align: center; box-sizing: border-box;
  border: 1.5px solid transparent; font: 400 0.8rem/1.25 var(--st-font); color: var(--st-text-color); }
button:hover { border-color: var(--st-border-color); background: var(--st-secondary-background-color); }
button:focus-visible, button[aria-pressed="true"] { border-color: var(--st-primary-color); }
img { display: block; width: 100%; image-rendering: pixelated; border-radius: 5px; margin-bottom: 3px; }
"""

_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  grid.style.setProperty("--side", data.side + "px");
  grid.replaceChildren(...data.digits.map((digit, index) => {
    const button = document.createElement("button");
    const image = document.createElement("img");
    image.src = digit.src;
    image.alt = digit.alt;
    button.append(image, digit.caption);
    button.setAttribute("aria-pressed", String(index === data.chosen));
    button.onclick = () => setTriggerValue("picked", index);
    return button;
  }));
}
"""


def pick_digit(
    images: Sequence[NDArray[Any]] | NDArray[Any],
    palette: Palette,
    alts: Sequence[str],
    captions: Sequence[str],
    key: str,
    chosen: int | None = None,
    side: int = 76,
) -> int | None:
    """Shows digits as buttons.

    Args:
        images: (28, 28) each, as in `digit_png`.
        palette: of the page's theme.
        alts: words for screen readers, one a digit.
        captions: shown below each.
        key: unique on the page.
        chosen: position of the one to mark.
        side: least width of a button in pixels.

    Returns:
        The position of the digit that was just clicked, in that run of the page only.
    """
    digits = [
        {"src": digit_uri(image, palette), "alt": alt, "caption": caption}
        for image, alt, caption in zip(images, alts, captions, strict=True)
    ]
    grid = st.components.v2.component("digit_buttons", html='<div class="grid"></div>', css=_CSS, js=_JS)
    result = grid(
        data={"digits": digits, "chosen": chosen, "side": side}, key=key, on_picked_change=lambda: None
    )
    picked = result.get("picked")
    return int(picked) if picked is not None else None
