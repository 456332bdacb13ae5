"""A model as an ONNX file, written from the layers of its LiteRT file and compared with it; without TensorFlow.

ONNX has channels before rows and columns, LiteRT behind them: weights of convolutions are turned, and maps are turned
back before they become one row of values, so that dense layers find these in their order.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.digits import SIDE
from models.errors import ModelError
from models.extras import missing
from models.files import replacing
from models.layer_outputs import Layer, LayerReader
from models.recognizer import Recognizer
from models.store import StoredModel
from pipeline.data.dataset import load_dataset

LARGEST_DIFFERENCE = 1e-4
"""Of a probability between the ONNX file and the LiteRT file; beyond it, the export is refused."""

COMPARED_IMAGES = 1000

_OPSET = 17
_IR_VERSION = 8  # that of ONNX 1.12, the first with opset 17, so that older runtimes take it too


def export_onnx(model: StoredModel, path: Path, most: float = LARGEST_DIFFERENCE) -> None:
    """Writes the model to `path`: `image` float32 (n, 28, 28, 1) in [0, 1] -> `probabilities` float32 (n, 10 or 11).

    Raises:
        ModelError: packages are missing, the file can't be written, or its answers to 1,000 test images of MNIST differ
            from the LiteRT file's by more than `most`; then nothing is written.
    """
    if reason := missing("onnx", "ONNX"):
        raise ModelError(reason)
    content = _Graph(LayerReader(model.directory.litert_file, 1).networks).content(model.name)
    images = (load_dataset().test[0][:COMPARED_IMAGES, ..., None] / 255).astype(np.float32)
    expected = Recognizer(model.directory.litert_file).scores(images)
    difference = _difference(content, images, expected)
    if not difference <= most:
        raise ModelError(
            f"{model.name}: it is not exported, because the ONNX file's answers differ by up to {difference:.2g} "
            f"(at most {most:g} is allowed)."
        )
    try:
        with replacing(path) as part:
            part.write_bytes(content)
    except OSError as error:
        raise ModelError(f"{path}: the model can't be written there ({error.strerror}).") from None


def _difference(content: bytes, images: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """By how much a probability of an ONNX file differs from what is expected, at most."""
    from onnxruntime import InferenceSession

    session = InferenceSession(content, providers=["CPUExecutionProvider"])
    (answers,) = session.run(["probabilities"], {"image": images})
    return float(np.abs(answers - expected).max())


class _Graph:
    """An ONNX graph in the making: its nodes and weights, one network after the other."""

    def __init__(self, networks: Sequence[Sequence[Layer]]) -> None:
        self._nodes: list[Any] = []
        self._weights: list[Any] = []
        answers = [self._network(layers) for layers in networks]
        self._add("Mean", answers, output="probabilities")  # of one network, its own answer
        last = networks[0][-2].bias
        self._classes = 0 if last is None else len(last)

    def content(self, name: str) -> bytes:
        """The file. `name` is the model's, told in it."""
        from onnx import TensorProto, checker, helper

        graph = helper.make_graph(
            self._nodes,
            "digits",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", SIDE, SIDE, 1])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", self._classes])],
            self._weights,
        )
        file = helper.make_model(
            graph,
            producer_name="Digit Lab",
            doc_string=name,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
        )
        checker.check_model(file, full_check=True)
        content: bytes = file.SerializeToString()
        return content

    def _add(self, kind: str, inputs: Sequence[str], output: str = "", **settings: Any) -> str:
        """A node; returns the name of what it gives."""
        from onnx import helper

        output = output or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **settings))
        return output

    def _weight(self, values: NDArray[np.float32]) -> str:
        from onnx import numpy_helper

        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def _network(self, layers: Sequence[Layer]) -> str:
        """The layers of one network; returns the name of its probabilities."""
        flat = layers[0].kind == "dense"
        value = (
            self._add("Flatten", ["image"]) if flat else self._add("Transpose", ["image"], perm=[0, 3, 1, 2])
        )
        for layer in layers:
            if layer.kind == "dense" and not flat:
                value, flat = self._add("Flatten", [self._add("Transpose", [value], perm=[0, 2, 3, 1])]), True
            value = self._layer(layer, value, flat)
            if layer.rectified:
                value = self._add("Relu", [value])
        return value

    def _layer(self, layer: Layer, value: str, flat: bool) -> str:
        if layer.kind == "softmax":
            return self._add("Softmax", [value], axis=-1)
        side = layer.stride
        if layer.kind == "pooling":
            return self._add("MaxPool", [value], kernel_shape=[side, side], strides=[side, side])
        filters, bias = layer.filters, layer.bias
        if filters is None or bias is None:
            raise ValueError(f"expected a {layer.kind} layer to have weights")
        if layer.kind == "dense":
            return self._add("Gemm", [value, self._weight(filters), self._weight(bias)], transB=1)
        if layer.kind == "convolution":
            padding = (
                "SAME_UPPER" if layer.padded else "VALID"
            )  # more zeros below and to the right, as LiteRT
            weights = [self._weight(filters.transpose(0, 3, 1, 2)), self._weight(bias)]
            return self._add("Conv", [value, *weights], strides=[side, side], auto_pad=padding)
        shape = (-1,) if flat else (-1, 1, 1)
        scaled = self._add("Mul", [value, self._weight(filters.reshape(shape))])
        return self._add("Add", [scaled, self._weight(bias.reshape(shape))])
