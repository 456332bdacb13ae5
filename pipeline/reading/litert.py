"""LiteRT's interpreters for networks that take pictures of any size."""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pool import Pool


def interpreters(content: bytes, workers: int | None) -> Pool[Any]:
    """Interpreters of a LiteRT file's content, one thread each; as many as cores where no number is given."""
    return Pool(lambda: _interpreter(content), workers or os.cpu_count() or 1)


def _interpreter(content: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_content=content, num_threads=1)


def outputs(interpreter: Any, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """What a network of one input (1, h, w, 1) says of a picture (h, w), in the converter's own order."""
    whole = picture[None, :, :, None]
    place = interpreter.get_input_details()[0]
    if tuple(place["shape"]) != whole.shape:
        interpreter.resize_tensor_input(place["index"], whole.shape)
        interpreter.allocate_tensors()
    interpreter.set_tensor(place["index"], whole)
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"])[0] for detail in interpreter.get_output_details()]
