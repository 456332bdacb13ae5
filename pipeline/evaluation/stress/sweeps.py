"""What can happen to a digit more and more: each kind with its levels, from nothing to too much."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipeline.data.corruptions import blurs, light, marks, noise, strokes, warps
from pipeline.data.corruptions.mnist_c import Corruption
from pipeline.data.corruptions.pixels import Images
from pipeline.evaluation.stress.adversary import adversarial_noise

UNCHANGED = Corruption("unchanged", "0", lambda images, _: images)
"""The first level of every kind."""


@dataclass(frozen=True)
class Sweep:
    """One kind of change at several strengths.

    Attributes:
        name: in addresses and on the command line.
        label: what people call it.
        measure: what the amounts are, with their unit.
        amounts: from weak to strong; that nothing happens is not among them.
        apply: from images, what decides all that is random, and an amount to images, as `Corruption.apply`.
        note: one sentence on what is done.
    """

    name: str
    label: str
    measure: str
    amounts: tuple[float, ...]
    apply: Callable[[Images, np.random.Generator, float], Images]
    note: str

    @property
    def levels(self) -> tuple[Corruption, ...]:
        """The images as they are, then each amount; all are made from the same random numbers."""
        changed = (
            Corruption(self.name, f"{amount:g}", partial(_at, self.apply, amount), level=f"{amount:g}")
            for amount in self.amounts
        )
        return (UNCHANGED, *changed)


def _at(
    apply: Callable[[Images, np.random.Generator, float], Images],
    amount: float,
    images: Images,
    random: np.random.Generator,
) -> Images:
    return apply(images, random, amount)


_MUD = {2: 0.7, 5: 0.68, 10: 0.66, 20: 0.637, 40: 0.604}
"""Percent of the image covered with mud -> the level above which there is some; counted on 2,000 images."""

_EVERY = (
    Sweep("turn", "Turn", "Degrees", (10, 20, 30, 45, 60), warps.turn, "Turned to the left or to the right."),
    Sweep(
        "shear", "Shear", "Degrees", (10, 20, 30, 40, 50), warps.shear, "Slanted to the left or to the right."
    ),
    Sweep(
        "scale",
        "Scale",
        "Percent of the size taken away",
        (15, 30, 45, 60, 70),
        lambda x, _, amount: warps.resize(x, 1 - amount / 100),
        "Made smaller, in the middle of the image.",
    ),
    Sweep(
        "shift",
        "Shift",
        "Pixels",
        (1, 2, 3, 4, 6),
        warps.shift,
        "Moved sideways, and up or down, by as much each.",
    ),
    Sweep(
        "thick",
        "Thicker strokes",
        "Pixels on each side",
        (0.5, 1, 1.5, 2, 3),
        lambda x, _, amount: strokes.thicken(x, amount),
        "As if written with a broader pen.",
    ),
    Sweep(
        "thin",
        "Thinner strokes",
        "Pixels on each side",
        (0.25, 0.5, 0.75, 1, 1.25),
        lambda x, _, amount: strokes.thin(x, amount),
        "As if written with a finer pen; the thinnest strokes break.",
    ),
    Sweep(
        "noise",
        "Noise",
        "Standard deviation, percent of a full stroke",
        (10, 20, 30, 50, 80),
        lambda x, random, amount: noise.gaussian_noise(x, random, amount / 100),
        "A random number is added to each pixel.",
    ),
    Sweep(
        "blur",
        "Blur",
        "Standard deviation, pixels",
        (0.5, 1, 1.5, 2, 3),
        lambda x, _, amount: blurs.blur(x, amount),
        "Out of focus.",
    ),
    Sweep(
        "contrast",
        "Contrast",
        "Percent of the contrast taken away",
        (40, 60, 80, 90, 95),
        lambda x, _, amount: light.contrast(x, 1 - amount / 100),
        "Stroke and paper come closer to their mean.",
    ),
    Sweep(
        "fog",
        "Fog",
        "Strength of the fog, times that of a stroke",
        (0.5, 1, 1.5, 2, 3),
        lambda x, random, amount: light.fog(x, random, amount, decay=1.4),
        "Clouds before the digit; 3 is the fog of MNIST-C.",
    ),
    Sweep(
        "stripes",
        "Stripes",
        "Columns on each side",
        (1, 2, 4, 7, 10),
        lambda x, _, amount: marks.stripe(x, amount),
        "Stroke and paper are exchanged at the left and the right; 7 is the stripe of MNIST-C.",
    ),
    Sweep(
        "dotted",
        "Dotted lines",
        "Lines",
        (1, 2, 3, 4, 6),
        marks.dotted_line,
        "Dotted lines across the digit.",
    ),
    Sweep("zigzag", "Zigzag lines", "Lines", (1, 2, 3, 4, 6), marks.zigzag, "Zigzag lines across the digit."),
    Sweep(
        "spatter",
        "Spatter",
        "Percent of the image covered, about",
        tuple(_MUD),
        lambda x, random, amount: light.spatter(x, random, _MUD[int(amount)]),
        "Mud hides parts of the digit; that of MNIST-C covers 14 percent.",
    ),
    Sweep(
        "jpeg",
        "JPEG",
        "Percent of the quality taken away",
        (50, 75, 85, 93, 98),
        lambda x, _, amount: noise.jpeg(x, 100 - amount),
        "Saved as a small JPEG file.",
    ),
    Sweep(
        "occlusion",
        "Occlusion",
        "Side of the square, pixels",
        (4, 8, 10, 12, 16),
        marks.occlude,
        "A square is erased, somewhere on the digit.",
    ),
    Sweep(
        "adversarial",
        "Adversarial noise",
        "Change of each pixel, percent of a full stroke",
        (5, 10, 15, 20, 30),
        lambda x, _, amount: adversarial_noise(x, amount / 100),
        "Each pixel is made a little darker or brighter, whichever harms the shipped dense network more (one step "
        "along the sign of its gradient). An attack made for another model would harm that one more.",
    ),
)

SWEEPS = {sweep.name: sweep for sweep in _EVERY}
"""By their names."""
