"""Many digits, of which one can be chosen by mouse, thumb or keyboard."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from dashboard.figures.style import Palette
from dashboard.widgets.component_assets import declare
from dashboard.widgets.digit_image import digit_uri


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
        {"src": digit_uri(image, palette), "alt": alt, "caption": caption, "name": name}
        for image, alt, caption, name in zip(images, alts, captions, _names(alts, captions), strict=True)
    ]
    result = declare("digit_buttons")(
        data={"digits": digits, "chosen": chosen, "side": side}, key=key, on_picked_change=lambda: None
    )
    picked = result.get("picked")
    return int(picked) if picked is not None else None


def _names(alts: Sequence[str], captions: Sequence[str]) -> list[str]:
    """What screen readers call the buttons: those that are alike by their place."""
    names = [
        alt if caption in alt else f"{alt}, {caption}" for alt, caption in zip(alts, captions, strict=True)
    ]
    often = Counter(names)
    return [
        f"{name}, {place} of {len(names)}" if often[name] > 1 else name
        for place, name in enumerate(names, start=1)
    ]
