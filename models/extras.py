"""Packages that are installed only where somebody wants what they are for, and the sentence that says how."""

from importlib.util import find_spec

EXTRAS = {
    "cluster": ("ray", "fsspec"),
    "mlflow": ("mlflow",),
    "onnx": ("onnx", "onnxruntime"),
    "serve": ("fastapi", "prometheus_client"),
}
"""The modules that each extra of pyproject.toml brings; imported where they are needed alone."""


def missing(extra: str, what: str) -> str:
    """What has to be installed for `what`, one sentence; "" where it is installed. Imports nothing.

    Args:
        extra: a key of `EXTRAS`.
        what: the command, or what else a person asked for.
    """
    absent = [module for module in EXTRAS[extra] if not find_spec(module)]
    if not absent:
        return ""
    return f'{what} needs what isn\'t installed ({", ".join(absent)}); `pip install -e ".[{extra}]"` adds it.'
