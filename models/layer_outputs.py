"""What every layer of a trained network answers, from the picture to the probabilities, through LiteRT.

The LiteRT file holds the network as it answers: batch normalization is part of the convolution before it wherever it
stands directly behind one, and so is the ReLU. A unit is then exactly what it is shown to be: a patch times a filter,
plus a bias, and nothing below zero.
"""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.errors import ModelError
from models.pool import Pool

Kind = Literal["convolution", "pooling", "normalization", "dense", "softmax"]

_KINDS: dict[str, Kind] = {
    "CONV_2D": "convolution",
    "MAX_POOL_2D": "pooling",
    "ADD": "normalization",  # behind the MUL of the same batch normalization
    "FULLY_CONNECTED": "dense",
    "SOFTMAX": "softmax",
}
_CHUNK = 128  # images at once


@dataclass(frozen=True)
class Layer:
    """One layer of a network, as the LiteRT file has it.

    Attributes:
        kind: what it does.
        filters: of a convolution float32 (filters, height, width, channels), of a dense layer (units, inputs), of a
            normalization the factor of each channel, (channels,); None of the others.
        bias: float32, what is added, one for each filter, unit or channel.
        rectified: whether what it answers is never below 0, because a ReLU ends it.
        stride: pixels that a filter moves at a time; of a pooling the side of its squares.
        padded: whether a convolution sees zeros beyond the edge, so that its maps keep the size of its input.
    """

    kind: Kind
    filters: NDArray[np.float32] | None = None
    bias: NDArray[np.float32] | None = None
    rectified: bool = False
    stride: int = 1
    padded: bool = False


class LayerReader:
    """A trained model whose layers can be looked at. One object may be shared by any number of threads.

    An ensemble is told as its first network; its features are those of all of its networks.

    Attributes:
        layers: from the first to the softmax.
        networks: the layers of each network that the answer is the mean of; of a single network, just `layers`.
    """

    def __init__(self, litert_file: Path, workers: int | None = None) -> None:
        """Loads the model.

        Args:
            litert_file: a model.tflite.
            workers: interpreters to keep; as many as cores by default.

        Raises:
            ModelError: the file is missing, or not such a model.
        """
        try:
            content = litert_file.read_bytes()
            self._interpreters = Pool(lambda: _Interpreter(content), workers or os.cpu_count() or 1)
            with self._interpreters.borrow() as interpreter:
                self.networks = interpreter.networks
                self.layers = self.networks[0]
        except OSError as error:
            raise ModelError(f"{litert_file}: the model file can't be read ({error.strerror}).") from None
        except (ValueError, RuntimeError, IndexError):
            raise ModelError(f"{litert_file}: it is not a LiteRT model for 28x28 images.") from None

    def outputs(self, image: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """What each of `layers` answers to an image.

        Args:
            image: float32 (28, 28) in [0, 1], stroke bright.

        Returns:
            float32 (height, width, channels) of convolutions, pools and normalizations, (units,) of the others.
        """
        with self._interpreters.borrow() as interpreter:
            return [np.array(values[0]) for values in interpreter.run(image[None])]

    def features(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """What the last dense layer decides from: how the network describes an image to itself.

        Args:
            images: (n, 28, 28), stroke bright; uint8 in [0, 255] or float in [0, 1].

        Returns:
            float32 (n, features).
        """
        scale = np.float32(255) if images.dtype == np.uint8 else np.float32(1)
        with self._interpreters.borrow() as interpreter:
            parts = [
                interpreter.features(images[start : start + _CHUNK].astype(np.float32) / scale)
                for start in range(0, max(1, len(images)), _CHUNK)
            ]
        return np.concatenate(parts)


class _Interpreter:
    """A LiteRT interpreter that keeps what lies between its layers."""

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that keeping all tensors costs memory is meant
            self._interpreter = Interpreter(
                model_content=content, num_threads=1, experimental_preserve_all_tensors=True
            )
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._size = 0
        self._resize(1)
        # LiteRT has no public way to ask which tensors an operation takes and gives
        operations = [
            (entry["op_name"], [int(place) for place in entry["inputs"]], int(entry["outputs"][0]))
            for entry in self._interpreter._get_ops_details()
        ]
        logits = {inputs[0] for name, inputs, _ in operations if name == "SOFTMAX"}
        self._features = [
            inputs[0] for name, inputs, output in operations if output in logits and name != "DELEGATE"
        ]
        tensors = {entry["index"]: entry for entry in self._interpreter.get_tensor_details()}
        self._names = {place: entry["name"].lower() for place, entry in tensors.items()}
        self._shapes = {place: entry["shape"] for place, entry in tensors.items()}
        ends = [place for place, entry in enumerate(operations) if entry[0] == "SOFTMAX"]
        networks = [_of_one_network(operations, end) for end in ends]
        self._outputs = [output for name, _, output in networks[0] if name in _KINDS]
        self.networks = [self._layers_of(network) for network in networks]

    def _layers_of(self, network: list["_Operation"]) -> list[Layer]:
        factors = {output: inputs for name, inputs, output in network if name == "MUL"}
        kept = [(_KINDS[name], inputs, output) for name, inputs, output in network if name in _KINDS]
        names = self._names
        return [
            self._describe(
                kind,
                [*factors.get(inputs[0], inputs), *inputs[1:]],
                output,
                rectified="relu" in names[output] or "re_lu" in names[output],
            )
            for kind, inputs, output in kept
        ]

    def _resize(self, size: int) -> None:
        if size != self._size:
            self._interpreter.resize_tensor_input(self._input, (size, SIDE, SIDE, 1))
            self._interpreter.allocate_tensors()
            self._size = size

    def _describe(self, kind: Kind, inputs: list[int], output: int, rectified: bool) -> Layer:
        """A layer; `inputs` begin with what it looks at, before its weights."""
        if kind == "softmax":
            return Layer(kind)
        if kind == "pooling":
            return Layer(kind, stride=self._side(inputs[0]) // self._side(output))
        filters, bias = (np.array(self._interpreter.get_tensor(place), np.float32) for place in inputs[1:3])
        if kind == "convolution":
            steps = _steps(self._side(inputs[0]), filters.shape[1], self._side(output))
            return Layer(kind, filters, bias, rectified, *steps)
        if kind == "normalization":
            filters, bias = filters.ravel(), bias.ravel()
        return Layer(kind, filters, bias, rectified)

    def _side(self, place: int) -> int:
        """Rows, and columns, of the maps in a tensor."""
        return int(self._shapes[place][1])

    def run(self, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self._invoke(images)
        return [np.asarray(self._interpreter.get_tensor(place), np.float32) for place in self._outputs]

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        self._invoke(images)
        return np.concatenate([self._interpreter.get_tensor(place) for place in self._features], axis=1)

    def _invoke(self, images: NDArray[np.float32]) -> None:
        self._resize(len(images))
        self._interpreter.set_tensor(self._input, images.reshape(-1, SIDE, SIDE, 1))
        self._interpreter.invoke()


_Operation = tuple[str, list[int], int]
"""Its name, the tensors that it takes, and the one that it gives."""


def _of_one_network(operations: list[_Operation], end: int) -> list[_Operation]:
    """The operations that lead to the one at `end`, in their order."""
    needed = {operations[end][2]}
    kept = []
    for name, inputs, output in reversed(operations[: end + 1]):
        if output in needed and name != "DELEGATE":
            needed.update(inputs)
            kept.append((name, inputs, output))
    return kept[::-1]


def _steps(given: int, width: int, told: int) -> tuple[int, bool]:
    """Stride and padding of a convolution, from the sides of its input, of its filters and of its maps."""
    for stride in range(1, given + 1):
        if told == (given - width) // stride + 1:
            return stride, False
        if told == -(-given // stride):
            return stride, True
    raise ValueError("no stride explains the size of the maps")
