"""A page with a box around each digit; a digit can be chosen by mouse, thumb or arrow keys."""

import base64
from statistics import median
from typing import Any

from dashboard.figures.style import Palette
from dashboard.widgets.component_assets import declare
from models.formatting import show_confidence
from pipeline.reading.corrections import written
from pipeline.reading.export import positions
from pipeline.reading.page_reading import SIGN_NAMES
from pipeline.reading.review import ReviewedPage

_MOST_HEIGHT = 620
"""Of a page on the screen, in pixels; a longer one is scrolled."""
_LEAST_DIGIT = 32
"""Height of the median digit on the screen, in pixels, where the column is wide enough."""
_LEAST_TAGGED = 14
"""Height in pixels below which a digit has no tag until it is chosen."""


def pick_from_page(page: ReviewedPage, chosen: int | None, palette: Palette, key: str) -> int | None:
    """Shows the page.

    Args:
        page: as it now stands.
        chosen: place of the digit to mark.
        palette: of the page's theme.
        key: unique on the page.

    Returns:
        The place of the digit that was just chosen, in that run of the page only.
    """
    reading, boxes = page.reading, _boxes(page, palette)
    result = declare("page_boxes")(
        data={
            "src": "data:image/jpeg;base64," + base64.b64encode(page.source.preview).decode(),
            "alt": f"The page {page.name}, read as {', '.join(page.text.split())}",
            "label": f"Digits of {page.name}; use the arrow keys to move between them",
            "size": page.source.size,
            "boxes": boxes,
            "leftOut": reading.left_out,
            "leftOutTitle": "Skipped: looks like words or print",
            "chosen": chosen,
            "onTone": palette.background,
            "halo": palette.background + "b0",
            "quiet": palette.muted,
            "most": _MOST_HEIGHT,
            "least": _LEAST_DIGIT,
            "lowest": _LEAST_TAGGED,
            "medianHeight": median(digit.box.height for digit in reading.digits or reading.characters),
            "medianRoom": median(box["room"] for box in boxes),
        },
        key=key,
        on_picked_change=lambda: None,
    )
    picked = result.get("picked")
    return int(picked) if picked is not None else None


def _boxes(page: ReviewedPage, palette: Palette) -> list[dict[str, Any]]:
    """What `page_boxes.js` has to know of each digit."""
    now, doubtful, edits = written(page.reading, page.corrections), set(page.doubtful), set(page.edits)
    boxes = []
    for (place, line, position), character in zip(
        positions(page.reading), page.reading.characters, strict=True
    ):
        reviewed = place in edits or place in page.checked
        confidence = show_confidence(character.confidence)
        kind = "digit" if character.is_digit else "sign"
        name = SIGN_NAMES.get(character.text, character.text)
        words = f"Line {line}, {kind} {position}: read as {name}, {confidence} confidence"
        words += ", doubtful" if place in doubtful else ""
        words += f", corrected to {now[place] or 'nothing'}" if place in edits else ""
        boxes.append(
            {
                "box": character.box,
                "text": now[place],
                "sure": "" if reviewed else confidence,
                "doubtful": place in doubtful,
                "tone": palette.doubt if place in doubtful else palette.right if reviewed else palette.answer,
                "words": words,
                "room": _room(page, place),
            }
        )
    return boxes


def _room(page: ReviewedPage, place: int) -> int:
    """Pixels of the picture from a digit's left edge to the next one of its line, or to the picture's edge."""
    here = page.reading.characters[place]
    lefts = [other.box.x for other in page.reading.characters if other.line == here.line]
    return min((left for left in lefts if left > here.box.x), default=page.source.size[0]) - here.box.x
