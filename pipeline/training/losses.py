"""What may be wrong with a network that finds characters: middles, kinds, places. Of pages and of lines alike."""

from typing import Any

import tensorflow as tf

from pipeline.pages.characters import CHARACTERS


def focal_loss(logit: Any, middle: Any, counts: Any) -> Any:
    """What is wrong with the middles: the focal loss of Law and Deng, "CornerNet" (2018).

    Args:
        logit: of there being a middle, at each place.
        middle: 1 at a middle, falling off around it.
        counts: 0 where it is not learned.
    """
    chance = tf.sigmoid(logit)
    hit = tf.cast(middle >= 0.999, tf.float32)
    focal = hit * (1 - chance) ** 2 * tf.math.log_sigmoid(logit)
    focal += (1 - hit) * (1 - middle) ** 4 * chance**2 * tf.math.log_sigmoid(-logit)
    return -tf.reduce_sum(focal * counts) / (tf.reduce_sum(hit) + 1)


def character_loss(logits: Any, character: Any, weights: Any, smoothing: float) -> Any:
    """The cross-entropy of which character it is, smoothed, over the places that have a weight."""
    count = len(CHARACTERS)
    wanted = tf.one_hot(character, count) * (1 - smoothing) + smoothing / count
    cross = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
    return tf.reduce_sum(cross * weights) / (tf.reduce_sum(weights) + 1)


def place_loss(told: Any, geometry: Any, weights: Any) -> Any:
    """How far the figures of places and sizes are off, squared where it is little, over those that have a weight."""
    off = tf.abs(told - geometry)
    smooth = tf.where(off < 0.1, 5 * off * off, off - 0.05)
    return tf.reduce_sum(smooth * weights[..., None]) / (tf.reduce_sum(weights) + 1)
