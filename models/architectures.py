"""The catalogue of networks that can be trained.

An architecture is a function that lists its layers. It gets the module to take them from: `keras.layers`
for `models.networks` to build the network, or the shape-tracking stand-ins of `models.layer_shapes` to tell its size
without loading TensorFlow. To add one, write such a function and give it an entry in `CATALOGUE`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models import layer_shapes
from models.digits import DIGITS, SIDE
from models.errors import ConfigError

INPUT_SHAPE = (SIDE, SIDE, 1)
"""Height, width and channels of what every network sees: float32 in [0, 1], the stroke bright."""


@dataclass(frozen=True)
class Parameter:
    """A whole number that shapes an architecture, with its bounds (both included)."""

    name: str
    label: str
    help: str
    default: int
    minimum: int
    maximum: int
    step: int = 1

    def check(self, value: object) -> int:
        """Returns `value` as an int, or raises `ConfigError` when it is not one within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.minimum <= value <= self.maximum:
            raise ConfigError(
                f"{self.name}: expected a whole number from {self.minimum} to {self.maximum}, got {value!r}."
            )
        return value


@dataclass(frozen=True)
class Architecture:
    """One entry of the catalogue.

    Attributes:
        name: what `--arch` takes.
        title: how pages call it.
        description: one line for people who choose.
        layers: `(layers module, dropout, **parameters) -> list of layers`, up to but without the softmax layer.
        parameters: what may be varied.
        recipe: the training settings that suit it, by `TrainConfig` field; the rest keep their defaults.
        member: of an ensemble, the entry whose networks it trains; the parameter `members` says how many.
    """

    name: str
    title: str
    description: str
    layers: Callable[..., list[Any]]
    parameters: tuple[Parameter, ...] = ()
    recipe: Mapping[str, Any] = field(default_factory=dict)
    member: str = ""

    def complete(self, parameters: Mapping[str, Any] | None = None) -> dict[str, int]:
        """The given parameters with the defaults for those left out; `ConfigError` for an unknown one."""
        given = dict(parameters or {})
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                expected = ", ".join(known) or "none"
                raise ConfigError(f"{self.name} has no parameter {name!r}; it has: {expected}.")
        return {name: p.check(given.get(name, p.default)) for name, p in known.items()}


def dense(layers: Any, dropout: float, *, hidden_1: int, hidden_2: int, hidden_3: int) -> list[Any]:
    """A multilayer perceptron: every pixel meets every unit, so it must learn each position anew."""
    stack = [layers.Flatten()]
    for width in (hidden_1, hidden_2, hidden_3):
        if width:
            stack.append(layers.Dense(width, activation="relu"))
            if dropout:
                stack.append(layers.Dropout(dropout))
    return stack


def cnn(layers: Any, dropout: float, *, filters_1: int, filters_2: int, units: int) -> list[Any]:
    """The network of the tutorials: two convolutions, each halved by a pool, and one dense layer."""
    stack = [
        layers.Conv2D(filters_1, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(filters_2, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(units, activation="relu"),
    ]
    if dropout:
        stack.append(layers.Dropout(dropout))
    return stack


def cnn_fast(layers: Any, dropout: float, *, filters_1: int, filters_2: int, units: int) -> list[Any]:
    """Strides instead of pools: the wide first maps, which cost memory traffic, are never computed."""
    stack = [
        layers.Conv2D(filters_1, 5, strides=2, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(filters_2, 5, strides=2, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(units, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
    ]
    if dropout:
        stack.append(layers.Dropout(dropout))
    return stack


def cnn_deep(layers: Any, dropout: float, *, stem: int, width: int, top: int) -> list[Any]:
    """A stride-2 stem, one 3x3 convolution at 12x12, two at 6x6, and one over the whole 3x3 that pools leave."""
    convolutions = [
        layers.Conv2D(stem, 5, strides=2, use_bias=False),
        layers.Conv2D(width, 3, padding="same", use_bias=False),
        layers.Conv2D(2 * width, 3, padding="same", use_bias=False),
        layers.Conv2D(2 * width, 3, padding="same", use_bias=False),
        layers.Conv2D(top, 3, use_bias=False),
    ]
    pooled = (1, 3)  # before batch norm and ReLU, which then have a quarter of the work
    stack = []
    for number, convolution in enumerate(convolutions):
        stack.append(convolution)
        if number in pooled:
            stack.append(layers.MaxPooling2D(2))
        stack += [layers.BatchNormalization(), layers.ReLU()]
    stack.append(layers.Flatten())
    if dropout:
        stack.append(layers.Dropout(dropout))
    return stack


_DEEP_SIZES = (
    Parameter("stem", "Filters, first layer", "Number of 5x5 filters, stride 2.", 32, 8, 64, 4),
    Parameter(
        "width", "Width", "Filters of the 12x12 layer; the 6x6 ones have twice as many.", 64, 8, 128, 8
    ),
    Parameter(
        "top",
        "Filters, last layer",
        "Number of filters, each of which sees the whole digit.",
        128,
        16,
        256,
        16,
    ),
)

_DEEP_RECIPE = {
    "epochs": 10,
    "batch_size": 128,
    "learning_rate": 2e-3,
    "optimizer": "muon",
    "schedule": "one-cycle",
    "weight_decay": 2e-2,
    "label_smoothing": 0.05,
    "augment": True,
    "hands": 0.2,
    "not_a_digit": 0.12,
    "calibrate": True,
    "validation_split": 0.05,
    "ema": 0.998,
}

CATALOGUE: dict[str, Architecture] = {
    entry.name: entry
    for entry in (
        Architecture(
            name="dense",
            title="Dense",
            description="Fully connected layers only: the simplest network, quick to train, about 99 % accurate.",
            layers=dense,
            parameters=(
                Parameter(
                    "hidden_1", "First hidden layer", "Units in the first hidden layer.", 128, 8, 512, 8
                ),
                Parameter("hidden_2", "Second hidden layer", "Units; 0 leaves the layer out.", 64, 0, 512, 8),
                Parameter("hidden_3", "Third hidden layer", "Units; 0 leaves the layer out.", 0, 0, 512, 8),
            ),
            recipe={
                "epochs": 15,
                "batch_size": 128,
                "learning_rate": 2e-3,
                "optimizer": "muon",
                "schedule": "one-cycle",
                "weight_decay": 1e-2,
                "augment": True,
                "augment_strength": 0.7,
                "ema": 0.998,
            },
        ),
        Architecture(
            name="cnn",
            title="CNN (tutorial)",
            description="The convolutional network of the tutorials: 225 thousand parameters, about 99 % accurate.",
            layers=cnn,
            parameters=(
                Parameter("filters_1", "Filters, first layer", "Number of 3x3 filters.", 32, 4, 128, 4),
                Parameter("filters_2", "Filters, second layer", "Number of 3x3 filters.", 64, 4, 256, 4),
                Parameter(
                    "units", "Dense units", "Units in the dense layer before the output.", 128, 8, 512, 8
                ),
            ),
        ),
        Architecture(
            name="cnn-fast",
            title="CNN, fast",
            description="Strided 5x5 convolutions and batch normalization: over 99 % accurate in seconds.",
            layers=cnn_fast,
            parameters=(
                Parameter(
                    "filters_1", "Filters, first layer", "Number of 5x5 filters, stride 2.", 16, 4, 64, 4
                ),
                Parameter(
                    "filters_2", "Filters, second layer", "Number of 5x5 filters, stride 2.", 48, 4, 128, 4
                ),
                Parameter(
                    "units", "Dense units", "Units in the dense layer before the output.", 128, 8, 512, 8
                ),
            ),
            recipe={
                "epochs": 2,
                "batch_size": 128,
                "learning_rate": 6e-3,
                "optimizer": "adamw",
                "schedule": "one-cycle",
                "weight_decay": 1e-2,
                "label_smoothing": 0.05,
                "calibrate": True,
            },
        ),
        Architecture(
            name="cnn-deep",
            title="CNN, deep",
            description="Five convolutions, trained with augmentation: the most accurate, on real pictures too.",
            layers=cnn_deep,
            parameters=_DEEP_SIZES,
            recipe=_DEEP_RECIPE,
        ),
        Architecture(
            name="ensemble",
            title="Ensemble of deep CNNs",
            description="Averages several deep CNNs trained from different seeds: more accurate still, and slower.",
            layers=cnn_deep,
            parameters=(
                Parameter("members", "Members", "Networks whose probabilities are averaged.", 5, 2, 10),
                *_DEEP_SIZES,
            ),
            recipe=_DEEP_RECIPE,
            member="cnn-deep",
        ),
    )
}


DEFAULT_ARCHITECTURE = "cnn-fast"
"""What the page and the command line train unless another is chosen."""


def class_count(not_a_digit: float) -> int:
    """How many answers a network chooses from: ten digits, and "not a digit" where it learns any such picture."""
    return DIGITS + bool(not_a_digit)


def architecture(name: str) -> Architecture:
    """The catalogue's entry, or `ConfigError` naming those there are."""
    if name not in CATALOGUE:
        raise ConfigError(f"Unknown architecture {name!r}; expected one of: {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def summarize(
    name: str, parameters: Mapping[str, Any] | None = None, dropout: float = 0.0, classes: int = DIGITS
) -> list[layer_shapes.LayerSummary]:
    """The layers of the network that `models.networks.build` would make, with their cost; without TensorFlow."""
    entry = architecture(name)
    sizes = entry.complete(parameters)
    members = sizes.pop("members", 1)
    stack = entry.layers(layer_shapes, dropout, **sizes)
    rows = layer_shapes.follow([*stack, layer_shapes.Dense(classes), layer_shapes.Softmax()], INPUT_SHAPE)
    if members > 1:
        others = members - 1
        rows.append(
            layer_shapes.LayerSummary(
                "Average",
                f"with {others} more such network{'s' if others > 1 else ''}",
                rows[-1].output_shape,
                others * sum(row.parameters for row in rows),
                others * sum(row.multiplications for row in rows),
            )
        )
    return rows
