"""The start of Keras and TensorFlow, which takes most of the time until a training shows its first figures."""

import gc
import sys
from typing import Any

_UNUSED = ("sklearn", "pandas")
"""What Keras imports where it is installed, for wrappers and inputs that nothing here uses."""


def load_keras() -> Any:
    """The `keras` module on TensorFlow, loaded without scikit-learn and pandas, in 0.7 of the time.

    Measured by `start_of_keras` of benchmarks/latency.py, five runs in turn on 2 busy cores: 16.5 s against 22.0 s for
    `import tensorflow` (median ratio 0.70); against this function without the trick likewise (0.68).

    Libraries that are loaded already are left alone, and those left out can be imported afterwards. Not while
    another thread imports them.
    """
    collecting = gc.isenabled()
    gc.disable()  # there is no garbage in what an import makes, but a sixth of its time would go into the search
    absent = [name for name in _UNUSED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's way to say that there is none
    try:
        import tensorflow  # noqa: F401, I001  # first: it brings Keras along

        import keras
    finally:
        for name in absent:
            del sys.modules[name]
        if collecting:
            gc.enable()
    return keras
