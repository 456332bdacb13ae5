"""LiteRT's interpreters for networks that take pictures of any size."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def interpreter(content: bytes) -> Any:
    """An interpreter of a LiteRT file's content that takes one thread."""
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
