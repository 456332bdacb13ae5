"""MNIST-C: fifteen corruptions of MNIST at the severities at which the set was published.

Mu and Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision" (2019); names and parameters from `corruptions.py`
of github.com/google-research/mnist-c. The code is our own, and its random numbers are others, so a single image differs
from the published one; what is random is drawn from the same distributions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.data.corruptions import blurs, light, marks, noise, warps
from pipeline.data.corruptions.pixels import Images

_TURN = float(np.degrees(0.4))
"""MNIST-C turns and shears by 0.4 radians, 23 degrees."""


@dataclass(frozen=True)
class Corruption:
    """One thing that can happen to images, both uint8 (n, 28, 28) with the stroke bright.

    Attributes:
        name: what it is; what has the same name is made from the same random numbers.
        label: as pages call it.
        apply: from images and what decides all that is random to images.
        level: how strong it is, where there are several of the same name.
    """

    name: str
    label: str
    apply: Callable[[Images, np.random.Generator], Images]
    level: str = ""


MNIST_C = (
    Corruption("shot_noise", "Shot noise", lambda x, r: noise.shot_noise(x, r, photons=3)),
    Corruption("impulse_noise", "Impulse noise", lambda x, r: noise.impulse_noise(x, r, share=0.17)),
    Corruption("glass_blur", "Glass blur", lambda x, r: blurs.glass_blur(x, r, 0.7, reach=1, rounds=2)),
    Corruption("motion_blur", "Motion blur", lambda x, r: blurs.motion_blur(x, r, 10, 3, most_angle=45)),
    Corruption("shear", "Shear", lambda x, r: warps.shear(x, r, angle=_TURN)),
    Corruption("scale", "Scale", lambda x, _: warps.resize(x, size=0.7)),
    Corruption("rotate", "Rotate", lambda x, r: warps.turn(x, r, angle=_TURN)),
    Corruption("brightness", "Brightness", lambda x, _: light.brightness(x, amount=0.5)),
    Corruption("translate", "Translate", lambda x, r: warps.shift(x, r, distance=3)),
    Corruption("stripe", "Stripe", lambda x, _: marks.stripe(x, width=7)),
    Corruption("fog", "Fog", lambda x, r: light.fog(x, r, thickness=3, decay=1.4)),
    Corruption("spatter", "Spatter", lambda x, r: light.spatter(x, r, level=0.65)),
    Corruption("dotted_line", "Dotted line", marks.dotted_line),
    Corruption("zigzag", "Zigzag", marks.zigzag),
    Corruption("canny_edges", "Canny edges", lambda x, _: blurs.canny_edges(x)),
)
