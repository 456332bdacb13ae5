"""Ink that is no character: curves, rings, arrows, hatching, ticks."""

import numpy as np

from pipeline.pages.writing import Sheet


def scribble(sheet: Sheet, rng: np.random.Generator, h: float) -> None:
    """A curve, an arrow, a smiley, hatching: ink that is no character."""
    height, width = sheet.shape
    middle = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    size, kind = h * rng.uniform(0.7, 5), rng.random()
    pen = h * rng.uniform(0.04, 0.15)
    t = np.linspace(0, 2 * np.pi, 60)
    if kind < 0.25:  # a wandering curve
        steps = np.cumsum(rng.normal(0, 1, (12, 2)), axis=0) * size / 4
        smooth = np.stack([np.interp(np.linspace(0, 11, 80), np.arange(12), steps[:, i]) for i in (0, 1)], 1)
        sheet.scrawl((middle + smooth).astype(np.float32), pen)
    elif kind < 0.45:  # a ring around something, a smiley
        ring = np.stack([np.cos(t) * size, np.sin(t) * size * rng.uniform(0.5, 1)], 1)
        size_ok = size > 1.4 * h
        sheet.scrawl((middle + ring * (1 if size_ok else 2)).astype(np.float32), pen)
        if rng.random() < 0.4:
            for dx in (-0.35, 0.35):
                eye = middle + np.array([dx, -0.3]) * size + np.stack([np.cos(t), np.sin(t)], 1) * 0.06 * size
                sheet.scrawl(eye.astype(np.float32), pen)
            mouth = middle + np.stack([0.5 * np.cos(t / 2), 0.45 * np.sin(t / 2)], 1) * size
            sheet.scrawl(mouth.astype(np.float32), pen)
    elif kind < 0.65:  # an arrow or an underline
        turn = rng.uniform(0, 2 * np.pi)
        end = middle + size * 1.5 * np.array([np.cos(turn), np.sin(turn)])
        sheet.scrawl(np.stack([middle, end]).astype(np.float32), pen)
        for side in (-0.5, 0.5):
            barb = end - 0.4 * h * np.array([np.cos(turn + side), np.sin(turn + side)])
            sheet.scrawl(np.stack([end, barb]).astype(np.float32), pen)
    elif kind < 0.85:  # hatching, something struck out
        zigzag = np.stack([np.linspace(-1, 1, 24), np.tile([-0.3, 0.3], 12)], 1) * size * 0.8
        sheet.scrawl((middle + zigzag + rng.normal(0, 0.1 * h, zigzag.shape)).astype(np.float32), pen)
    else:  # a tick, a check box
        tick = np.array([[-0.4, 0], [-0.1, 0.4], [0.7, -0.7]]) * 1.8 * h
        sheet.scrawl((middle + tick).astype(np.float32), pen)
