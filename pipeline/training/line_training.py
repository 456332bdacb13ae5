"""Trains the network that looks at single lines, on lines that are made meanwhile.

    python -m pipeline.training.line_training --minutes 60 --out pipeline/reading/line_network.tflite

Beside the file stands a record of how it was made. `pipeline.training.made_training` has the training itself.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from pipeline.pages.characters import CHARACTERS
from pipeline.pages.lines import Line, made_lines, varied_line
from pipeline.training.line_network import build_line_network, write_litert
from pipeline.training.losses import character_loss, focal_loss, place_loss
from pipeline.training.made_training import Recipe, Task, run


def _prepared(line: Line, rng: np.random.Generator) -> tuple[Any, ...]:
    """Contrast and `LineTargets`."""
    seen, targets = varied_line(line, rng)
    return seen[..., None], *targets


def losses(answers: Any, targets: tuple[Any, ...], smoothing: float) -> tuple[Any, ...]:
    """What is wrong with the network's answers: middles, characters, geometry and what stands apart."""
    middle, counts, character, near, geometry, apart, between = targets
    count = len(CHARACTERS)
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=apart, logits=answers[..., -1])
    return (
        focal_loss(answers[..., 0], middle, counts),
        character_loss(answers[..., 1 : 1 + count], character, near, smoothing),
        0.5 * place_loss(answers[..., 1 + count : -1], geometry, near),
        0.5 * tf.reduce_sum(cross * between) / (tf.reduce_sum(between) + 1),
    )


LINES = Task(
    Recipe(minutes=60, batch=64, warmup=0.05, averaging=0.999, kept=150_000),
    made_lines,
    _prepared,
    build_line_network,
    losses,
    write_litert,
)


if __name__ == "__main__":
    run(LINES, __doc__)
