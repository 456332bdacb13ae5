"""RGB pixels -> ink: what is paper, what is stroke, whatever the light and whichever is the brighter.

Two ways, chosen by evidence. A *drawing* has one exact background color: ink is the distance from it. On a
*photo or scan* the paper's brightness is followed by a morphological closing with a window just wider than
the strokes, which keeps shadow edges where they are; ink is what is darker (or lighter) than that.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import bounding_box
from pipeline.imaging.page_detection import find_sheet, without_bars
from pipeline.imaging.scaling import resized

Ink = NDArray[np.float32]
"""(height, width) in [0, 1], 1 = full stroke, whatever the polarity of the picture was."""

WORKING_SIDE = 1800
"""Longer pictures are reduced to this many pixels before ink is looked for; a page of writing needs no more."""

_CROP_SIDE = 48
"""Pictures no longer than this are taken for one digit that was cut out, closely perhaps."""

_SHOWN_SIDE = 480
_PREVIEW_SIDE = 320


@dataclass(frozen=True)
class InkParameters:
    """How the closing's window is chosen, and what is too faint; checked with `benchmarks/photographs.py`.

    Attributes:
        windows: candidate widths, as a share of the shorter side.
        margin: of the chosen window over the one that strokes just fit in.
        least_strength: share of the strongest response from which a window is considered.
        growth: strokes fit in a window where the next wider ones show no more than this factor.
        rest: share of the paper's unevenness above which the broadest strokes do not fit in yet.
        rim: weight of the rim's brightness against the evidence of evenness, in deciding which is paper.
        clear, clear_in_crop: times the noise that full strokes have to reach, in any picture and in a small one.
        least_contrast: by which ink differs from the paper, even in a drawing without noise: 3 of 255 levels.
    """

    windows: tuple[float, ...] = (1 / 32, 1 / 20, 1 / 12, 1 / 7, 1 / 4, 1 / 2)
    margin: float = 1.6
    least_strength: float = 0.3
    growth: float = 1.25
    rest: float = 0.1
    rim: float = 0.7
    clear: float = 15
    clear_in_crop: float = 8
    least_contrast: float = 0.012


_PARAMETERS = InkParameters()


@dataclass(frozen=True)
class Step:
    """One stage of the way from a picture to a digit, for a page to show.

    Attributes:
        title: two or three words.
        explanation: one plain sentence.
        picture: float32 (h, w) in [0, 1]; the stroke is bright from the ink on.
    """

    title: str
    explanation: str
    picture: NDArray[np.float32]


def shown(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy of a step's picture that is no larger than a page needs."""
    scale = _SHOWN_SIDE / max(picture.shape)
    if scale >= 1:
        return np.array(picture)
    return np.asarray(np.clip(resized(picture, scale), 0, 1), np.float32)


def find_ink(pixels: NDArray[np.uint8]) -> tuple[Ink, float, tuple[Step, ...]]:
    """The ink of a picture.

    Args:
        pixels: uint8 (h, w, 3), RGB.

    Returns:
        the ink, all zero if there is none; ink pixels a picture pixel; and the steps.
    """
    scale = min(1.0, WORKING_SIDE / max(pixels.shape[:2]))
    small = resized(pixels, scale)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    first = Step("Picture", "The picture in shades of gray.", shown((gray / 255).astype(np.float32)))
    ink = np.zeros(gray.shape, np.float32)
    # along the frame of a closely cut digit a bar is a stroke
    inside = without_bars(gray) if max(gray.shape) > _CROP_SIDE else np.s_[:, :]
    sheet = find_sheet(gray)
    if sheet is not None:
        inside = bounding_box(sheet).window
        small, gray = np.array(small), np.array(gray)
        # the corners of a sheet that is askew show the table: paint them over with paper
        small[~sheet], gray[~sheet] = np.median(small[sheet], axis=0), np.median(gray[sheet])
    inner, how = _ink_inside(small[inside], gray[inside])
    if not inner.any() and inner.shape != gray.shape:
        # what looked like bars was all there is: a tight crop of a straight 1
        inside = np.s_[:, :]
        inner, how = _ink_inside(small, gray)
    ink[inside] = inner
    if sheet is not None:
        rim = max(3, min(sheet.shape) // 60)
        ink *= cv2.erode(sheet.astype(np.uint8), np.ones((rim, rim), np.uint8))
    return ink, scale, (first, Step("Ink", how, shown(ink)))


def _ink_inside(pixels: NDArray[np.uint8], gray: NDArray[np.uint8]) -> tuple[Ink, str]:
    if max(gray.shape) <= _CROP_SIDE:
        paper = _paper_of_crop(gray)
        distance = _distance(pixels, np.median(pixels[paper], axis=0))
        ink = _scaled(distance, _grain(distance[paper]), _PARAMETERS.clear_in_crop)
        return ink, "Whatever differs from the color of most of the picture and its rim counts as ink."
    flat = _flat_background(pixels, gray)
    if flat is not None:
        distance = _distance(pixels, flat)
        how = "Whatever differs from the uniform background counts as ink."
        return _scaled(distance, _noise(distance)), how
    dark, window = _polarity_and_window(gray)
    name = "darker" if dark else "lighter"
    difference = _against_paper(pixels, dark, window)
    how = f"Whatever is {name} than the paper around it counts as ink, so shadows fade away."
    return _scaled(difference, _noise(difference)), how


def _distance(pixels: NDArray[np.uint8], color: NDArray[Any]) -> NDArray[np.float32]:
    """How far every pixel is from one color, in [0, 1]: (h, w)."""
    flat = np.broadcast_to(color, pixels.shape).astype(np.uint8)
    return np.asarray(cv2.absdiff(pixels, flat).max(axis=2).astype(np.float32) / 255, np.float32)


def _paper_of_crop(gray: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a small picture is paper: as bright as most of it, of its rim and of its corners, in the mean."""
    level, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = gray > level
    rim = np.concatenate([bright[0], bright[-1], bright[:, 0], bright[:, -1]])
    wide, high = (max(1, side // 6) for side in reversed(gray.shape))
    corners = np.concatenate([bright[:high], bright[-high:]])
    corners = np.concatenate([corners[:, :wide], corners[:, -wide:]])
    return bright if np.mean([bright.mean(), rim.mean(), corners.mean()]) > 0.5 else ~bright


def _grain(difference: NDArray[np.float32]) -> float:
    """Standard deviation of bare paper from its color, by the median: strokes do not count, nor do their edges."""
    return float(np.median(difference)) / 0.6745


def _flat_background(pixels: NDArray[np.uint8], gray: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The color of a background that is the same everywhere, as in a drawing; None for paper."""
    height, width = gray.shape
    rim = max(1, min(height, width) // 40)
    border = np.ones(gray.shape, bool)
    border[rim : height - rim, rim : width - rim] = False
    levels = np.bincount(gray[border], minlength=256)
    mode = int(np.argmax(levels))
    near_mode = cv2.inRange(gray, np.array(max(0, mode - 6)), np.array(min(255, mode + 6))) > 0
    share = float(near_mode.mean())
    if near_mode[border].mean() < 0.5 or share < 0.2:
        return None
    # a second even color is the ink; where the rest is neither, it is light and shade
    others = np.bincount(gray[~near_mode], minlength=256).astype(np.float64) / gray.size
    second = int(np.argmax(np.convolve(others, np.ones(25), "same")))
    both = share + float(others[max(0, second - 12) : second + 13].sum())
    exact = float((np.abs(gray.astype(np.int16) - mode) <= 1).mean())
    two_colors = both > 0.85 and abs(second - mode) >= 40
    if (share > 0.5 and exact > 0.6) or two_colors:
        return np.asarray(np.median(pixels[near_mode & border], axis=0), np.uint8)
    return None


def _polarity_and_window(gray: NDArray[np.uint8]) -> tuple[bool, int]:
    """Whether ink is darker than the paper, and the width in pixels of a window wider than the strokes."""
    scale = min(1.0, _PREVIEW_SIDE / max(gray.shape))
    reduced = resized(gray, scale)
    preview = np.asarray(cv2.GaussianBlur(reduced, (3, 3), 0), np.uint8)
    side = min(preview.shape)
    strengths: dict[bool, list[float]] = {True: [], False: []}
    left: dict[bool, list[float]] = {True: [], False: []}
    for share in _PARAMETERS.windows:
        for dark in (True, False):
            difference = _top_hat(preview, dark, _odd(side * share))
            strengths[dark].append(_strength(difference))
            left[dark].append(_roughness((cv2.add if dark else cv2.subtract)(preview, difference)))
    rough = _roughness(preview)
    # holes and gaps stand out as strokes do, but without its ink a paper is even, and without its holes it is not
    floor = 0.05 * rough + 1e-6
    evidence = float(np.mean(np.log((np.array(left[False]) + floor) / (np.array(left[True]) + floor))))
    dark = evidence + _PARAMETERS.rim * (_border_brightness(preview) - 0.5) > 0
    widest = len(_PARAMETERS.windows) - 1
    chosen = min(_reach(strengths[dark], max(strengths[not dark])), widest)
    least = min(left[dark])
    if left[dark][chosen] - least > _PARAMETERS.rest * (rough - least):
        chosen = min(chosen + 1, widest)  # the broadest strokes do not fit in it yet
    return dark, _odd(min(gray.shape) * _PARAMETERS.windows[chosen] * _PARAMETERS.margin)


def _border_brightness(gray: NDArray[np.uint8]) -> float:
    """Share of the picture's rim that is on the bright side of Otsu's threshold: 1 where all of it is paper."""
    level, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    rim = max(1, min(gray.shape) // 20)
    border = np.concatenate(
        [gray[:rim].ravel(), gray[-rim:].ravel(), gray[:, :rim].ravel(), gray[:, -rim:].ravel()]
    )
    return float((border > level).mean())


def _roughness(gray: NDArray[Any]) -> float:
    """Total variation a pixel of uint8 (h, w): the sum of the steps between neighbors, divided by h * w."""
    levels = gray.astype(np.int16)
    steps = np.abs(np.diff(levels, axis=0)).sum() + np.abs(np.diff(levels, axis=1)).sum()
    return float(steps / levels.size)


def _reach(values: list[float], others: float) -> int:
    """The first window that strokes fit in: the next wider ones show hardly more. Light and shade go on growing."""
    for i, value in enumerate(values):
        following = values[min(i + 2, len(values) - 1)]
        if (
            value >= _PARAMETERS.least_strength * max(*values, others)
            and following <= _PARAMETERS.growth * value
        ):
            return i
    return len(values)


def _odd(width: float) -> int:
    return max(3, int(width) | 1)


def _top_hat(gray: NDArray[np.uint8], dark: bool, window: int) -> NDArray[np.uint8]:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (window, window))
    return np.asarray(cv2.morphologyEx(gray, cv2.MORPH_BLACKHAT if dark else cv2.MORPH_TOPHAT, kernel))


def _strength(difference: NDArray[np.generic]) -> float:
    """How strongly the strongest three of a thousand pixels (at least 8) stand out."""
    flat = difference.ravel()
    count = min(flat.size, max(8, flat.size // 330))
    return float(np.partition(flat, flat.size - count)[-count:].mean())


def _against_paper(pixels: NDArray[np.uint8], dark: bool, window: int) -> NDArray[np.float32]:
    """How far every pixel is from the paper around it, in [0, 1], along the color in which ink stands out most."""
    paper_first = pixels if dark else cv2.bitwise_not(pixels)
    smooth = cv2.GaussianBlur(paper_first, (0, 0), max(0.8, window / 40))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (window, window))
    paper = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel)
    paper = cv2.blur(paper, (_odd(window / 3), _odd(window / 3)))
    difference = np.asarray(cv2.subtract(paper, paper_first, dtype=cv2.CV_32F), np.float32)
    weights = _ink_color(difference)
    gray = np.asarray(cv2.transform(difference, weights[None, :]), np.float32)
    # the closing follows the brightest of the grain: take the median distance of bare paper off
    sample = gray[::4, ::4]
    return np.asarray(np.maximum(gray - np.median(sample), 0) / 255, np.float32)


def _ink_color(difference: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of R, G, B that sum to 1: how much of the ink's contrast each channel carries."""
    flat = difference[::2, ::2].reshape(-1, 3) if difference.size > 100_000 else difference.reshape(-1, 3)
    total = flat.sum(axis=1)
    count = min(len(total), max(16, len(total) // 300))
    strongest = flat[np.argpartition(total, len(total) - count)[-count:]].mean(axis=0)
    strongest = np.maximum(strongest, 0) + 1e-3
    weights = strongest / strongest.sum()
    # green is the sharpest and least noisy channel of a photo: keep a share of it
    return np.asarray(0.7 * weights + np.array([0.1, 0.15, 0.05]), np.float32)


def _scaled(difference: NDArray[np.float32], noise: float, clear: float = _PARAMETERS.clear) -> Ink:
    """Full stroke becomes 1; all zero where nothing stands out of the noise, its standard deviation, `clear` times."""
    full = _near_top(difference)
    if full < _PARAMETERS.least_contrast or (full < clear * noise and not _stands_out(difference)):
        return np.zeros_like(difference)
    floor = min(2.5 * noise, 0.3 * full)
    return np.asarray(np.clip((difference - floor) / (full - floor), 0, 1), np.float32)


def _near_top(values: NDArray[np.float32]) -> float:
    """The level that only one pixel in 2,000 (at least 8) exceeds."""
    flat = values.ravel()
    count = min(flat.size, max(8, flat.size // 2000))
    return float(np.partition(flat, flat.size - count)[-count])


def _stands_out(difference: NDArray[np.float32]) -> bool:
    """Whether something is left of the strongest pixels when the grain around them is averaged away."""
    smooth = np.asarray(cv2.GaussianBlur(difference, (0, 0), 1.5), np.float32)
    sixth, middle = np.percentile(smooth, [16, 50])
    return bool(_near_top(smooth) - middle > 6 * max(middle - sixth, 1e-6))


def _noise(difference: NDArray[np.float32]) -> float:
    """Standard deviation of the grain, after Immerkaer, "Fast Noise Variance Estimation" (1996), by the median."""
    if min(difference.shape) < 8:
        return 0.0
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(cv2.filter2D(difference, cv2.CV_32F, mask))
    return float(np.median(response[::2, ::2])) / 0.6745 / 6
