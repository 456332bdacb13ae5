"""Where in a photo the sheet of paper is, when the table around it can be seen as well."""

import cv2
import numpy as np
from numpy.typing import NDArray

_PREVIEW_SIDE = 320
_SMALLEST_PHOTO = 200


def without_bars(gray: NDArray[np.uint8]) -> tuple[slice, slice]:
    """Rows and columns left of a uint8 (h, w) picture without even bars along its edges (letterboxes, frames)."""
    top, bottom = _bars(gray)
    left, right = _bars(gray[top:bottom].T)
    return slice(top, bottom), slice(left, right)


def _bars(gray: NDArray[np.uint8]) -> tuple[int, int]:
    """First and end row without the bars at top and bottom: even rows that end in a jump along the whole row."""
    rows = len(gray)
    if min(gray.shape) < 12:
        return 0, rows
    ends = []
    for lines in (gray, gray[::-1]):
        color = float(np.median(lines[0]))
        near = np.abs(lines[: rows // 2 - 1].astype(np.int16) - color) <= 12
        share = near.mean(axis=1)
        end = int(np.argmax(share < 0.9)) if (share < 0.9).any() else 0
        # a scan's frame may be soft: look for the jump within two more rows
        jumped = 0 < end < rows // 2 - 3 and any(share[end + more] < 0.2 for more in range(3))
        # a ruling is a jump as well, but the paper goes on behind it
        jumped = jumped and float(np.mean(share[end + 2 : end + 2 + max(8, rows // 16)])) < 0.5
        ends.append(end + 1 if jumped else 0)
    return ends[0], rows - ends[1]


def find_sheet(gray: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """The sheet on a darker table, of which at most one side is cut off.

    Args:
        gray: uint8 (h, w).

    Returns:
        bool (h, w), a little inside the sheet's edges; None where there is no such sheet. A lit part of a
        page is none: light falls in from a side, so it reaches the picture's edge on more than one.
    """
    height, width = gray.shape
    if min(height, width) < _SMALLEST_PHOTO:
        return None
    scale = _PREVIEW_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    preview = cv2.GaussianBlur(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), (5, 5), 0)
    # ink is closed first, so that only sheet and table are left to tell apart
    paper = cv2.morphologyEx(preview, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    level, bright = cv2.threshold(paper, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    area = cv2.contourArea(contour)
    hull = cv2.contourArea(cv2.convexHull(contour))
    x, y, wide, high = cv2.boundingRect(contour)
    touched = (x <= 1) + (y <= 1) + (x + wide >= size[0] - 1) + (y + high >= size[1] - 1)
    if touched > 1 or not 0.2 < area / (size[0] * size[1]) < 0.95 or area < 0.93 * hull:
        return None
    if wide < 0.4 * size[0] or high < 0.4 * size[1]:
        return None
    # a round or jagged bright shape is a thick digit, not a sheet
    (_, sides, _) = cv2.minAreaRect(contour)
    if area < 0.8 * sides[0] * sides[1]:
        return None
    inside = np.zeros((size[1], size[0]), np.uint8)
    cv2.drawContours(inside, [contour], -1, 1, cv2.FILLED)
    if float((preview[inside > 0] > level).mean()) < 0.85:
        return None
    if float(np.median(paper[inside > 0])) - float(np.median(paper[inside == 0])) < 20:
        return None
    # closing has drawn the table's edge into the sheet by up to half its window
    inside = np.asarray(
        cv2.erode(cv2.copyMakeBorder(inside, 1, 1, 1, 1, cv2.BORDER_REPLICATE), np.ones((9, 9)))
    )
    whole = cv2.resize(inside[1:-1, 1:-1], (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole > 0)
