"""Labels that can be told apart: of options that read alike, the browser can only choose one."""

from collections import Counter
from collections.abc import Mapping


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels by key; where several are the same, each has its key behind it."""
    often = Counter(labels.values())
    return {key: f"{label} · {key}" if often[label] > 1 else label for key, label in labels.items()}
