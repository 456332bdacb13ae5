"""Networks built from their configuration. `build` loads Keras and TensorFlow; importing this module does not."""

from typing import Any

from models.architectures import INPUT_SHAPE, architecture
from models.keras_start import load_keras
from models.train_config import TrainConfig


def build(config: TrainConfig) -> Any:
    """The untrained network of a configuration, to be trained or to load its weights into.

    Args:
        config: its architecture, sizes and dropout rate; the seed decides the initial weights and the dropout masks.

    Returns:
        `keras.Sequential`, (n, 28, 28, 1) float32 in [0, 1] -> (n, classes) probabilities, the 11th, where there
        is one, of "not a digit". Its last layer is the softmax, so that `model.layers[-1].input` are the logits.
        An ensemble is a `keras.Model` of such networks and averages their probabilities.

    Raises:
        ConfigError: there is no such architecture, or it has no such sizes.
    """
    entry = architecture(config.architecture)
    sizes = entry.complete(config.parameters)
    keras = load_keras()
    if entry.member:
        image = keras.Input(INPUT_SHAPE, name="image")
        members = [build(config.member(number)) for number in range(sizes["members"])]
        for number, member in enumerate(members):
            member.name = f"member_{number + 1}"
        average = keras.layers.Average(name="probabilities")([member(image) for member in members])
        return keras.Model(image, average, name=config.architecture)
    keras.utils.set_random_seed(config.seed)
    return keras.Sequential(
        [
            keras.Input(INPUT_SHAPE, name="image"),
            *entry.layers(keras.layers, config.dropout, **sizes),
            keras.layers.Dense(config.classes, name="logits"),
            keras.layers.Softmax(name="probabilities"),
        ],
        name=config.architecture.replace("-", "_"),
    )
