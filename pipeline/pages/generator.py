"""Photographs of pages that nobody wrote, with the truth known, without end and each from its seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import Box
from pipeline.pages import camera
from pipeline.pages.characters import LETTER
from pipeline.pages.layouts import LAYOUTS, Desk, Layout
from pipeline.pages.scribbles import scribble
from pipeline.pages.scribes import any_hand, any_print
from pipeline.pages.writing import Placed, Sheet

_SPOILED = 0.12
"""Share of a character's box that is scribbled over from which nobody could read it."""


@dataclass(frozen=True)
class Character:
    """A character of a picture.

    Attributes:
        placed: what was written, and where on the sheet.
        x: of its middle, in pixels of the picture.
        y: of its middle.
        width: along the line of writing, in pixels of the picture.
        height: across the line.
        turn: degrees by which the line of writing falls to the right, -180 to 180.
        visible: share of it that lies within the picture, 0 to 1.
    """

    placed: Placed
    x: float
    y: float
    width: float
    height: float
    turn: float
    visible: float


@dataclass(frozen=True)
class Photograph:
    """A made picture.

    Attributes:
        pixels: uint8 (h, w, 3), RGB.
        ink: uint8 (h, w), 255 where something is written by hand.
        characters: all that can be read, and at small sizes not quite, in the order of writing.
        layout: the name of the layout.
    """

    pixels: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    characters: tuple[Character, ...]
    layout: str

    @property
    def lines(self) -> list[str]:
        """What was written by hand, line by line; letters are left out."""
        texts: dict[int, str] = {}
        for character in self.characters:
            placed = character.placed
            if not placed.printed and character.visible > 0.7 and placed.character != LETTER:
                texts[placed.line] = texts.get(placed.line, "") + placed.character
        return [text for text in texts.values() if text]


@dataclass(frozen=True)
class Scene:
    """What may be asked for of a picture; what is None is drawn at random.

    Attributes:
        height: in pixels.
        width: in pixels.
        digit_height: in pixels.
        layout: how the writing is laid out.
        turn: of the sheet in degrees.
        scribbles: whether something may be scribbled on it, also over characters.
        clean: whether it comes from a screen, with no camera between.
        held_out: whether hands and fonts are those that training never sees.
    """

    height: int = 256
    width: int = 256
    digit_height: float | None = None
    layout: Layout | None = None
    turn: float | None = None
    scribbles: bool = True
    clean: bool | None = None
    held_out: bool = False


def photograph(rng: np.random.Generator, scene: Scene = Scene()) -> Photograph:
    """Makes a picture.

    Args:
        rng: the same state gives the same picture.
        scene: what is wanted.
    """
    shape = scene.height, scene.width
    height = scene.digit_height or float(np.exp(rng.uniform(np.log(13), np.log(54))))
    sheet = Sheet.blank(*shape)
    layout = scene.layout or _drawn(rng)
    layout(sheet, _desk(rng, height, held_out=scene.held_out))
    written = sheet.ink.copy()
    for _ in range(rng.integers(1, 3) if scene.scribbles and rng.random() < 0.15 else 0):
        scribble(sheet, rng, height)
    spoiled = (sheet.ink > 100) & (written <= 100)
    clean = bool(rng.random() < 0.15) if scene.clean is None else scene.clean
    turn = _turn(rng) if scene.turn is None else scene.turn
    tilt = 0.0 if clean or rng.random() < 0.4 else abs(rng.normal(0, 0.025))
    matrix = camera.view(rng, shape, turn, tilt)
    ink, printed = (
        np.asarray(cv2.warpPerspective(layer, matrix, shape[::-1]), np.uint8)
        for layer in (sheet.ink, sheet.print)
    )
    pixels, hidden = _shot(rng, ink, printed, matrix, height, clean=clean)
    characters = tuple(_seen(sheet.placed, matrix, spoiled, hidden))
    return Photograph(pixels, ink, characters, layout.__name__)


def _drawn(rng: np.random.Generator) -> Layout:
    weights = np.array([weight for _, weight in LAYOUTS], float)
    return LAYOUTS[rng.choice(len(LAYOUTS), p=weights / weights.sum())][0]


def _turn(rng: np.random.Generator) -> float:
    kind = rng.random()
    if kind < 0.5:
        return float(rng.normal(0, 1.5))
    if kind < 0.82:
        return float(rng.normal(0, 9))
    return float(rng.uniform(-180, 180)) if kind < 0.92 else float(rng.integers(1, 4) * 90 + rng.normal(0, 3))


def _desk(rng: np.random.Generator, height: float, *, held_out: bool) -> Desk:
    tracking = float(rng.choice([rng.normal(-0.05, 0.08), rng.normal(0.05, 0.08), rng.uniform(0.1, 0.8)]))
    return Desk(
        rng, any_hand(rng, held_out=held_out), any_print(rng, held_out=held_out), height, tracking,
        abs(float(rng.normal(0, 0.06))),
    )  # fmt: skip


def _shot(
    rng: np.random.Generator,
    written: NDArray[np.uint8],
    print_: NDArray[np.uint8],
    matrix: NDArray[np.float64],
    height: float,
    *,
    clean: bool,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The photograph of a sheet of which the picture is to show this ink and this print, uint8 (h, w).

    Also what of it is hidden by something that lies on the sheet, bool (h, w).
    """
    shape, size = (written.shape[0], written.shape[1]), written.shape[::-1]
    hidden = np.zeros(shape, bool)
    dark = bool(rng.random() < (0.3 if clean else 0.12))
    picture = np.asarray(
        np.broadcast_to(np.float32(rng.choice([0.0, rng.uniform(0, 0.3)]) if dark else rng.choice([1.0, 0.97])),
                        (*shape, 3)).copy() if clean else camera.paper(rng, shape, dark=dark), np.float32
    )  # fmt: skip
    if rng.random() < (0.08 if clean else 0.4):
        cover, color = camera.rulings(rng, shape, height)
        cover = np.asarray(cv2.warpPerspective(cover, matrix, size), np.float32)
        picture += (color - picture) * cover[:, :, None]
    ink, printed = (layer.astype(np.float32) / 255 for layer in (written, print_))
    if printed.any():
        color = camera.ink_color(rng, dark=dark) if rng.random() < 0.4 else np.full(3, 0.9 * dark, np.float32)
        picture += (color - picture) * (printed * rng.uniform(0.4, 1.0))[:, :, None]
    strength = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.5, 1.0))
    stroke = ink if clean else camera.worn(rng, ink)
    color = camera.contrasting(
        camera.ink_color(rng, dark=dark), picture.mean(axis=(0, 1)), rng.uniform(0.15, 0.3), dark=dark
    )
    cover = (stroke * strength)[:, :, None]
    picture += (color - picture) * cover
    if not clean:
        if rng.random() < 0.16:
            inset = np.zeros(shape, np.uint8)
            left, top, right, bottom = (
                rng.uniform(-0.4, 0.15, 4) * np.array([shape[1], shape[0]] * 2)
            ).astype(int)
            cv2.rectangle(
                inset, (max(left, -9), max(top, -9)), (shape[1] - right, shape[0] - bottom), 255, -1
            )
            mask = np.asarray(cv2.warpPerspective(inset, matrix, size), np.float32) / 255
            picture = _with_ink_kept(picture, camera.around(rng, picture, mask), ink)
        picture *= camera.light(rng, shape)[:, :, None]
        if rng.random() < 0.06:
            hidden = camera.finger(rng, picture, height)
    return camera.taken(rng, picture, camera.faults(rng, height, clean=clean)), hidden


def _with_ink_kept(picture: camera.Layer, table: camera.Layer, ink: camera.Layer) -> camera.Layer:
    """A table's edge never lies over writing: where it would, there is sheet."""
    reach = cv2.dilate((ink > 0.2).astype(np.uint8), np.ones((9, 9), np.uint8))
    if (np.abs(table - picture).sum(axis=2) * reach).max() > 0:
        return picture
    return table


def _seen(
    placed: Sequence[Placed],
    matrix: NDArray[np.float64],
    spoiled: NDArray[np.bool_],
    hidden: NDArray[np.bool_],
) -> Iterator[Character]:
    """The characters as the picture shows them; those outside of it are left out, those scribbled over half seen.

    Args:
        placed: the characters.
        matrix: from the sheet to the picture.
        spoiled: where the sheet is scribbled over.
        hidden: where something lies on the sheet in the picture.
    """
    if not placed:
        return
    left, top, right, bottom = np.array([p.box for p in placed], np.float64).T
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    ends = [(left, middle_y), (right, middle_y), (middle_x, top), (middle_x, bottom)]
    points = np.concatenate([np.stack(end, axis=1) for end in ends])
    west, east, north, south = cv2.perspectiveTransform(points[None], matrix)[0].reshape(4, -1, 2)
    middle = (west + east + north + south) / 4
    along, across = east - west, south - north
    half = np.maximum(np.maximum(np.abs(along), np.abs(across)) / 2, 0.5)
    shape = hidden.shape[::-1]
    inside = np.clip(np.minimum(middle + half, shape) - np.maximum(middle - half, 0), 0, None)
    visible = (inside / (2 * half)).prod(axis=1)
    turns = np.rad2deg(np.arctan2(along[:, 1], along[:, 0]))
    sizes = np.stack([np.hypot(*along.T), np.hypot(*across.T)], axis=1)
    rows = np.column_stack([middle, sizes, turns, visible]).tolist()
    boxes = np.concatenate([middle - half, middle + half], axis=1).tolist()
    scribbled, covered = bool(spoiled.any()), bool(hidden.any())
    for character, row, box in zip(placed, rows, boxes, strict=True):
        if scribbled and _share(spoiled, character.box) > _SPOILED:
            row[-1] *= 0.5
        if covered:
            row[-1] *= 1 - _share(hidden, box)
        if row[-1] > 0:
            yield Character(character, *row)


def _share(mask: NDArray[np.bool_], box: Sequence[float]) -> float:
    """Of a box (left, top, right, bottom), how much of it a mask covers."""
    left, top, right, bottom = (max(0, round(edge)) for edge in box)
    inside = mask[top:bottom, left:right]
    return float(inside.mean()) if inside.size else 0.0


def cropped(photo: Photograph, box: Box) -> Photograph:
    """The part of a photograph inside a box of its pixels."""
    left, top, right, bottom = box.edges
    kept = []
    for character in photo.characters:
        half_x, half_y = max(character.width / 2, 0.5), max(character.height / 2, 0.5)
        wide = min(character.x + half_x, right) - max(character.x - half_x, left)
        tall = min(character.y + half_y, bottom) - max(character.y - half_y, top)
        if wide > 0 and tall > 0:
            visible = character.visible * wide * tall / (4 * half_x * half_y)
            kept.append(replace(character, x=character.x - left, y=character.y - top, visible=visible))
    pixels, ink = (np.ascontiguousarray(layer[box.window]) for layer in (photo.pixels, photo.ink))
    return Photograph(pixels, ink, tuple(kept), photo.layout)
