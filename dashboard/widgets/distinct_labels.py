"""Labels that can be told apart: of options that read alike, the browser can only choose one."""

from collections import Counter
from collections.abc import Callable, Mapping


def distinct_labels(labels: Mapping[str, str]) -> Callable[[str], str]:
    """From an option's key to its label, for `format_func`; labels that are the same have their key behind them.

    An empty key is never shown. A key that is no longer among the options, such as that of a model deleted a
    moment ago, is its own label.
    """
    often = Counter(labels.values())
    distinct = {
        key: f"{label} · {key}" if key and often[label] > 1 else label for key, label in labels.items()
    }
    return lambda key: distinct.get(key, str(key))
