"""Trains the network that looks at whole pages, on pictures that are made meanwhile.

    python -m pipeline.training.page_training --minutes 90 --out pipeline/reading/page_network.tflite

Beside the file stands a record of how it was made. `pipeline.training.made_training` has the training itself.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.pages.characters import CHARACTERS
from pipeline.pages.crops import SIDE, Crop, made_crop, varied
from pipeline.pages.targets import targets_of
from pipeline.training.losses import character_loss, focal_loss, place_loss
from pipeline.training.made_training import Recipe, Task, run
from pipeline.training.page_network import build_page_network, write_litert


def _crops(rng: np.random.Generator) -> list[Crop]:
    return [made_crop(rng)]


def _prepared(crop: Crop, rng: np.random.Generator) -> tuple[Any, ...]:
    """Contrast, ink and the maps of `Targets`."""
    seen, ink, characters = varied(crop, rng)
    return seen[..., None], ink, *targets_of(characters, SIDE)


def losses(answers: Any, targets: tuple[Any, ...], smoothing: float) -> tuple[Any, ...]:
    """What is wrong with the network's answers: middles, characters, geometry, print and ink."""
    maps, ink = answers
    written, middle, counts, character, upright, geometry, near = targets
    count = len(CHARACTERS)
    told = maps[..., 1 + count :]
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=geometry[..., 6], logits=told[..., 6])
    printed = tf.reduce_sum(cross * near) / (tf.reduce_sum(near) + 1)
    wet = tf.cast(written, tf.float32) / 255
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=wet, logits=ink[..., 0])
    return (
        focal_loss(maps[..., 0], middle, counts),
        character_loss(maps[..., 1 : 1 + count], character, upright, smoothing),
        place_loss(told[..., :6], geometry[..., :6], near),
        0.5 * printed,
        2 * tf.reduce_mean(cross),
    )


PAGES = Task(Recipe(), _crops, _prepared, build_page_network, losses, write_litert)


if __name__ == "__main__":
    run(PAGES, __doc__)
