"""A trained model's LiteRT file -> the same layers as before any training, with random weights. Needs no TensorFlow."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

_EPSILON = 1e-3
"""What Keras adds to the variance in batch normalization, which is 1 before training."""


def without_training(litert_file: Path, seed: int) -> bytes:
    """The content of a LiteRT file with new weights: those of filters and units random, biases zero.

    They are drawn as Keras draws first weights (Glorot and Bengio 2010: uniform within
    sqrt(6 / (inputs + outputs))), though not the very numbers with which the training began.

    Args:
        litert_file: a model.tflite with float32 weights.
        seed: the same seed gives the same weights.

    Raises:
        ModelError: the file is missing, or not such a model.
    """
    from ai_edge_litert import schema_py_generated as schema

    try:
        content = bytearray(litert_file.read_bytes())
        model = schema.Model.GetRootAs(content, 0)
        graph, random = model.Subgraphs(0), np.random.default_rng(seed)
        codes = schema.BuiltinOperator
        for number in range(graph.OperatorsLength()):
            operation = graph.Operators(number)
            code = model.OperatorCodes(operation.OpcodeIndex()).BuiltinCode()
            if code not in (codes.CONV_2D, codes.FULLY_CONNECTED, codes.MUL, codes.ADD):
                continue
            constants = [
                values
                for place in operation.InputsAsNumpy()[1:]
                if place >= 0 and (values := _floats(model, graph.Tensors(int(place)))).size > 1
            ]
            if code in (
                codes.MUL,
                codes.ADD,
            ):  # a batch normalization behind a pool, or an ensemble's average
                for values in constants:
                    values[...] = 0 if code == codes.ADD else 1 / np.sqrt(1 + _EPSILON)
                continue
            filters, *biases = constants
            filters[...] = _glorot(filters.shape, random)
            for bias in biases:
                bias[...] = 0
    except OSError as error:
        raise ModelError(f"{litert_file}: the model file can't be read ({error.strerror}).") from None
    except Exception as error:  # what a damaged file makes of flatbuffers and NumPy is nearly anything
        raise ModelError(f"{litert_file}: it is not a LiteRT model with float32 weights.") from error
    return bytes(content)


def _floats(model: Any, tensor: Any) -> NDArray[np.float32]:
    """The constants of a tensor as a view into the file's content; empty where it has none."""
    constants = model.Buffers(tensor.Buffer())
    if not constants.DataLength():
        return np.empty(0, np.float32)
    return np.reshape(constants.DataAsNumpy().view(np.float32), tensor.ShapeAsNumpy(), copy=False)


def _glorot(shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float64]:
    """First weights of filters (filters, height, width, channels) or units (units, inputs)."""
    outputs, inputs, area = shape[0], shape[-1], int(np.prod(shape[1:-1]))
    bound = np.sqrt(6 / (area * (inputs + outputs)))
    return random.uniform(-bound, bound, shape)
