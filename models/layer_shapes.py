"""Stand-ins for the few Keras layers the catalogue uses. They know shapes and costs, and compute nothing.

Class and argument names are Keras's own, so that an architecture is written once and a page can tell its
size on every move of a slider, without the seconds that loading TensorFlow takes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, prod

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a network.

    Attributes:
        kind: Keras's name of the layer's class.
        detail: its settings in short, such as "64 filters, 3x3".
        output_shape: without the batch dimension.
        parameters: weights, those not trained (moving averages) included.
        multiplications: multiply-accumulate operations for one image; normalization and activation not counted.
    """

    kind: str
    detail: str
    output_shape: Shape
    parameters: int
    multiplications: int


class _Layer:
    """Output shape, weights and multiply-accumulate operations, each from the input's shape."""

    detail = ""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def parameters(self, shape: Shape) -> int:  # noqa: ARG002
        return 0

    def multiplications(self, shape: Shape) -> int:  # noqa: ARG002
        return 0


class Flatten(_Layer):
    """Rows of a map laid end to end."""

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


class Dense(_Layer):
    """Every input weighted for every unit."""

    def __init__(self, units: int, activation: str | None = None, use_bias: bool = True) -> None:
        self.units, self.activation, self.use_bias = units, activation, use_bias
        self.detail = f"{units} units" + (f", {activation}" if activation else "")

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def parameters(self, shape: Shape) -> int:
        return (shape[-1] + self.use_bias) * self.units

    def multiplications(self, shape: Shape) -> int:
        return prod(shape) * self.units


class Conv2D(_Layer):
    """The same small filters moved over the whole map."""

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str = "valid",
        activation: str | None = None,
        use_bias: bool = True,
    ) -> None:
        self.filters, self.kernel, self.strides = filters, kernel_size, strides
        self.padding, self.activation, self.use_bias = padding, activation, use_bias
        self.detail = f"{filters} filters, {kernel_size}x{kernel_size}"
        self.detail += f", every {strides} pixels" if strides > 1 else ""
        self.detail += f", {activation}" if activation else ""

    def output_shape(self, shape: Shape) -> Shape:
        lost = 0 if self.padding == "same" else self.kernel - 1
        height, width = (ceil((side - lost) / self.strides) for side in shape[:2])
        return height, width, self.filters

    def parameters(self, shape: Shape) -> int:
        return (self.kernel**2 * shape[-1] + self.use_bias) * self.filters

    def multiplications(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * self.kernel**2 * shape[-1]


class MaxPooling2D(_Layer):
    """The largest value of each square."""

    def __init__(self, pool_size: int) -> None:
        self.pool = pool_size
        self.detail = f"{pool_size}x{pool_size}"

    def output_shape(self, shape: Shape) -> Shape:
        return shape[0] // self.pool, shape[1] // self.pool, shape[2]


class BatchNormalization(_Layer):
    """Each channel brought to mean 0 and variance 1 over the batch, then rescaled."""

    def parameters(self, shape: Shape) -> int:
        return 4 * shape[-1]


class ReLU(_Layer):
    """What is negative becomes zero."""


class Softmax(_Layer):
    """Ten numbers made into probabilities."""


class Dropout(_Layer):
    """A share of the values is silenced at random, in training only."""

    def __init__(self, rate: float) -> None:
        self.detail = f"{rate:.0%} silenced in training"


def follow(layers: Iterable[_Layer], shape: Shape) -> list[LayerSummary]:
    """Sends `shape` (without the batch dimension) through the layers and notes each one's output and cost."""
    summaries = []
    for layer in layers:
        output = layer.output_shape(shape)
        summaries.append(
            LayerSummary(
                type(layer).__name__,
                layer.detail,
                output,
                layer.parameters(shape),
                layer.multiplications(shape),
            )
        )
        shape = output
    return summaries
